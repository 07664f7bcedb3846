"""Links to recordings over the real API: given out, followed without a key, and ending."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import httpx2
import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.config import Settings
from roomtone.service.api.app import create_app
from roomtone.service.api.media_links import MediaLinks
from roomtone.service.data_folder import LINK_KEY_NAME
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
FACTS = {"width": 1280, "height": 720, "fps": 24.98, "frames": 25, "corrupted_frames": 0}


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The present."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The clock of the links."""
    return Clock()


@pytest.fixture
def app(tmp_path: Path, store: Store, storage: FolderStorage, clock: Clock) -> FastAPI:
    """The API, its links by a clock of ours."""
    settings = Settings(data_dir=tmp_path / "data", requests_per_minute=0)
    return create_app(settings, store, storage, MediaLinks(b"k" * 32, clock))


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without a key."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://roomtone") as client:
        yield client


@pytest.fixture
def recorded_bot(audio_path: str) -> str:
    """A bot whose audio is ready."""
    return audio_path.split("/")[-2]


async def _audio_link(client: httpx2.AsyncClient, bot_id: str) -> str:
    answer = await client.get(f"/api/v1/bots/{bot_id}/get_audio")
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["audio_url"]
    return url


async def test_a_link_gives_the_file_to_whoever_has_it(
    app: FastAPI,
    api_key: str,
    recorded_bot: str,
    serving: Callable[[FastAPI], AbstractAsyncContextManager[int]],
):
    """Over a real server, without a key: whole, in part, by HEAD, with all that a player and a download need."""
    async with serving(app) as port, httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        headers = {"Authorization": f"Token {api_key}"}
        answer = await client.get(f"/api/v1/bots/{recorded_bot}/get_audio", headers=headers)
        assert answer.headers["Cache-Control"] == "no-store"
        url = answer.json()["audio_url"]
        assert url.startswith(f"http://127.0.0.1:{port}/api/v1/media/{recorded_bot}/audio/audio.mp3?")
        whole = await client.get(url)
        assert (whole.status_code, whole.content) == (200, AUDIO)
        assert whole.headers["Content-Type"] == "audio/mpeg"
        assert whole.headers["Content-Disposition"] == f'inline; filename="{recorded_bot}-audio.mp3"'
        assert whole.headers["Access-Control-Allow-Origin"] == "*"
        head = await client.head(url)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(AUDIO))
        resumed = {"Range": "bytes=700000-", "If-Range": head.headers["ETag"]}
        part = await client.get(url, headers=resumed)
        assert (part.status_code, part.content) == (206, AUDIO[700000:])
        assert (await client.get(url, headers={"Range": "bytes=700001-"})).status_code == 416


async def test_a_link_ends_at_its_time(
    client: httpx2.AsyncClient,
    stranger: httpx2.AsyncClient,
    recorded_bot: str,
    clock: Clock,
):
    """After an hour the link to the audio is 403 and says why, and a new one works."""
    url = await _audio_link(client, recorded_bot)
    clock.now = NOW + timedelta(minutes=59, seconds=59)
    assert (await stranger.get(url)).status_code == 200
    clock.now = NOW + timedelta(hours=1)
    for answer in (await stranger.get(url), await stranger.head(url)):
        assert answer.status_code == 403
    assert "no longer good" in (await stranger.get(url)).json()["message"]
    assert (await stranger.get(await _audio_link(client, recorded_bot))).status_code == 200


async def test_a_link_that_was_changed_gives_nothing(
    client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, recorded_bot: str
):
    """Another file, a later end, no signature: 403 with a message, whether there is such a file or not."""
    url = await _audio_link(client, recorded_bot)
    path, _, query = url.partition("?")
    expires, _, signature = query.partition("&")
    later = str(int(expires.removeprefix("expires=")) + 1)
    for changed in (
        path,
        f"{path}?{expires}",
        f"{path}?{signature}",
        f"{path}?expires={later}&{signature}",
        f"{path}?{query}x",
        f"{path}?expires=soon&{signature}",
        url.replace("audio.mp3", "other.mp3"),
        url.replace("/audio/", "/video/"),
        url.replace(recorded_bot, "5b0f9c1e-8f1c-4a0e-9f43-0d1f3f6f6d10"),
    ):
        answer = await stranger.get(changed)
        assert (answer.status_code, list(answer.json())) == (403, ["message"]), changed


async def test_a_link_dies_with_its_file(
    client: httpx2.AsyncClient,
    stranger: httpx2.AsyncClient,
    store: Store,
    storage: FolderStorage,
    recorded_bot: str,
):
    """Lost bytes and the end of the retention are 404 with the reason, while the link is still good."""
    url = await _audio_link(client, recorded_bot)
    await storage.delete(f"bots/{recorded_bot}/audio.mp3")
    answer = await stranger.get(url)
    assert (answer.status_code, answer.json()) == (404, {"message": "The audio is no longer in the storage."})
    await store.events.record(recorded_bot, Happening(Step.VIDEO_FAILED, NOW), epoch=None)
    await store.events.record(recorded_bot, Happening(Step.DONE, NOW), epoch=None)
    await store.events.record(recorded_bot, Happening(Step.EXPIRED, NOW), epoch=None)
    await store.artifacts.forget(recorded_bot)
    answer = await stranger.get(url)
    assert (answer.status_code, answer.json()) == (
        404,
        {"message": "The file was deleted at the end of its retention."},
    )
    answer = await client.get(f"/api/v1/bots/{recorded_bot}/get_audio")
    assert (answer.status_code, "retention" in answer.json()["message"]) == (404, True)


async def test_until_they_are_made_audio_and_video_are_awaited(
    client: httpx2.AsyncClient, store: Store, request_body: BotRequest, workspace_id: str
):
    """From the bot's making to `processed` the answer is 202, and never again once it is known that none comes."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    paths = [f"/api/v1/bots/{bot.id}/{route}" for route in ("get_audio", "get_video")]

    async def statuses() -> list[int]:
        return [(await client.get(path)).status_code for path in paths]

    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        assert await statuses() == [202, 202], step
        await store.events.record(bot.id, Happening(step, NOW), epoch=None)
    assert (await client.get(paths[0])).json() == {
        "message": "The audio is not ready yet. Current status: Recording."
    }
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.SILENCE), epoch=None)
    await store.events.record(bot.id, Happening(Step.AUDIO_FAILED, NOW), epoch=None)
    assert await statuses() == [404, 202]
    await store.events.record(bot.id, Happening(Step.VIDEO_FAILED, NOW), epoch=None)
    assert await statuses() == [404, 404]


async def test_there_is_nothing_to_wait_for_where_nothing_was_asked(
    client: httpx2.AsyncClient, store: Store, request_body: BotRequest, workspace_id: str
):
    """Without video_required get_video is 404 from the first moment, and a cancelled bot has neither."""
    silent = request_body.model_copy(update={"video_required": False})
    bot = await store.bots.create_bot(silent, workspace_id)
    assert (await client.get(f"/api/v1/bots/{bot.id}/get_video")).status_code == 404
    await store.bots.request_removal(bot.id)
    answer = await client.get(f"/api/v1/bots/{bot.id}/get_audio")
    assert (answer.status_code, "recorded nothing" in answer.json()["message"]) == (404, True)


async def test_the_video_comes_with_what_was_measured(
    client: httpx2.AsyncClient,
    stranger: httpx2.AsyncClient,
    store: Store,
    storage: FolderStorage,
    recorded_bot: str,
    tmp_path: Path,
    clock: Clock,
):
    """Its link works for ten minutes; numbers that were not measured are null."""
    file = tmp_path / "v.mp4"
    file.write_bytes(b"v" * 2_345_678)
    key = f"bots/{recorded_bot}/video.mp4"
    await storage.put_file(key, file)
    video = NewArtifact("video", key, "video/mp4", 2_345_678, 1.001, facts=FACTS)
    done = Happening(Step.VIDEO_PROCESSED, NOW)
    await store.events.record(recorded_bot, done, epoch=None, artifacts=[video])
    body = (await client.get(f"/api/v1/bots/{recorded_bot}/get_video")).json()
    assert body["video_info"] == {
        "duration": 1.001,
        "size_mb": 2.346,
        "resolution": "1280x720",
        "fps": 24.98,
        "frames_processed": 25,
        "corrupted_frames": 0,
    }
    assert (await stranger.get(body["video_url"])).headers["Content-Type"] == "video/mp4"
    clock.now = NOW + timedelta(minutes=10)
    assert (await stranger.get(body["video_url"])).status_code == 403
    await store.artifacts.add_salvaged(recorded_bot, NewArtifact("video", key, "video/mp4", 2_345_678, 1.001))
    info = (await client.get(f"/api/v1/bots/{recorded_bot}/get_video")).json()["video_info"]
    assert (info["resolution"], info["fps"], info["frames_processed"]) == (None, None, None)
    assert info["corrupted_frames"] == 0


async def test_a_file_of_any_name_is_had_under_it(
    client: httpx2.AsyncClient,
    app: FastAPI,
    store: Store,
    storage: FolderStorage,
    recorded_bot: str,
    tmp_path: Path,
):
    """Letters of any script, slashes and quotes: the link leads to the file, which is downloaded by its name."""
    file = tmp_path / "notes"
    file.write_text("<script>alert(1)</script>")
    key, name = f"bots/{recorded_bot}/notes.html", 'Zoë 🎧/"notes".html'
    size_bytes = await storage.put_file(key, file)
    await store.artifacts.add(recorded_bot, [NewArtifact("notes", key, "text/html", size_bytes, name=name)])
    links: MediaLinks = app.state.services.links
    answer = await client.get(links.path(recorded_bot, "notes", name, timedelta(hours=1)))
    assert (answer.status_code, answer.text) == (200, "<script>alert(1)</script>")
    how, _, told = answer.headers["Content-Disposition"].partition("; filename*=UTF-8''")
    assert (how, unquote(told)) == ("attachment", f"{recorded_bot}-{name}")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")


async def test_behind_a_proxy_links_begin_as_the_setting_says(
    tmp_path: Path, store: Store, storage: FolderStorage, api_key: str, recorded_bot: str
):
    """With ROOMTONE_PUBLIC_URL links are the proxy's, whose prefix is no part of what is signed."""
    settings = Settings(data_dir=tmp_path / "data", public_url="https://bots.example.com/roomtone/")
    transport = httpx2.ASGITransport(app=create_app(settings, store, storage))
    headers = {"Authorization": f"Token {api_key}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://inside") as client:
        answer = await client.get(f"/api/v1/bots/{recorded_bot}/get_audio", headers=headers)
        url = urlsplit(answer.json()["audio_url"])
        assert url.geturl().startswith("https://bots.example.com/roomtone/api/v1/media/")
        passed_on = f"{url.path.removeprefix('/roomtone')}?{url.query}"
        assert (await client.get(passed_on)).content == AUDIO


async def test_links_outlive_a_restart_and_end_with_their_key(
    tmp_path: Path, store: Store, storage: FolderStorage, api_key: str, recorded_bot: str
):
    """The key is a file for its owner alone; once it is removed, the next start refuses the old links."""
    settings = Settings(data_dir=tmp_path / "data")
    key_file = tmp_path / "data" / LINK_KEY_NAME

    async def start() -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=create_app(settings, store, storage))
        headers = {"Authorization": f"Token {api_key}"}
        return httpx2.AsyncClient(transport=transport, base_url="http://roomtone", headers=headers)

    async with await start() as client:
        url = await _audio_link(client, recorded_bot)
    assert key_file.stat().st_mode & 0o777 == 0o600
    async with await start() as client:
        assert (await client.get(url)).status_code == 200
    key_file.unlink()
    async with await start() as client:
        assert (await client.get(url)).status_code == 403
