"""What a stay left behind: screenshots, page snapshots and the diagnostics, over the real API."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.deletion.eraser import Eraser
from roomtone.service.recordings.expiry import expire_recordings
from roomtone.service.recordings.finisher import Finisher

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from roomtone.bot.request import BotRequest
    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.storage.folder import FolderStorage
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
HOSTILE = "<html><script>fetch('/api/v1/bots').then(steal)</script></html>"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4000


class Refused:
    """A bot that was never let in, with the folder that its session left."""

    def __init__(self, bot_id: str, folder: Path, finisher: Finisher) -> None:
        self.bot_id = bot_id
        self.folder = folder
        self.path = f"/api/v1/bots/{bot_id}"
        self._finisher = finisher

    async def finish(self) -> None:
        """Finish the bot, as the worker does after its end."""
        await self._finisher.finish(self.bot_id)


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """The sessions' folder."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    return folder


@pytest.fixture
async def refused(
    store: Store,
    jobs: EmbeddedJobs,
    storage: FolderStorage,
    workspace_id: str,
    request_body: BotRequest,
    sessions: Path,
) -> Refused:
    """A bot whose stay ended before it began, not finished yet."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    assert await store.leases.claim_bot(bot.id, "node", 60) == 1
    await store.events.record(bot.id, Happening(Step.JOINING, NOW), epoch=1)
    stop = Happening(Step.STOPPED, NOW + timedelta(seconds=9), EndReason.CAPTCHA_REQUIRED)
    await store.events.record(bot.id, stop, epoch=1)
    folder = sessions / f"{bot.id}-1"
    (folder / "screenshots").mkdir(parents=True)
    (folder / "screenshots" / "failure.png").write_bytes(PICTURE)
    (folder / "screenshots" / "failure.html").write_text(HOSTILE)
    (folder / "screenshots" / "before.png").write_bytes(PICTURE[:100])
    (folder / "session.log").write_text('{"event": "session.started"}\n')
    (folder / "events.jsonl").write_text('{"type":"joining","at":"2026-05-01T12:00:00Z","attempt":1}\n')
    (folder / "participants.jsonl").write_text('{"name": "Ada"}\n')
    return Refused(bot.id, folder, Finisher(store, jobs, storage, sessions, retention_hours=1))


async def test_nothing_is_offered_before_the_bot_is_done(client: httpx2.AsyncClient, refused: Refused):
    """Between bot.stopped and bot.done the list is empty, says why, and no link works."""
    answer = await client.get(f"{refused.path}/get_screenshots")
    assert answer.status_code == 202
    body = answer.json()
    assert (body["screenshots_count"], body["screenshots"]) == (0, [])
    assert "bot.done" in body["message"]
    for path in ("screenshots/failure.png", "page_snapshots/failure.html", "diagnostics"):
        assert (await client.get(f"{refused.path}/{path}")).status_code == 404


async def test_the_screenshots_of_a_bot_that_never_got_in(client: httpx2.AsyncClient, refused: Refused):
    """They are listed with everything a client needs, and their links give the very bytes."""
    await refused.finish()
    answer = await client.get(f"{refused.path}/get_screenshots")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["bot_id"], body["screenshots_count"]) == (refused.bot_id, 2)
    entries = {entry["name"]: entry for entry in body["screenshots"]}
    failure = entries["failure.png"]
    assert failure["content_type"] == "image/png"
    assert failure["size_bytes"] == len(PICTURE)
    assert datetime.now(UTC) - datetime.fromisoformat(failure["taken_at"]) < timedelta(minutes=1)
    assert entries["before.png"]["page_snapshot_url"] is None
    picture = await client.get(failure["url"])
    assert (picture.content, picture.headers["Content-Type"]) == (PICTURE, "image/png")
    part = await client.get(failure["url"], headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, PICTURE[:8])


async def test_the_links_need_the_owners_key(client: httpx2.AsyncClient, store: Store, refused: Refused):
    """Without a key it is 401; for another workspace neither the bot nor its files exist."""
    await refused.finish()
    url = (await client.get(f"{refused.path}/get_screenshots")).json()["screenshots"][0]["url"]
    stranger = {"Authorization": f"Token {await store.keys.create('other', workspace='other')}"}
    for path in (url, f"{refused.path}/get_screenshots", f"{refused.path}/diagnostics"):
        assert (await client.get(path, headers={"Authorization": ""})).status_code == 401
        assert (await client.get(path, headers=stranger)).status_code == 404


async def test_a_pages_document_cannot_run_as_a_page_of_ours(client: httpx2.AsyncClient, refused: Refused):
    """It is a download, and sandboxed without an origin, scripts or requests should it be shown all the same."""
    await refused.finish()
    listed = (await client.get(f"{refused.path}/get_screenshots")).json()["screenshots"]
    [url] = [entry["page_snapshot_url"] for entry in listed if entry["page_snapshot_url"]]
    for answer in (await client.get(url), await client.head(url)):
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        policy = [part.strip() for part in answer.headers["Content-Security-Policy"].split(";")]
        assert "sandbox" in policy, "bare: no allow- token gives anything back"
        assert "default-src 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"].startswith("text/html")
    assert (await client.get(url)).text == HOSTILE
    name = url.rpartition("/")[2]
    assert (await client.get(f"{refused.path}/screenshots/{name}")).status_code == 404


@pytest.mark.parametrize(
    "name", ["nothing.png", "..%2Fsession.log", "session.log", "failure.png%00", "x" * 3000]
)
async def test_only_what_is_listed_can_be_had(client: httpx2.AsyncClient, refused: Refused, name: str):
    """A name that is none of the bot's pictures is 404, whatever it looks like."""
    await refused.finish()
    answer = await client.get(f"{refused.path}/screenshots/{name}")
    assert answer.status_code == 404
    assert list(answer.json()) == ["message"]


async def test_the_diagnostics_hold_everything_but_who_was_there(
    client: httpx2.AsyncClient, refused: Refused
):
    """The archive has pictures, documents, log, journal and details; rosters, chats and recordings are not in it."""
    await refused.finish()
    answer = await client.get(f"{refused.path}/diagnostics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{refused.bot_id}-diagnostics.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            "details.json",
            "session.log",
            "events.jsonl",
            "screenshots/failure.png",
            "screenshots/before.png",
            "page_snapshots/failure.html",
        }
        assert archive.read("screenshots/failure.png") == PICTURE
        assert archive.read("session.log") == b'{"event": "session.started"}\n'
        details = json.loads(archive.read("details.json"))["bot_details"]
    shown = (await client.get(f"{refused.path}/detail")).json()["bot_details"]
    assert details == shown | {"participant_events": None}, "no link that opens without a key is passed on"
    assert details["end_reason"] == "captcha_required"
    assert "captcha" in details["end_message"]


async def test_a_file_that_is_gone_does_not_spoil_the_archive(
    client: httpx2.AsyncClient, storage: FolderStorage, refused: Refused
):
    """What somebody took out of the storage is left out; the rest is whole."""
    await refused.finish()
    await storage.delete(f"bots/{refused.bot_id}/log/session.log")
    answer = await client.get(f"{refused.path}/diagnostics")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert "session.log" not in archive.namelist()
        assert "screenshots/failure.png" in archive.namelist()


async def test_a_bot_that_was_cancelled_has_its_details(client: httpx2.AsyncClient, request_body: BotRequest):
    """Without a session there is nothing but the details, and no screenshots."""
    body = {"meeting_link": request_body.meeting_link, "join_at": "2099-01-01T00:00:00Z"}
    bot_id = (await client.post("/api/v1/bots/create_bot", json=body)).json()["bot_id"]
    await client.get(f"/api/v1/bots/{bot_id}/remove_bot")
    listed = await client.get(f"/api/v1/bots/{bot_id}/get_screenshots")
    assert (listed.status_code, listed.json()["screenshots_count"]) == (200, 0)
    with zipfile.ZipFile(
        io.BytesIO((await client.get(f"/api/v1/bots/{bot_id}/diagnostics")).content)
    ) as zipped:
        assert zipped.namelist() == ["details.json"]


async def test_all_of_it_expires(
    client: httpx2.AsyncClient, store: Store, storage: FolderStorage, refused: Refused, sessions: Path
):
    """After the retention of a bot that never got in its files are gone from the storage and from the API."""
    await refused.finish()
    before = await store.artifacts.of_bot(refused.bot_id)
    later = datetime.now(UTC) + timedelta(hours=2)
    assert await expire_recordings(store, Eraser(store, storage, sessions), now=later) == 1
    for artifact in before:
        assert not await storage.exists(artifact.storage_key)
    paths = ("get_screenshots", "screenshots/failure.png", "page_snapshots/failure.html", "diagnostics")
    for path in paths:
        answer = await client.get(f"{refused.path}/{path}")
        assert answer.status_code == 404
        assert "retention" in answer.json()["message"]


async def test_a_refused_bot_says_why_everywhere(client: httpx2.AsyncClient, store: Store, refused: Refused):
    """The webhook, the status, the list and the details carry the same machine word and sentence."""
    await refused.finish()
    [stop] = [e.body for e in await store.events.of_bot(refused.bot_id) if e.event == "bot.stopped"]
    status = (await client.get(f"{refused.path}/status")).json()
    details = (await client.get(f"{refused.path}/detail")).json()["bot_details"]
    [listed] = (await client.get("/api/v1/bots")).json()["bots"]
    assert {stop["end_reason"], status["end_reason"], details["end_reason"], listed["end_reason"]} == {
        "captcha_required"
    }
    assert stop["message"] == status["end_message"] == details["end_message"]
    assert (stop["bot_event"], status["status"]) == ("bot.denied", "Denied")
