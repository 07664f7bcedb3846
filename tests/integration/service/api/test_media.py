"""The recordings as bytes, in whole and in part, over a real server."""

from __future__ import annotations

import random
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx2
import pytest

from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.store.artifacts import NewArtifact

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from fastapi import FastAPI

    from roomtone.bot.request import BotRequest
    from roomtone.service.storage.folder import FolderStorage
    from roomtone.service.store.store import Store

AUDIO = random.Random(7).randbytes(700_001)
"""What the fixture `audio_path` serves."""
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def online(
    app: FastAPI, api_key: str, serving: Callable[[FastAPI], AbstractAsyncContextManager[int]]
) -> Callable[[], AbstractAsyncContextManager[httpx2.AsyncClient]]:
    """Gives, by ``async with``, a client of the app behind a real server."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[httpx2.AsyncClient]:
        headers = {"Authorization": f"Token {api_key}"}
        async with (
            serving(app) as port,
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client,
        ):
            yield client

    return connect


async def test_a_file_is_given_whole(online, audio_path: str):
    """Without a range the answer is 200, the very bytes, and the headers a player needs."""
    async with online() as client:
        answer = await client.get(audio_path)
    assert answer.status_code == 200
    assert answer.content == AUDIO
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Length"] == str(len(AUDIO))
    assert answer.headers["Content-Disposition"].endswith('.mp3"')


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-", 1000, len(AUDIO)),
        ("bytes=-10", len(AUDIO) - 10, len(AUDIO)),
        ("bytes=262143-262145", 262143, 262146),
        ("bytes=0-99999999", 0, len(AUDIO)),
    ],
)
async def test_a_part_is_given_as_asked(online, audio_path: str, header: str, start: int, end: int):
    """One range is 206 with exactly its bytes."""
    async with online() as client:
        answer = await client.get(audio_path, headers={"Range": header})
    assert answer.status_code == 206
    assert answer.content == AUDIO[start:end]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(AUDIO)}"
    assert answer.headers["Content-Length"] == str(end - start)


async def test_parts_put_together_are_the_file(online, audio_path: str):
    """A download in pieces, each under If-Range, gives the very bytes."""
    pieces = []
    async with online() as client:
        etag = (await client.head(audio_path)).headers["ETag"]
        for start in range(0, len(AUDIO), 100_000):
            headers = {"Range": f"bytes={start}-{start + 99_999}", "If-Range": etag}
            answer = await client.get(audio_path, headers=headers)
            assert answer.status_code == 206
            pieces.append(answer.content)
    assert b"".join(pieces) == AUDIO


async def test_a_range_past_the_end_is_416(online, audio_path: str):
    """The answer says how long the file is, and the connection goes on."""
    async with online() as client:
        answer = await client.get(audio_path, headers={"Range": f"bytes={len(AUDIO)}-"})
        assert answer.status_code == 416
        assert answer.headers["Content-Range"] == f"bytes */{len(AUDIO)}"
        assert list(answer.json()) == ["message"]
        assert (await client.get(audio_path)).status_code == 200


@pytest.mark.parametrize("header", ["bytes=0-1,5-6", "bytes=x", "items=0-1"])
async def test_a_range_not_understood_gives_the_whole_file(online, audio_path: str, header: str):
    """Several ranges and nonsense are answered with 200 and everything."""
    async with online() as client:
        answer = await client.get(audio_path, headers={"Range": header})
    assert (answer.status_code, len(answer.content)) == (200, len(AUDIO))


async def test_if_range_with_another_tag_gives_the_whole_file(online, audio_path: str):
    """A part of a file that has changed is not given; a date that fits is as good as the tag."""
    async with online() as client:
        first = await client.head(audio_path)
        for validator, status in [
            ('"other"', 200),
            ("nonsense", 200),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 200),
            (first.headers["Last-Modified"], 206),
            (first.headers["ETag"], 206),
        ]:
            answer = await client.get(audio_path, headers={"Range": "bytes=0-9", "If-Range": validator})
            assert answer.status_code == status, validator


async def test_head_tells_without_bytes(online, audio_path: str):
    """HEAD has GET's headers, no body, and takes no part."""
    async with online() as client:
        answer = await client.head(audio_path, headers={"Range": "bytes=0-9"})
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["Content-Length"] == str(len(AUDIO))
        assert (await client.head(audio_path, headers={"Authorization": ""})).status_code == 401


async def test_nothing_is_offered_before_its_event(
    client: httpx2.AsyncClient, store: Store, stopped_bot: str, storage: FolderStorage, tmp_path: Path
):
    """A file that lies in the storage already is 404 until its event is recorded, and says so."""
    file = tmp_path / "v.mp4"
    file.write_bytes(b"video")
    key = f"bots/{stopped_bot}/video.mp4"
    await storage.put_file(key, file)
    for kind in ("audio", "video"):
        answer = await client.get(f"/api/v1/bots/{stopped_bot}/{kind}")
        assert answer.status_code == 404
        assert f"{kind}.processed" in answer.json()["message"]
    await store.events.record(stopped_bot, Happening(Step.AUDIO_FAILED, NOW), epoch=None)
    video = NewArtifact("video", key, "video/mp4", 5)
    await store.events.record(
        stopped_bot, Happening(Step.VIDEO_PROCESSED, NOW), epoch=None, artifacts=[video]
    )
    answer = await client.get(f"/api/v1/bots/{stopped_bot}/video")
    assert (answer.status_code, answer.content) == (200, b"video")
    assert answer.headers["Content-Type"] == "video/mp4"
    answer = await client.get(f"/api/v1/bots/{stopped_bot}/audio")
    assert answer.status_code == 404
    assert "could not be processed" in answer.json()["message"]


async def test_why_there_is_no_file_is_said(
    client: httpx2.AsyncClient, store: Store, workspace_id: str, request_body: BotRequest
):
    """No video asked for, nothing recorded, and expired are told apart."""
    silent = request_body.model_copy(update={"video_required": False})
    bot = await store.bots.create_bot(silent, workspace_id)
    path = f"/api/v1/bots/{bot.id}"
    assert "video_required" in (await client.get(f"{path}/video")).json()["message"]
    await store.bots.request_removal(bot.id)
    assert "recorded nothing" in (await client.get(f"{path}/audio")).json()["message"]
    await store.events.record(bot.id, Happening(Step.EXPIRED, NOW), epoch=None)
    assert "deleted" in (await client.get(f"{path}/audio")).json()["message"]


async def test_a_file_lost_from_the_storage_is_404(
    client: httpx2.AsyncClient, audio_path: str, storage: FolderStorage, stopped_bot: str
):
    """When somebody deleted the bytes, the answer is a sentence and no fault."""
    await storage.delete(f"bots/{stopped_bot}/audio.mp3")
    answer = await client.get(audio_path)
    assert (answer.status_code, answer.json()) == (404, {"message": "The audio is no longer in the storage."})


async def test_a_client_that_goes_away_harms_nobody(online, audio_path: str):
    """Leaving in the middle of a download leaves the server working."""
    async with online() as client:
        async with client.stream("GET", audio_path) as answer:
            async for _ in answer.aiter_bytes(1000):
                break
        assert (await client.get(audio_path)).content == AUDIO
