"""Deleting every byte of a bot: what a stay leaves of each kind, and what the database knows of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, IllegalTransition, Step
from roomtone.bot.request import BotRequest
from roomtone.config import Settings
from roomtone.outbound.policy import AddressPolicy
from roomtone.service.deletion.eraser import Eraser
from roomtone.service.deletion.errors import AlreadyDeleted, NotAllDeleted
from roomtone.service.jobs.port import DELETE_DATA
from roomtone.service.recordings.expiry import expire_recordings
from roomtone.service.recordings.finisher import Finisher
from roomtone.service.storage.errors import StorageError
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.storage.storages import Storages
from roomtone.service.store import tables
from roomtone.service.store.artifacts import NewArtifact
from roomtone.service.store.errors import UnknownBot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.s3_server import S3Server

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.storage.port import Storage
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

NOW = datetime.now(UTC)
SECRET = "Ada-Lovelace-said-this"
KINDS = {
    "audio": "audio.mp3",
    "video": "video.mp4",
    "audio_stream": "audio_streams/ada/0.webm",
    "video_stream": "video_streams/ada/0.webm",
    "screenshot": "screenshot/failure.png",
    "page_snapshot": "page_snapshot/failure.html",
    "journal": "journal/journal.jsonl",
    "log": "log/session.log",
    "participants": "participants/participants.jsonl",
    "timeline": "timeline/timeline.jsonl",
    "chat": "chat/chat.jsonl",
    "captions": "captions/captions.jsonl",
    "transcript": "transcripts/1.json",
    "summary": "summary.json",
}
"""Kinds of artifacts and where one lies; a part of a running recording and a stray object come besides."""
STRAYS = ("live/1/recording.mp4/000000000000000-000000000000005", "never-announced.bin")


@pytest.fixture(params=["folder", "server's bucket", "workspace's bucket"])
async def storages(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    store: Store,
    s3: S3Server,
    new_bucket: Callable[[], str],
    workspace_id: str,
) -> Any:
    """The storages of a server, set up each way."""
    settings: dict[str, Any] = {"data_dir": tmp_path / "data"}
    if request.param == "server's bucket":
        settings |= {
            "storage_url": f"s3://{new_bucket()}",
            "storage_endpoint_url": s3.url,
            "storage_key_id": "key",
            "storage_secret": "secret",
        }
    folder = FolderStorage(tmp_path / "data" / "artifacts")
    storages = Storages(folder, store, Settings(**settings), AddressPolicy(allow_private=True))
    if request.param == "workspace's bucket":
        from tests.integration.service.storage.test_storages import place

        await storages.configure(workspace_id, place(s3, new_bucket()), "key", "secret")
    yield storages
    storages.close()


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """The folder of the sessions' folders."""
    folder = tmp_path / "data" / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def full_bot(store: Store, storage: Storage, workspace_id: str, sessions: Path, **fields: Any) -> Bot:
    """A bot that left something of every kind, words of the meeting everywhere; done, unless transcribed."""
    asked = {
        "meeting_link": f"http://127.0.0.1:9/practice/room?pwd={SECRET}",
        "bot_name": SECRET,
        "bot_message": SECRET,
        "custom_attributes": {"customer": SECRET},
        "video_required": False,
        **fields,
    }
    bot = await store.bots.create_bot(BotRequest.model_validate(asked), workspace_id, payload=asked)
    await store.leases.claim_bot(bot.id, "node", 60)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=1)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED), epoch=1)
    source = sessions / "source"
    artifacts = []
    for kind, name in [*KINDS.items(), *((None, stray) for stray in STRAYS)]:
        source.write_text(SECRET)
        key = f"bots/{bot.id}/{name}"
        size = await storage.put_file(key, source, move=True)
        if kind is not None:
            artifacts.append(NewArtifact(kind, key, "text/plain", size, name=name.rpartition("/")[2]))
    done = Happening(Step.AUDIO_PROCESSED, NOW)
    await store.events.record(bot.id, done, epoch=None, artifacts=artifacts)
    if bot.request.recording_config.transcript is None:
        await store.events.record(bot.id, Happening(Step.DONE, NOW), epoch=None)
    for epoch in (1, 2):
        (sessions / f"{bot.id}-{epoch}" / "page").mkdir(parents=True)
        (sessions / f"{bot.id}-{epoch}" / "page" / "recording.mp4").write_text(SECRET)
    return await store.bots.get(bot.id)


async def rows_with_secret(store: Store) -> list[str]:
    """Tables in which a word of the meeting stands still."""
    found = []
    async with store.database.read() as connection:
        for table in tables.metadata.sorted_tables:
            rows = (await connection.execute(text(f"select * from {table.name}"))).all()
            if SECRET in str(rows) or SECRET in json.dumps([list(map(str, row)) for row in rows]):
                found.append(table.name)
    return found


async def test_nothing_is_left_of_any_kind(
    store: Store, storages: Storages, workspace_id: str, sessions: Path, tmp_path: Path
):
    """Every object, every folder and every word goes; the bot's row and its history stay."""
    bot = await full_bot(store, storages, workspace_id, sessions)
    other = await full_bot(store, storages, workspace_id, sessions)
    assert await rows_with_secret(store) == ["bots", "bot_events"]
    deleted = await Eraser(store, storages, sessions).delete_on_request(bot.id)
    assert deleted == len(KINDS) + len(STRAYS) + 2
    assert await storages.keys(f"bots/{bot.id}") == []
    assert not list(sessions.glob(f"{bot.id}-*"))
    assert not [path for path in tmp_path.rglob("*") if bot.id in str(path)]
    assert await store.artifacts.of_bot(bot.id) == []
    left = await store.bots.get(bot.id)
    assert (left.step, left.payload, left.request.custom_attributes) == (Step.EXPIRED, {}, {})
    assert SECRET not in str(left)
    events = await store.events.of_bot(bot.id)
    assert SECRET not in str(events)
    body = events[-1].body
    assert (body["event"], body["status"], body["deleted_objects"]) == ("data_deletion", "success", deleted)
    assert len(await storages.keys(f"bots/{other.id}")) == len(KINDS) + len(STRAYS)
    assert len(list(sessions.glob(f"{other.id}-*"))) == 2


async def test_at_the_end_of_a_retention_the_files_go_and_the_rows_stay(
    store: Store, storages: Storages, workspace_id: str, sessions: Path
):
    """What the customer wrote stays until deletion is asked for, which is then answered once."""
    bot = await full_bot(store, storages, workspace_id, sessions)
    async with store.database.write() as transaction:
        change = tables.bots.update().where(tables.bots.c.id == bot.id)
        await transaction.connection.execute(change.values(expires_at=NOW - timedelta(hours=1)))
    eraser = Eraser(store, storages, sessions)
    assert await expire_recordings(store, eraser) == 1
    assert await expire_recordings(store, eraser) == 0
    assert await storages.keys(f"bots/{bot.id}") == []
    assert (await store.bots.get(bot.id)).request.custom_attributes == {"customer": SECRET}
    assert await eraser.delete_on_request(bot.id) == 0
    assert await rows_with_secret(store) == []
    with pytest.raises(AlreadyDeleted):
        await eraser.delete_on_request(bot.id)
    steps = [event.step for event in await store.events.of_bot(bot.id)]
    assert steps.count(Step.EXPIRED) == 1


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    """A folder as storage."""
    return FolderStorage(tmp_path / "data" / "artifacts")


async def test_webhooks_on_their_way_keep_their_bodies_until_they_arrived(
    store: Store, folder: FolderStorage, workspace_id: str, sessions: Path
):
    """What a receiver has still to be told is not changed under it; afterwards it goes as well."""
    bot = await full_bot(store, folder, workspace_id, sessions, callback_url="http://127.0.0.1:9/hook")
    eraser = Eraser(store, folder, sessions)
    await eraser.delete_on_request(bot.id)
    assert await rows_with_secret(store) == ["bot_events"]
    assert await eraser.go_on(bot.id) > 0
    async with store.database.write() as transaction:
        change = tables.deliveries.update().where(tables.deliveries.c.bot_id == bot.id)
        await transaction.connection.execute(change.values(state="delivered", finished_at=NOW))
    assert await eraser.go_on(bot.id) == 0
    assert await rows_with_secret(store) == []


async def test_what_one_place_refuses_is_told_once_and_tried_again(
    store: Store, folder: FolderStorage, workspace_id: str, sessions: Path, jobs: EmbeddedJobs
):
    """The objects that went are counted over all attempts; the job that goes on is there from the start."""
    bot = await full_bot(store, folder, workspace_id, sessions)

    class Refusing(FolderStorage):
        async def delete(self, key: str) -> bool:
            if key.endswith(".mp4"):
                raise StorageError("not now")
            return await super().delete(key)

    refusing = Eraser(store, Refusing(sessions.parent / "artifacts"), sessions)
    for _ in range(3):
        with pytest.raises(NotAllDeleted):
            await refusing.delete_on_request(bot.id)
    events = await store.events.of_bot(bot.id)
    failures = [event.body for event in events if event.step is Step.DELETION_FAILED]
    assert len(failures) == 1
    assert (failures[0]["status"], failures[0]["status_code"]) == ("failed", 500)
    assert (await store.bots.get(bot.id)).step is Step.DONE
    assert await folder.exists(f"bots/{bot.id}/video.mp4")
    await store.deletions.take_up(NOW - timedelta(minutes=1))
    job = await jobs.claim("worker", {DELETE_DATA}, 10)
    assert job is not None
    assert job.payload == {"bot_id": bot.id}
    assert await Eraser(store, folder, sessions).go_on(bot.id) == 0
    assert (await store.events.of_bot(bot.id))[-1].body["deleted_objects"] == len(KINDS) + len(STRAYS) + 2


async def test_one_bots_trouble_keeps_no_other_bots_files(
    store: Store, folder: FolderStorage, workspace_id: str, sessions: Path
):
    """All that are due and can go, go; the other stays due."""
    bots = [await full_bot(store, folder, workspace_id, sessions) for _ in range(3)]
    async with store.database.write() as transaction:
        await transaction.connection.execute(tables.bots.update().values(expires_at=NOW))

    class Refusing(FolderStorage):
        async def delete(self, key: str) -> bool:
            if bots[1].id in key:
                raise StorageError("not now")
            return await super().delete(key)

    refusing = Eraser(store, Refusing(sessions.parent / "artifacts"), sessions)
    with pytest.raises(NotAllDeleted):
        await expire_recordings(store, refusing)
    steps = [(await store.bots.get(bot.id)).step for bot in bots]
    assert steps == [Step.EXPIRED, Step.DONE, Step.EXPIRED]
    assert await expire_recordings(store, Eraser(store, folder, sessions)) == 1


async def test_copies_at_providers_are_deleted_and_counted(
    store: Store, folder: FolderStorage, workspace_id: str, sessions: Path
):
    """Nothing is called deleted while a provider has still a copy."""
    bot = await full_bot(store, folder, workspace_id, sessions)
    answers: list[int | None] = [None, 3]

    async def provider(asked: Bot) -> int:
        assert asked.id == bot.id
        answer = answers.pop(0)
        if answer is None:
            raise NotAllDeleted("the provider does not answer")
        return answer

    eraser = Eraser(store, folder, sessions, [provider])
    with pytest.raises(NotAllDeleted):
        await eraser.delete_on_request(bot.id)
    assert (await store.bots.get(bot.id)).step is Step.DONE
    assert await eraser.delete_on_request(bot.id) == len(KINDS) + len(STRAYS) + 2 + 3


async def test_a_transcript_in_the_making_goes_too(
    store: Store, folder: FolderStorage, workspace_id: str, sessions: Path, tmp_path: Path
):
    """What was copied or heard for it so far is deleted and counted."""
    config: dict[str, Any] = {"transcript": {"provider": {"meetstream": {}}}}
    bot = await full_bot(store, folder, workspace_id, sessions, recording_config=config)
    asked = await store.transcripts.of_bot(bot.id)
    assert len(asked) == 1
    work = tmp_path / "transcribing" / asked[0].id
    work.mkdir(parents=True)
    (work / "audio.mp3").write_text(SECRET)
    eraser = Eraser(store, folder, sessions, transcribing=tmp_path / "transcribing")
    assert await eraser.delete_on_request(bot.id) == len(KINDS) + len(STRAYS) + 2 + 1
    assert not work.exists()


async def test_what_is_still_to_be_finished_is_not_finished_any_more(
    store: Store, folder: FolderStorage, workspace_id: str, sessions: Path, jobs: EmbeddedJobs
):
    """A bot can be deleted before it is done; the finishing that comes later finds nothing and stores nothing."""
    bot = await store.bots.create_bot(BotRequest(meeting_link="http://127.0.0.1:9/practice/a"), workspace_id)
    await store.leases.claim_bot(bot.id, "node", 60)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=1)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED), epoch=1)
    left = sessions / f"{bot.id}-1"
    left.mkdir()
    (left / "session.log").write_text(SECRET)
    assert await Eraser(store, folder, sessions).delete_on_request(bot.id) == 1
    with contextlib.suppress(UnknownBot, IllegalTransition):
        await Finisher(store, jobs, folder, sessions).finish(bot.id)
    assert (await store.bots.get(bot.id)).step is Step.EXPIRED
    assert await folder.keys(f"bots/{bot.id}") == []
    assert not left.exists()


async def test_a_session_that_still_closes_its_files_is_waited_for(
    store: Store, folder: FolderStorage, workspace_id: str, sessions: Path
):
    """Its folder goes after its last word, so that it leaves nothing behind."""
    bot = await full_bot(store, folder, workspace_id, sessions)
    looks: list[Path] = []

    def is_over(asked: Path) -> bool:
        looks.append(asked)
        (asked / "last.word").write_text(SECRET)
        return len(looks) > 3

    await Eraser(store, folder, sessions, is_over=is_over).delete_on_request(bot.id)
    assert [look.name for look in looks] == [f"{bot.id}-1"] * 4 + [f"{bot.id}-2"]
    assert not list(sessions.glob(f"{bot.id}-*"))


async def test_two_who_ask_at_once_do_not_meet(
    store: Store, folder: FolderStorage, workspace_id: str, sessions: Path
):
    """One deletes, the other finds it done."""
    bot = await full_bot(store, folder, workspace_id, sessions)
    eraser = Eraser(store, folder, sessions)
    ends = await asyncio.gather(*(eraser.delete_on_request(bot.id) for _ in range(2)), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["AlreadyDeleted", "int"]
    async with store.database.read() as connection:
        query = select(tables.bot_events.c.step).where(tables.bot_events.c.bot_id == bot.id)
        steps = list((await connection.execute(query)).scalars())
    assert steps.count("expired") == 1
