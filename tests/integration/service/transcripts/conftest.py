"""Bots that recorded a few words, and a provider that does what a test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import roomtone.practice
from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.request import BotRequest
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.store.artifacts import NewArtifact
from roomtone.service.store.transcripts import transcribe_job
from roomtone.service.transcripts.providers import ServedProvider
from roomtone.service.transcripts.transcriber import Transcriber
from roomtone.service.transcripts.worker import TranscriptsWorker
from roomtone.speech.assembly import assemble
from roomtone.speech.transcript import Transcript, Word

if TYPE_CHECKING:
    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store
    from roomtone.speech.accounts import Account
    from roomtone.speech.port import Progress, Recorded

CLIP = Path(roomtone.practice.__file__).parent / "demo" / "goforward.flac"
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LINK = "http://127.0.0.1:9/practice/room"
TIMELINE = [{"speaker_id": "p1", "speaker_name": "Ada", "start_s": 0.0, "end_s": 5.0}]
SAID = Transcript(
    assemble([Word("hello", 0.5, 0.9, "Hello.", 0.9, "p1", "Ada")]), "local", "scripted", "none", "en"
)
Deed = Callable[["Recorded", "Path", "Progress"], Awaitable[Transcript]]


async def say(_recorded: Recorded, _folder: Path, progress: Progress) -> Transcript:
    """Ada says hello."""
    progress(0.5)
    return SAID


@dataclass
class Scripted:
    """A provider whose attempts do one deed after the other, the last one again and again."""

    deeds: list[Deed] = field(default_factory=lambda: [say])
    attempts: int = 0
    account: Account | None = None

    async def transcribe(
        self,
        recorded: Recorded,
        options: dict[str, Any],
        work_folder: Path,
        progress: Progress,
        account: Account | None = None,
    ) -> Transcript:
        """Do this attempt's deed."""
        assert isinstance(options, dict)
        deed = self.deeds[min(self.attempts, len(self.deeds) - 1)]
        self.attempts += 1
        self.account = account
        return await deed(recorded, work_folder, progress)


@dataclass
class Bench:
    """The parts together."""

    store: Store
    jobs: EmbeddedJobs
    storage: FolderStorage
    folder: Path
    provider: Scripted
    workspace_id: str
    timeout_s: float = 60.0

    @property
    def transcriber(self) -> Transcriber:
        """A transcriber whose ``local`` is the scripted provider."""
        served = {"local": ServedProvider(self.provider)}
        return Transcriber(self.store, self.storage, self.folder / "work", served, self.timeout_s)

    def worker(self) -> TranscriptsWorker:
        """A worker that tries again at once."""
        return TranscriptsWorker("node", self.jobs, self.transcriber, first_delay_s=0.0, claim_wait_s=0.02)

    async def recorded(self, **fields: Any) -> str:
        """A bot that recorded a clip and whose audio is there; gives its id."""
        transcript: dict[str, Any] = {"transcript": {"provider": {"local": {}}}}
        body = {"meeting_link": LINK, "video_required": False, "recording_config": transcript, **fields}
        bot = await self.store.bots.create_bot(BotRequest.model_validate(body), self.workspace_id)
        for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
            await self.store.events.record(bot.id, Happening(step, NOW), epoch=None)
        ended = Happening(Step.STOPPED, NOW, EndReason.SILENCE)
        await self.store.events.record(bot.id, ended, epoch=None)
        key = f"bots/{bot.id}/audio.mp3"
        size = await self.storage.put_file(key, CLIP)
        audio = NewArtifact("audio", key, "audio/mpeg", size, 2.7)
        processed = Happening(Step.AUDIO_PROCESSED, NOW)
        await self.store.events.record(bot.id, processed, epoch=None, artifacts=[audio])
        await self._keep_timeline(bot.id)
        return bot.id

    async def done(self) -> str:
        """A bot that is done, and was asked for no transcript; gives its id."""
        bot_id = await self.recorded(recording_config={}, callback_url="http://127.0.0.1:9/bot")
        await self.store.events.record(bot_id, Happening(Step.DONE, NOW), epoch=None)
        return bot_id

    async def enqueue(self, bot_id: str) -> str:
        """Have the bot's transcript made; gives its id."""
        transcript_id = (await self.store.bots.get(bot_id)).transcript_id
        assert transcript_id is not None
        provider = (await self.store.transcripts.get(transcript_id)).provider
        async with self.store.database.write() as transaction:
            await self.jobs.enqueue(transaction, transcribe_job(transcript_id, provider, bot_id))
        return transcript_id

    async def work_until_finished(self, transcript_id: str) -> None:
        """Let a worker run until the transcript is finished."""
        worker = self.worker()
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(), name="worker")
            while not (await self.store.transcripts.get(transcript_id)).finished:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            worker.stop()

    async def _keep_timeline(self, bot_id: str) -> None:
        path = self.folder / "timeline.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in TIMELINE), "utf-8")
        key = f"bots/{bot_id}/timeline/timeline.jsonl"
        size = await self.storage.put_file(key, path)
        timeline = NewArtifact("timeline", key, "application/jsonl", size, name="timeline.jsonl")
        await self.store.artifacts.add(bot_id, [timeline])


@pytest.fixture
def bench(store: Store, jobs: EmbeddedJobs, workspace_id: str, tmp_path: Path) -> Bench:
    """Everything, with nothing made yet."""
    return Bench(store, jobs, FolderStorage(tmp_path / "storage"), tmp_path, Scripted(), workspace_id)
