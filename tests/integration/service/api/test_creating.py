"""Making bots: each once, up to a limit, with the server's defaults."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from roomtone.bot.lifecycle import Step
from roomtone.config import Settings
from roomtone.service.api.app import create_app
from roomtone.service.jobs.port import START_BOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from fastapi import FastAPI

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.storage.folder import FolderStorage
    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
OTHER_LINK = "http://127.0.0.1:9/practice/other"
ZOOM = "https://us02web.zoom.us/j/84512345678?pwd=abc"
ZOOM_AGAIN = "https://zoom.us/wc/join/84512345678"
CREATE = "/api/v1/bots/create_bot"


async def _post(
    client: httpx2.AsyncClient, key: str | None = None, path: str = CREATE, **fields: Any
) -> tuple[int, dict[str, Any]]:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = await client.post(path, json={"meeting_link": LINK} | fields, headers=headers)
    return answer.status_code, answer.json()


async def _count(client: httpx2.AsyncClient) -> int:
    return len((await client.get("/api/v1/bots", params={"limit": 100})).json()["bots"])


async def test_a_replay_answers_with_the_bot_of_the_first_request(client: httpx2.AsyncClient, store: Store):
    """The same Idempotency-Key is 507 with the first bot as it stands now, whatever the new body says."""
    status, made = await _post(client, "order-7", bot_name="One", recording_config=None)
    assert status == 201
    await store.leases.claim_bot(made["bot_id"], "node", 10)
    await store.bots.request_removal(made["bot_id"])
    replays = [
        await client.post(CREATE, content=content, headers={"idempotency-key": "order-7"})
        for content in (
            b'{"meeting_link": "http://127.0.0.1:9/practice/other", "deduplication_key": "x"}',
            b'{"meeting_link": 7}',
            b"no json",
            b"",
            b'{"a": "' + b"x" * 5000 + b'"}',
        )
    ]
    now = (await client.get(f"/api/v1/bots/{made['bot_id']}/status")).json()["status"]
    for replay in replays:
        assert replay.status_code == 507
        assert replay.json() == {
            "bot_id": made["bot_id"],
            "transcript_id": None,
            "meeting_url": LINK,
            "status": now,
            "ignored": [],
        }
    assert await _count(client) == 1


async def test_a_request_that_was_refused_leaves_its_key_free(client: httpx2.AsyncClient):
    """Only a bot takes a key: after a 400 the corrected request makes one."""
    assert (await _post(client, "k", bot_name=7))[0] == 400
    assert (await _post(client, "k"))[0] == 201
    assert (await _post(client, "k"))[0] == 507


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", "Idempotency-Key: string should have at least 1 character"),
        ("x" * 256, "Idempotency-Key: string should have at most 255 characters"),
        ("ümlaut", "Idempotency-Key: must be printable ASCII"),
        ("a\tb", "Idempotency-Key: must be printable ASCII"),
    ],
)
async def test_a_wrong_key_is_named(client: httpx2.AsyncClient, key: str, problem: str):
    """A key that cannot be kept as it is, is refused, and no bot is made."""
    headers = [(b"Idempotency-Key", key.encode("latin-1"))]
    answer = await client.post(CREATE, json={"meeting_link": LINK}, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"message": problem})
    assert await _count(client) == 0


async def test_a_deduplication_key_has_one_bot_and_one_meeting(client: httpx2.AsyncClient):
    """Asked for again it is 200 and the first bot, also by another link to the meeting; 409 for another one."""
    status, made = await _post(client, deduplication_key="standup", meeting_link=ZOOM)
    assert status == 201
    status, again = await _post(client, deduplication_key="standup", meeting_link=ZOOM_AGAIN, bot_name="B")
    assert (status, again["bot_id"], again["meeting_url"]) == (200, made["bot_id"], ZOOM)
    status, refusal = await _post(client, deduplication_key="standup", meeting_link=LINK)
    assert (status, refusal) == (
        409,
        {"message": "deduplication_key: belongs to a bot for another meeting; use another key for this one"},
    )
    assert await _count(client) == 1


async def test_practice_meetings_of_two_servers_are_two_meetings(client: httpx2.AsyncClient):
    """A practice meeting's name says nothing about another server's."""
    assert (await _post(client, deduplication_key="k"))[0] == 201
    assert (await _post(client, deduplication_key="k", meeting_link=f"{LINK}/"))[0] == 200
    assert (await _post(client, deduplication_key="k", meeting_link=LINK.replace(":9/", ":10/")))[0] == 409


async def test_a_key_lasts_longer_than_the_stay(client: httpx2.AsyncClient):
    """A bot that is done keeps its keys."""
    _, made = await _post(client, "i", deduplication_key="d")
    await client.get(f"/api/v1/bots/{made['bot_id']}/remove_bot")
    for expected, key, fields in ((507, "i", {}), (200, None, {"deduplication_key": "d"})):
        status, known = await _post(client, key, **fields)
        assert (status, known["bot_id"], known["status"]) == (expected, made["bot_id"], "Done")


async def test_the_header_wins_over_the_body(client: httpx2.AsyncClient):
    """A replay is a replay, even when its deduplication_key would lead to another bot or to 409."""
    _, first = await _post(client, "i", deduplication_key="one")
    await _post(client, deduplication_key="two", meeting_link=OTHER_LINK)
    status, replay = await _post(client, "i", deduplication_key="two")
    assert (status, replay["bot_id"]) == (507, first["bot_id"])
    # A new header with a known deduplication_key makes no second bot either.
    status, same = await _post(client, "new", deduplication_key="one")
    assert (status, same["bot_id"]) == (200, first["bot_id"])


async def test_keys_belong_to_their_workspace(client: httpx2.AsyncClient, store: Store):
    """Two workspaces may use the same keys, and neither learns of the other's."""
    _, ours = await _post(client, "i", deduplication_key="d")
    client.headers["Authorization"] = f"Token {await store.keys.create('theirs', 'other')}"
    status, theirs = await _post(client, "i", deduplication_key="d", meeting_link=OTHER_LINK)
    assert status == 201
    assert theirs["bot_id"] != ours["bot_id"]


@pytest.mark.parametrize(
    ("key", "fields", "again"),
    [("order-7", {}, 507), (None, {"deduplication_key": "standup"}, 200)],
)
async def test_two_requests_at_once_make_one_bot(
    app: FastAPI,
    serving: Callable[[FastAPI], AbstractAsyncContextManager[int]],
    api_key: str,
    jobs: EmbeddedJobs,
    key: str | None,
    fields: dict[str, Any],
    again: int,
):
    """Twenty posts at the same moment over sockets of their own: one 201, one bot, one start."""
    headers = {"Authorization": f"Token {api_key}"}
    async with serving(app) as port:
        url = f"http://127.0.0.1:{port}"
        async with httpx2.AsyncClient(base_url=url, headers=headers) as client:
            answers = await asyncio.gather(*(_post(client, key, **fields) for _ in range(20)))
            assert sorted(status for status, _ in answers) == sorted([201] + [again] * 19)
            assert len({body["bot_id"] for _, body in answers}) == 1
            assert await _count(client) == 1
    assert await jobs.claim("worker", [START_BOT], 10) is not None
    assert await jobs.claim("worker", [START_BOT], 10) is None


async def test_the_alias_is_the_same(client: httpx2.AsyncClient):
    """create_agent makes bots, and shares the keys."""
    status, made = await _post(client, "i", "/api/v1/bots/create_agent")
    assert (status, made["status"]) == (201, "Active")
    assert (await _post(client, "i"))[0] == 507


def _limited(tmp_path: Path, store: Store, storage: FolderStorage, **limits: int) -> FastAPI:
    return create_app(Settings(data_dir=tmp_path / "data", **limits), store, storage)  # type: ignore[arg-type]


def _client(app: FastAPI, api_key: str) -> httpx2.AsyncClient:
    headers = {"Authorization": f"Token {api_key}"}
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://roomtone", headers=headers
    )


async def test_one_bot_too_many_of_a_workspace_is_429(
    tmp_path: Path, store: Store, storage: FolderStorage, api_key: str
):
    """Bots count until their stay is over, scheduled ones too; replays and other workspaces are free."""
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    async with _client(_limited(tmp_path, store, storage, max_bots_per_workspace=2), api_key) as client:
        _, first = await _post(client, "i")
        await _post(client, join_at=later, deduplication_key="d")
        refused = await client.post(CREATE, json={"meeting_link": LINK})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert refused.json()["message"].startswith("2 bots of this workspace are scheduled")
        assert (await _post(client, "i"))[0] == 507
        assert (await _post(client, deduplication_key="d"))[0] == 200
        theirs = {"Authorization": f"Token {await store.keys.create('theirs', 'other')}"}
        assert (await client.post(CREATE, json={"meeting_link": LINK}, headers=theirs)).status_code == 201
        await client.get(f"/api/v1/bots/{first['bot_id']}/remove_bot")
        assert (await _post(client))[0] == 201
        answers = await asyncio.gather(*(_post(client) for _ in range(5)))
        assert {status for status, _ in answers} == {429}


async def test_the_queue_is_bounded_for_bots_that_join_now(
    tmp_path: Path, store: Store, storage: FolderStorage, api_key: str
):
    """A full queue refuses what would wait in it, never what is scheduled; who is started leaves it."""
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    async with _client(_limited(tmp_path, store, storage, max_queued_bots=2), api_key) as client:
        answers = await asyncio.gather(*(_post(client) for _ in range(6)))
        assert sorted(status for status, _ in answers) == [201, 201, 429, 429, 429, 429]
        made = [body["bot_id"] for status, body in answers if status == 201]
        refused = await client.post(CREATE, json={"meeting_link": LINK})
        assert refused.headers["Retry-After"] == "30"
        assert refused.json()["message"].startswith("2 bots wait for a free slot already")
        assert (await _post(client, join_at=later))[0] == 201
        await store.leases.claim_bot(made[0], "node", 10)
        assert (await _post(client))[0] == 201
        assert (await _post(client))[0] == 429


async def test_no_limit_is_no_limit(tmp_path: Path, store: Store, storage: FolderStorage, api_key: str):
    """Zero takes the limits away."""
    app = _limited(tmp_path, store, storage, max_bots_per_workspace=0, max_queued_bots=0)
    async with _client(app, api_key) as client:
        assert {(await _post(client))[0] for _ in range(5)} == {201}


async def test_the_server_may_have_defaults_of_its_own(
    tmp_path: Path, store: Store, storage: FolderStorage, api_key: str
):
    """Video and layout take the settings when the request is silent, and what it says when it speaks."""
    settings = Settings(data_dir=tmp_path / "data", video_required=False, video_layout="grid_view")
    async with _client(create_app(settings, store, storage), api_key) as client:
        for fields, expected in (
            ({}, (False, "grid_view")),
            ({"video_required": None, "recording_config": {"video_layout": None}}, (False, "grid_view")),
            (
                {"video_required": True, "recording_config": {"video_layout": "speaker_view"}},
                (True, "speaker_view"),
            ),
        ):
            _, made = await _post(client, **fields)
            request = (await store.bots.get(made["bot_id"])).request
            assert (request.video_required, request.recording_config.video_layout) == expected
            details = (await client.get(f"/api/v1/bots/{made['bot_id']}/detail")).json()["bot_details"]
            assert details["RequestPayload"] == {"meeting_link": LINK, **fields}


async def test_what_was_asked_in_an_older_shape_is_kept_in_todays(client: httpx2.AsyncClient, store: Store):
    """The body is shown as it was sent, and understood as it is meant."""
    _, made = await _post(
        client,
        transcription={"deepgram": {"model": "base"}},
        socket_connection_url="wss://example.com/{bot_id}",
    )
    bot = await store.bots.get(made["bot_id"])
    transcript = bot.request.recording_config.transcript
    assert transcript is not None
    assert (transcript.name, transcript.options["model"], bot.step) == ("deepgram", "base", Step.CREATED)
    assert bot.request.socket_connection_url is not None
    assert bot.request.socket_connection_url.url_for("b-1") == "wss://example.com/b-1"
    assert bot.payload["transcription"] == {"deepgram": {"model": "base"}}
