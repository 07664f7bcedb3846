"""What was heard while a meeting ran is kept, and becomes a transcript when the stay is over."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME, LiveSegment, LiveWord, segment_line
from roomtone.bot.request import BotRequest
from roomtone.bot.transcript_providers import TranscriptRequest
from roomtone.config import Settings
from roomtone.service.recordings.finisher import Finisher
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.store.transcripts import StoredTranscript, TranscriptState
from roomtone.service.transcripts.providers import served_providers
from roomtone.service.transcripts.transcriber import Transcriber
from roomtone.service.transcripts.worker import TranscriptsWorker

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

NOW = datetime.now(UTC)
SAID = (
    LiveSegment(
        segment_id="1",
        speaker_id="p1",
        speaker_name="Ada",
        start_s=1.0,
        end_s=1.4,
        text="Hello.",
        words=(LiveWord(word="hello", start_s=1.0, end_s=1.4, confidence=0.9, punctuated="Hello."),),
        provider="deepgram_streaming",
        model="nova-2",
        language="en",
    ),
)


class Bench:
    """Bots whose stay is over, and what finishes them."""

    def __init__(
        self, store: Store, jobs: EmbeddedJobs, workspace_id: str, root: Path, recorded: Path
    ) -> None:
        self.store = store
        self.jobs = jobs
        self.workspace_id = workspace_id
        self.recorded = recorded
        self.sessions = root / "sessions"
        self.sessions.mkdir()
        self.storage = FolderStorage(root / "artifacts")
        work = root / "transcribing"
        self.finisher = Finisher(store, jobs, self.storage, self.sessions, transcribing=work)
        self._providers = served_providers(Settings(data_dir=root))
        self._work = work

    async def ended(self, provider: str | None, *, live: bool, recorded: bool = True) -> Bot:
        """A bot after bot.stopped; with ``live`` a streaming provider listened on the side."""
        config: dict[str, Any] = {} if provider is None else {"transcript": {"provider": {provider: {}}}}
        body = {"meeting_link": "http://127.0.0.1:9/practice/room", "recording_config": config}
        request = BotRequest.model_validate(body | {"video_required": False})
        bot = await self.store.bots.create_bot(request, self.workspace_id)
        assert await self.store.leases.claim_bot(bot.id, "node", 60) == 1
        if live:
            listening = TranscriptRequest.model_validate({"provider": {"deepgram_streaming": {}}})
            await self.store.transcripts.open_live(bot.id, listening)
        steps = [Step.JOINING, Step.IN_MEETING, Step.RECORDING] if recorded else [Step.JOINING]
        for step in steps:
            await self.store.events.record(bot.id, Happening(step, NOW), epoch=1)
        stop = Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED)
        await self.store.events.record(bot.id, stop, epoch=1)
        folder = self.sessions / f"{bot.id}-1"
        if recorded:
            shutil.copytree(self.recorded, folder)
            (folder / "recording.mp4").unlink()
            lines = "".join(segment_line(segment) for segment in SAID)
            (folder / LIVE_TRANSCRIPT_NAME).write_text(lines, encoding="utf-8")
        else:
            folder.mkdir()
        return await self.store.bots.get(bot.id)

    async def transcribed(self, bot: Bot, provider: str) -> StoredTranscript:
        """The bot's transcript by a provider, once a worker has finished it."""
        (wanted,) = [t for t in await self.store.transcripts.of_bot(bot.id) if t.provider == provider]
        transcriber = Transcriber(self.store, self.storage, self._work, self._providers, 60.0)
        worker = TranscriptsWorker("node", self.jobs, transcriber, claim_wait_s=0.02)
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(), name="worker")
            while not (await self.store.transcripts.get(wanted.id)).finished:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            worker.stop()
        return await self.store.transcripts.get(wanted.id)

    async def segments(self, transcript: StoredTranscript) -> list[dict[str, Any]]:
        """The stored array."""
        name = f"{transcript.id}.json"
        artifact = await self.store.artifacts.find(transcript.bot_id, "transcript", name)
        assert artifact is not None
        pieces = self.storage.open_range(artifact.storage_key, 0, artifact.size_bytes)
        array: list[dict[str, Any]] = json.loads(b"".join([piece async for piece in pieces]))
        return array

    async def events(self, bot: Bot) -> list[str]:
        """The names of what was told since the end of the stay."""
        names = [event.body["event"] for event in await self.store.events.of_bot(bot.id)]
        return names[names.index("bot.stopped") + 1 :]


@pytest.fixture
def bench(store: Store, jobs: EmbeddedJobs, workspace_id: str, tmp_path: Path, recorded: Path) -> Bench:
    """Everything, with nothing made yet."""
    return Bench(store, jobs, workspace_id, tmp_path, recorded)


async def test_what_was_heard_on_the_side_is_kept_and_nothing_is_told_of_it(bench: Bench):
    """A transcript beside nothing at all: bot.done does not wait, and no event speaks of it."""
    bot = await bench.ended(None, live=True)
    await bench.finisher.finish(bot.id)
    made = await bench.transcribed(bot, "deepgram_streaming")
    assert (made.state, made.engine, made.model, made.language) == ("Success", "deepgram", "nova-2", "en")
    (segment,) = await bench.segments(made)
    assert (segment["speaker"], segment["transcript"], segment["start_time"]) == ("Ada", "Hello.", 1.0)
    assert await bench.events(bot) == ["audio.processed", "bot.done"]
    kept = await bench.store.artifacts.find(bot.id, "transcript_live", LIVE_TRANSCRIPT_NAME)
    assert kept is not None
    assert (await bench.store.bots.get(bot.id)).transcript_id is None


async def test_a_streaming_provider_can_make_the_bots_transcript(bench: Bench):
    """Its id is the bot's, transcription.processed tells it, and bot.done comes after."""
    bot = await bench.ended("deepgram_streaming", live=False)
    await bench.finisher.finish(bot.id)
    made = await bench.transcribed(bot, "deepgram_streaming")
    await bench.finisher.finish(bot.id)
    assert made.id == bot.transcript_id
    assert [segment["transcript"] for segment in await bench.segments(made)] == ["Hello."]
    assert await bench.events(bot) == ["audio.processed", "transcription.processed", "bot.done"]


async def test_both_are_made_side_by_side(bench: Bench):
    """The bot's own transcript stays the bot's."""
    bot = await bench.ended("local", live=True)
    await bench.finisher.finish(bot.id)
    assert (await bench.transcribed(bot, "deepgram_streaming")).state is TranscriptState.SUCCESS
    own = await bench.transcribed(bot, "local")
    await bench.finisher.finish(bot.id)
    assert own.finished
    assert (await bench.store.bots.get(bot.id)).transcript_id == own.id
    assert await bench.events(bot) == ["audio.processed", "transcription.processed", "bot.done"]


async def test_a_bot_that_recorded_nothing_has_none(bench: Bench):
    """The open transcript is closed with the bot."""
    bot = await bench.ended(None, live=True, recorded=False)
    await bench.finisher.finish(bot.id)
    (closed,) = await bench.store.transcripts.of_bot(bot.id)
    assert (closed.state, closed.error) == (TranscriptState.SKIPPED, "the bot recorded nothing")
