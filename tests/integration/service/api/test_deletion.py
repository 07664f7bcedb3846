"""Deleting a bot's data through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.request import BotRequest
from roomtone.service.storage.errors import StorageError
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.store.artifacts import NewArtifact

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2
    import pytest

    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


async def _make(client: httpx2.AsyncClient, **fields: object) -> str:
    answer = await client.post("/api/v1/bots/create_bot", json={"meeting_link": LINK, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["bot_id"])


async def _recorded(client: httpx2.AsyncClient, store: Store, storage: FolderStorage, root: Path) -> str:
    """A bot that is done, with an audio file."""
    bot_id = await _make(client, video_required=False)
    await store.leases.claim_bot(bot_id, "node", 60)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot_id, Happening(step, NOW), epoch=1)
    await store.events.record(bot_id, Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED), epoch=1)
    (root / "source").write_bytes(b"sound")
    key = f"bots/{bot_id}/audio.mp3"
    await storage.put_file(key, root / "source")
    artifact = NewArtifact("audio", key, "audio/mpeg", 5)
    await store.events.record(bot_id, Happening(Step.AUDIO_PROCESSED, NOW), epoch=None, artifacts=[artifact])
    await store.events.record(bot_id, Happening(Step.DONE, NOW), epoch=None)
    return bot_id


async def test_deleted_data_are_gone_and_the_bot_stays(
    client: httpx2.AsyncClient, store: Store, storage: FolderStorage, tmp_path: Path
):
    """The answer counts the files; reading them is 404 from then on, and so is deleting again."""
    bot_id = await _recorded(client, store, storage, tmp_path)
    assert (await client.get(f"/api/v1/bots/{bot_id}/audio")).status_code == 200
    answer = await client.delete(f"/api/v1/bots/{bot_id}/delete")
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "The bot's data were deleted.",
        "bot_id": bot_id,
        "deleted_objects": 1,
    }
    assert await storage.keys(f"bots/{bot_id}") == []
    for path in ("audio", "get_audio", "get_screenshots", "diagnostics"):
        assert (await client.get(f"/api/v1/bots/{bot_id}/{path}")).status_code == 404, path
    again = await client.delete(f"/api/v1/bots/{bot_id}/delete")
    assert (again.status_code, list(again.json())) == (404, ["message"])
    status = (await client.get(f"/api/v1/bots/{bot_id}/status")).json()
    assert status["status"] == "MediaExpired"
    assert (await client.get(f"/api/v1/bots/{bot_id}/detail")).json()["bot_details"]["RequestPayload"] == {}


async def test_a_scheduled_bot_is_cancelled(client: httpx2.AsyncClient, store: Store):
    """It ends, is done, and its data are gone, all told in order."""
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    bot_id = await _make(client, join_at=later)
    answer = await client.delete(f"/api/v1/bots/{bot_id}/delete")
    assert (answer.status_code, answer.json()["deleted_objects"]) == (200, 0)
    events = [event.body["event"] for event in await store.events.of_bot(bot_id)]
    assert events == ["bot.scheduled", "bot.stopped", "bot.done", "data_deletion"]
    listed = (await client.get("/api/v1/calendar/scheduled_bots")).json()["scheduled_bots"]
    assert listed == []


async def test_no_word_is_left_in_the_files_of_the_database(client: httpx2.AsyncClient, tmp_path: Path):
    """What a deletion takes out of the rows is not to be read beside them either."""
    word = "zanzibarquartett"
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    bot_id = await _make(
        client, join_at=later, bot_name=word, bot_message=word, custom_attributes={word: word}
    )
    files = [path for path in (tmp_path / "data").iterdir() if path.name.startswith("roomtone.db")]
    assert any(word.encode() in path.read_bytes() for path in files)
    await client.delete(f"/api/v1/bots/{bot_id}/delete")
    assert not any(word.encode() in path.read_bytes() for path in files)


async def test_a_bot_in_its_meeting_has_to_be_removed_first(client: httpx2.AsyncClient, store: Store):
    """It is not asked to leave by this, and nothing of it is touched."""
    bot_id = await _make(client)
    await store.leases.claim_bot(bot_id, "node", 60)
    await store.events.record(bot_id, Happening(Step.JOINING, NOW), epoch=1)
    answer = await client.delete(f"/api/v1/bots/{bot_id}/delete")
    assert answer.status_code == 409
    assert "remove_bot" in answer.json()["message"]
    bot = await store.bots.get(bot_id)
    assert (bot.remove_requested_at, bot.deletion_requested_at) == (None, None)


async def test_another_workspaces_bot_does_not_exist(client: httpx2.AsyncClient, store: Store):
    """404, and it stays."""
    other = await store.keys.check(await store.keys.create("other", "other"))
    assert other is not None
    bot = await store.bots.create_bot(BotRequest(meeting_link=LINK), other.workspace_id)
    assert (await client.delete(f"/api/v1/bots/{bot.id}/delete")).status_code == 404
    assert (await store.bots.get(bot.id)).step is Step.CREATED


async def test_what_cannot_be_deleted_is_said_and_tried_again(
    client: httpx2.AsyncClient,
    store: Store,
    storage: FolderStorage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """503 now, an event that says failed, and success once the storage works again."""
    bot_id = await _recorded(client, store, storage, tmp_path)

    async def refuse(_self: FolderStorage, key: str) -> bool:
        raise StorageError(f"cannot delete {key}")

    with monkeypatch.context() as broken:
        broken.setattr(FolderStorage, "delete", refuse)
        for _ in range(2):
            answer = await client.delete(f"/api/v1/bots/{bot_id}/delete")
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
    told = [event.body for event in await store.events.of_bot(bot_id)][-1]
    assert (told["event"], told["status"], told["status_code"]) == ("data_deletion", "failed", 500)
    assert await storage.exists(f"bots/{bot_id}/audio.mp3")
    assert (await client.delete(f"/api/v1/bots/{bot_id}/delete")).json()["deleted_objects"] == 1
    last_two = [event.body for event in await store.events.of_bot(bot_id)][-2:]
    counts = [(body["status"], body["deleted_objects"]) for body in last_two]
    assert counts == [("failed", 0), ("success", 1)]
