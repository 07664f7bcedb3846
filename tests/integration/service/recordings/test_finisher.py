"""Finishing and expiring bots over a real store and storage."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.request import BotRequest
from roomtone.service.deletion.eraser import Eraser
from roomtone.service.jobs.port import SALVAGE_RECORDING
from roomtone.service.recordings.expiry import expire_recordings
from roomtone.service.recordings.finisher import Finisher
from roomtone.service.recordings.salvage import ATTEMPTS, pause_s, salvage, take_up_kept_folders
from roomtone.service.storage.errors import StorageFull
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.store import tables

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.database import Database
    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
NOW = datetime.now(UTC)


class Bench:
    """A finisher with its folders, and bots whose stay is over."""

    def __init__(
        self, store: Store, jobs: EmbeddedJobs, workspace_id: str, root: Path, recorded: Path
    ) -> None:
        self.store = store
        self.jobs = jobs
        self.workspace_id = workspace_id
        self.storage = FolderStorage(root / "artifacts")
        self.sessions = root / "sessions"
        self.sessions.mkdir()
        self.recorded = recorded
        self.finisher = Finisher(store, jobs, self.storage, self.sessions)
        self.eraser = Eraser(store, self.storage, self.sessions)

    async def ended_bot(self, *, recorded: bool = True, **fields: Any) -> Bot:
        """A bot after bot.stopped, its session's folder filled."""
        request = BotRequest.model_validate({"meeting_link": LINK, **fields})
        bot = await self.store.bots.create_bot(request, self.workspace_id)
        assert await self.store.leases.claim_bot(bot.id, "node", 60) == 1
        steps = [Step.JOINING, Step.IN_MEETING, Step.RECORDING] if recorded else [Step.JOINING]
        for step in steps:
            await self.store.events.record(bot.id, Happening(step, NOW), epoch=1)
        stop = Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED)
        await self.store.events.record(bot.id, stop, epoch=1)
        if recorded:
            shutil.copytree(self.recorded, self.folder(bot))
        else:
            self.folder(bot).mkdir()
        return await self.store.bots.get(bot.id)

    def folder(self, bot: Bot) -> Path:
        """The folder of the bot's session."""
        return self.sessions / f"{bot.id}-1"

    async def steps(self, bot: Bot) -> list[str]:
        """What was recorded since the end of the stay."""
        steps = [event.step.value for event in await self.store.events.of_bot(bot.id)]
        return steps[steps.index("stopped") + 1 :]


@pytest.fixture
def bench(store: Store, jobs: EmbeddedJobs, workspace_id: str, tmp_path: Path, recorded: Path) -> Bench:
    """The finisher's surroundings."""
    return Bench(store, jobs, workspace_id, tmp_path, recorded)


async def test_artifacts_lie_in_the_storage_and_the_folder_is_gone(bench: Bench):
    """Audio and video are stored with their length, papers are kept, nothing is left behind."""
    bot = await bench.ended_bot()
    (bench.folder(bot) / "screenshots").mkdir()
    (bench.folder(bot) / "screenshots" / "refused.png").write_bytes(b"png")
    (bench.folder(bot) / "chat.jsonl").write_text("{}")
    (bench.folder(bot) / "screenshots" / "secret.png").symlink_to("/etc/hostname")
    (bench.folder(bot) / "cookies.sqlite").write_bytes(b"secret")
    await bench.finisher.finish(bot.id)
    assert await bench.steps(bot) == ["audio_processed", "video_processed", "done"]
    artifacts = {(a.kind, a.name): a for a in await bench.store.artifacts.of_bot(bot.id)}
    assert set(artifacts) == {
        ("audio", ""),
        ("video", ""),
        ("screenshot", "refused.png"),
        ("chat", "chat.jsonl"),
        ("summary", ""),
    }
    picture = {"width": 320, "height": 180, "fps": 30.0, "frames": 360, "corrupted_frames": 0}
    sound = {"sample_rate": 48000, "channels": 1}
    assert artifacts["video", ""].facts == {"codecs": ["h264", "aac"], **picture, **sound}
    assert artifacts["audio", ""].facts == {"codecs": ["mp3float"], **sound}
    for artifact in artifacts.values():
        assert await bench.storage.size(artifact.storage_key) == artifact.size_bytes
    assert artifacts["video", ""].duration_s == pytest.approx(12, abs=0.1)
    assert (await bench.store.bots.get(bot.id)).recorded_s == pytest.approx(12, abs=0.1)
    assert not bench.folder(bot).exists()


async def test_finishing_twice_changes_nothing(bench: Bench):
    """A repeated job finds everything done."""
    bot = await bench.ended_bot()
    await bench.finisher.finish(bot.id)
    before = await bench.steps(bot)
    await bench.finisher.finish(bot.id)
    assert await bench.steps(bot) == before


async def test_no_folder_is_no_recording(bench: Bench):
    """A bot that recorded and whose folder is gone has failed audio and video, and is done."""
    bot = await bench.ended_bot()
    shutil.rmtree(bench.folder(bot))
    await bench.finisher.finish(bot.id)
    assert await bench.steps(bot) == ["audio_failed", "video_failed", "done"]


async def test_a_bot_that_never_recorded_is_done(bench: Bench):
    """Nothing is processed."""
    bot = await bench.ended_bot(recorded=False)
    await bench.finisher.finish(bot.id)
    assert await bench.steps(bot) == ["done"]
    assert not bench.folder(bot).exists()


async def test_what_cannot_be_played_is_told_and_kept(bench: Bench):
    """A ruined video is a failed video.processed; the audio is there and so is the folder."""
    bot = await bench.ended_bot()
    (bench.folder(bot) / "recording.mp4").write_bytes(b"ruined" * 100)
    await bench.finisher.finish(bot.id)
    assert await bench.steps(bot) == ["audio_processed", "video_failed", "done"]
    assert (bench.folder(bot) / "recording.mp4").exists()


async def test_what_could_not_be_finished_is_tried_again(bench: Bench):
    """A kept recording that can be played after all is stored, can be downloaded, and its folder goes."""
    bot = await bench.ended_bot()
    whole = (bench.folder(bot) / "recording.mp4").read_bytes()
    (bench.folder(bot) / "recording.mp4").write_bytes(b"ruined" * 100)
    await bench.finisher.finish(bot.id)
    later = await bench.jobs.claim("worker", {SALVAGE_RECORDING}, 60)
    assert later is None, "not at once"
    assert not await salvage(bench.store, bench.storage, bench.sessions, bot.id)
    assert bench.folder(bot).exists()
    (bench.folder(bot) / "recording.mp4").write_bytes(whole)
    assert await salvage(bench.store, bench.storage, bench.sessions, bot.id)
    assert (await bench.store.bots.get(bot.id)).video_status == "Success"
    video = await bench.store.artifacts.find(bot.id, "video")
    assert video is not None
    assert await bench.storage.size(video.storage_key) == video.size_bytes
    assert not bench.folder(bot).exists()
    assert await bench.steps(bot) == ["audio_processed", "video_failed", "done"]
    assert await salvage(bench.store, bench.storage, bench.sessions, bot.id)


async def test_kept_folders_are_taken_up_at_the_start(bench: Bench, database: Database):
    """Each folder of a bot that is done gets a job; one of a bot still to be finished, or of nobody, gets none."""
    kept, waiting = await bench.ended_bot(), await bench.ended_bot()
    await bench.finisher.finish(kept.id)
    bench.folder(kept).mkdir()
    (bench.sessions / "nobody-1").mkdir()
    await take_up_kept_folders(bench.store, bench.jobs, bench.sessions)
    async with database.read() as connection:
        found = (await connection.execute(select(tables.jobs.c.key))).scalars().all()
    assert f"salvage:{kept.id}" in found
    assert f"salvage:{waiting.id}" not in found
    assert await salvage(bench.store, bench.storage, bench.sessions, kept.id)
    assert not bench.folder(kept).exists()


def test_attempts_to_salvage_are_spread_over_days():
    """The pauses grow from two minutes to a day, and end."""
    pauses = [pause_s(attempts) for attempts in range(1, ATTEMPTS + 1)]
    assert pauses[0] == 120
    assert pauses[-1] is None
    known = [one for one in pauses if one is not None]
    assert known == sorted(known)
    assert 86_400 < sum(known) < 7 * 86_400


async def test_an_expired_folder_goes_too(bench: Bench):
    """What could not be finished does not outlive its retention."""
    bot = await bench.ended_bot(recording_config={"retention": {"type": "timed", "hours": 1}})
    (bench.folder(bot) / "recording.mp4").write_bytes(b"ruined" * 100)
    await bench.finisher.finish(bot.id)
    later = datetime.now(UTC) + timedelta(hours=1, minutes=5)
    assert await expire_recordings(bench.store, bench.eraser, now=later) == 1
    assert not bench.folder(bot).exists()


async def test_a_full_storage_loses_nothing(bench: Bench):
    """While there is no room nothing is announced; when there is, everything is."""

    class FullStorage(FolderStorage):
        async def put_file(self, key: str, path: Path, *, move: bool = False) -> int:  # noqa: ARG002
            raise StorageFull(key)

    bot = await bench.ended_bot()
    full = Finisher(bench.store, bench.jobs, FullStorage(bench.sessions.parent / "full"), bench.sessions)
    with pytest.raises(StorageFull):
        await full.finish(bot.id)
    assert await bench.steps(bot) == []
    await bench.finisher.finish(bot.id)
    assert await bench.steps(bot) == ["audio_processed", "video_processed", "done"]


async def test_a_requested_transcript_is_said_to_be_skipped(bench: Bench):
    """A bot with a transcript request tells that there is none before it is done."""
    config = {"transcript": {"provider": {"name": "jigsawstack_streaming"}}}
    bot = await bench.ended_bot(recording_config=config)
    await bench.finisher.finish(bot.id)
    assert (await bench.steps(bot))[-2:] == ["transcription_skipped", "done"]


async def test_recordings_expire(bench: Bench):
    """After its retention a bot's bytes are gone, data_deletion counts them, and others stay."""
    config = {"retention": {"type": "timed", "hours": 2}}
    bot = await bench.ended_bot(recording_config=config)
    other = await bench.ended_bot()
    await bench.finisher.finish(bot.id)
    await bench.finisher.finish(other.id)
    assert await expire_recordings(bench.store, bench.eraser, now=NOW + timedelta(hours=1)) == 0
    later = datetime.now(UTC) + timedelta(hours=2, minutes=5)
    assert await expire_recordings(bench.store, bench.eraser, now=later) == 1
    assert await expire_recordings(bench.store, bench.eraser, now=later) == 0
    body = (await bench.store.events.of_bot(bot.id))[-1].body
    assert body["event"] == "data_deletion"
    assert body["deleted_objects"] == 3, "audio, video and summary"
    assert await bench.store.artifacts.of_bot(bot.id) == []
    assert not await bench.storage.exists(f"bots/{bot.id}/audio.mp3")
    assert await bench.storage.exists(f"bots/{other.id}/audio.mp3")


async def test_the_servers_retention_counts_when_the_request_has_none(bench: Bench):
    """The setting gives the expiry, and a job is enqueued for it."""
    bot = await bench.ended_bot()
    await Finisher(bench.store, bench.jobs, bench.storage, bench.sessions, retention_hours=3).finish(bot.id)
    expires_at = (await bench.store.bots.get(bot.id)).expires_at
    assert expires_at is not None
    assert expires_at - NOW > timedelta(hours=2, minutes=59)


async def _refused(bench: Bench) -> Bot:
    """A bot that never got in, with a picture and a document of the page that refused it."""
    bot = await bench.ended_bot(recorded=False)
    looks = bench.folder(bot) / "screenshots"
    looks.mkdir()
    (looks / "failure.png").write_bytes(b"png")
    (looks / "failure.html").write_text("<html>")
    return bot


async def test_what_a_bot_that_never_got_in_saw_comes_with_done(bench: Bench):
    """Pictures and documents are artifacts of their own kinds, each with its time, from bot.done on."""
    bot = await _refused(bench)
    assert await bench.store.artifacts.of_bot(bot.id) == []
    await bench.finisher.finish(bot.id)
    assert await bench.steps(bot) == ["done"]
    artifacts = {(a.kind, a.name): a for a in await bench.store.artifacts.of_bot(bot.id)}
    assert set(artifacts) == {("screenshot", "failure.png"), ("page_snapshot", "failure.html")}
    for artifact in artifacts.values():
        assert artifact.taken_at is not None
        assert abs(artifact.taken_at - datetime.now(UTC)) < timedelta(minutes=1)


class _HalfFullStorage(FolderStorage):
    """Takes no pictures."""

    async def put_file(self, key: str, path: Path, *, move: bool = False) -> int:
        if key.endswith(".png"):
            raise StorageFull(key)
        return await super().put_file(key, path, move=move)


async def test_done_is_not_told_before_everything_is_stored(bench: Bench):
    """With no room for a picture nothing is offered and nothing told; with room, all of it at once."""
    bot = await _refused(bench)
    storage = _HalfFullStorage(bench.sessions.parent / "artifacts")
    with pytest.raises(StorageFull):
        await Finisher(bench.store, bench.jobs, storage, bench.sessions).finish(bot.id)
    assert await bench.store.artifacts.of_bot(bot.id) == []
    assert await bench.steps(bot) == []
    await bench.finisher.finish(bot.id)
    assert len(await bench.store.artifacts.of_bot(bot.id)) == 2


async def test_a_bot_given_up_keeps_what_can_be_stored(bench: Bench):
    """What could not be stored is lost to the API, not the rest, and the folder stays."""
    bot = await _refused(bench)
    storage = _HalfFullStorage(bench.sessions.parent / "artifacts")
    await Finisher(bench.store, bench.jobs, storage, bench.sessions).give_up(bot.id)
    assert await bench.steps(bot) == ["done"]
    assert [a.kind for a in await bench.store.artifacts.of_bot(bot.id)] == ["page_snapshot"]
    assert bench.folder(bot).exists()


async def test_a_page_that_fills_the_disk_with_itself_is_not_kept(bench: Bench):
    """A picture of a size that no screen gives is left behind with the folder."""
    bot = await _refused(bench)
    with (bench.folder(bot) / "screenshots" / "failure.png").open("wb") as file:
        file.truncate(33 * 1024 * 1024)
    await bench.finisher.finish(bot.id)
    assert [a.kind for a in await bench.store.artifacts.of_bot(bot.id)] == ["page_snapshot"]
