"""Finishing a bot: from the session's folder to stored artifacts and the bot's last events."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.session_protocol import RECORDING_NAME
from roomtone.service.jobs.port import EXPIRE_RECORDINGS, NewJob
from roomtone.service.nodes.directories import session_directory
from roomtone.service.recordings.errors import FinishingError
from roomtone.service.recordings.files import FinishedFile, finish_audio, finish_video
from roomtone.service.recordings.handing_over import hand_over
from roomtone.service.recordings.live_copy import drop_live_parts
from roomtone.service.recordings.lock import session_is_over
from roomtone.service.recordings.making import OUTPUT_NAME, Made, made_of, store_file
from roomtone.service.recordings.papers import papers_of
from roomtone.service.recordings.salvage import salvage_job
from roomtone.service.recordings.streams import store_streams
from roomtone.service.recordings.summing_up import store_summary
from roomtone.service.storage.errors import StorageError
from roomtone.service.store.artifacts import NewArtifact
from roomtone.service.store.events import Facts
from roomtone.service.store.transcripts import transcribe_job

if TYPE_CHECKING:
    from roomtone.service.jobs.port import Enqueue
    from roomtone.service.recordings.papers import Paper
    from roomtone.service.storage.port import Storage
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

_EXIT_GRACE_S = 30.0
_LOOK_AGAIN_S = 0.05


_Finish = Callable[[Path, Path], FinishedFile | None]


class Finisher:
    """Makes the artifacts of bots whose stay is over.

    Every step can be repeated: what the store knows to be done is not done again, the session's own files are
    kept until all is stored, and an artifact is readable only with the event that announces it.

    Args:
        store: Where events and artifacts are recorded.
        jobs: Where work for later goes.
        storage: Where the bytes go.
        sessions: The folder of the sessions' folders.
        retention_hours: How long recordings are kept when the request does not say; 0: for ever.
        transcribing: The folder of transcripts in the making; None: they are made of what is stored alone.
    """

    def __init__(
        self,
        store: Store,
        jobs: Enqueue,
        storage: Storage,
        sessions: Path,
        *,
        retention_hours: int = 0,
        transcribing: Path | None = None,
    ) -> None:
        self._transcribing = transcribing
        self._store = store
        self._jobs = jobs
        self._storage = storage
        self._sessions = sessions
        self._retention_hours = retention_hours

    async def finish(self, bot_id: str) -> None:
        """Take a bot from ``bot.stopped`` to ``bot.done``, or to its transcript, and later on from there.

        Raises:
            FinishingError: If its session still writes.
            StorageError: If the storage is full or failed; try again later.
            UnknownBot: If there is none.
        """
        bot = await self._store.bots.get(bot_id)
        if bot.deletion_requested_at is not None:
            return
        directory = session_directory(self._sessions, bot.id, bot.epoch)
        await _until_over(directory)
        output = directory / OUTPUT_NAME
        if directory.is_dir():
            await asyncio.to_thread(output.mkdir, mode=0o700, exist_ok=True)
        bot = await self._announce_files(bot, directory, output)
        if bot.done_at is None and bot.step not in _AFTER_TRANSCRIPT:
            await store_streams(self._store.artifacts, self._storage, bot.id, directory, output)
        await self._have_live_words_kept(bot, directory)
        if bot.request.recording_config.transcript is not None and bot.step in _AFTER_AUDIO | _AFTER_VIDEO:
            if bot.transcript_id is not None:
                await self._have_transcribed(bot, bot.transcript_id, directory)
                return
            await self._record(bot, Step.TRANSCRIPTION_SKIPPED)
        if bot.done_at is None:
            papers = await asyncio.to_thread(papers_of, directory)
            stored = [await self._store_paper(bot, paper) for paper in papers]
            summary = await store_summary(
                self._storage, bot, [*stored, *await self._store.artifacts.of_bot(bot.id)], papers
            )
            await self._done(bot, stored if summary is None else [*stored, summary])
        if "Failed" not in {bot.audio_status, bot.video_status}:
            await drop_live_parts(self._storage, bot.id)
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
        elif directory.is_dir():
            await self._salvage_later(bot, directory)

    async def give_up(self, bot_id: str) -> None:
        """End a bot whose finishing failed again and again; its session's folder is kept and tried again."""
        bot = await self._store.bots.get(bot_id)
        if bot.step is Step.STOPPED and bot.recording_at is not None:
            await self._record(bot, Step.AUDIO_FAILED)
            bot = await self._store.bots.get(bot_id)
        if bot.step in _AFTER_AUDIO and bot.request.video_required:
            await self._record(bot, Step.VIDEO_FAILED)
            bot = await self._store.bots.get(bot_id)
        if bot.request.recording_config.transcript is not None and bot.step in _AFTER_AUDIO | _AFTER_VIDEO:
            await self._record(bot, Step.TRANSCRIPTION_SKIPPED)
        directory = session_directory(self._sessions, bot.id, bot.epoch)
        await self._have_live_words_kept(bot, directory)
        if bot.done_at is None:
            await self._store_streams_that_can_be(bot, directory)
            await self._done(bot, await self._papers_that_can_be_stored(bot, directory))
        if directory.is_dir():
            await self._salvage_later(bot, directory)

    async def _have_transcribed(self, bot: Bot, transcript_id: str, directory: Path) -> None:
        """Store what a transcript is made of beside the sound, and have it made; once, if called often."""
        papers = await asyncio.to_thread(papers_of, directory)
        await self._store.artifacts.add(bot.id, [await self._store_paper(bot, paper) for paper in papers])
        if self._transcribing is not None:
            await asyncio.to_thread(hand_over, directory, self._transcribing / transcript_id)
        provider = (await self._store.transcripts.get(transcript_id)).provider
        async with self._store.database.write() as transaction:
            await self._jobs.enqueue(transaction, transcribe_job(transcript_id, provider, bot.id))

    async def _have_live_words_kept(self, bot: Bot, directory: Path) -> None:
        """Have a transcript made of what a streaming provider heard beside the bot's own; once, as above."""
        for transcript_id in await self._store.transcripts.live_of(bot.id):
            if bot.recording_at is None:
                continue  # it is closed when the bot is done
            if self._transcribing is not None:
                await asyncio.to_thread(hand_over, directory, self._transcribing / transcript_id)
            provider = (await self._store.transcripts.get(transcript_id)).provider
            async with self._store.database.write() as transaction:
                await self._jobs.enqueue(transaction, transcribe_job(transcript_id, provider, bot.id))

    async def _salvage_later(self, bot: Bot, directory: Path) -> None:
        log.error("recording.folder_kept", bot_id=bot.id, folder=str(directory))
        async with self._store.database.write() as transaction:
            await self._jobs.enqueue(transaction, salvage_job(bot.id))

    async def _announce_files(self, bot: Bot, directory: Path, output: Path) -> Bot:
        """Make the bot's files side by side; each is told as soon as it is stored, the audio first."""
        loop = asyncio.get_running_loop()
        wanted: list[_Finish] = [finish_audio] if bot.step is Step.STOPPED else []
        if bot.request.video_required and bot.step in _AFTER_AUDIO | {Step.STOPPED}:
            wanted.append(finish_video)
        making = {finish: loop.run_in_executor(None, finish, directory, output) for finish in wanted}
        try:
            if bot.step is Step.STOPPED:
                audio = await made_of(bot.id, asyncio.shield(making[finish_audio]))
                await self._audio(bot, audio, recorded=(directory / RECORDING_NAME).exists())
                bot = await self._store.bots.get(bot.id)
            if bot.step in _AFTER_AUDIO and bot.request.video_required:
                await self._video(bot, (await made_of(bot.id, asyncio.shield(making[finish_video]))).file)
                bot = await self._store.bots.get(bot.id)
        finally:
            # A thread cannot be stopped, and the next attempt must not meet it at the same file.
            await asyncio.gather(*making.values(), return_exceptions=True)
        return bot

    async def _audio(self, bot: Bot, made: Made, *, recorded: bool) -> None:
        if made.file is not None:
            facts = Facts(recorded_s=bot.recorded_s or made.file.duration_s)
            await self._publish(bot, Step.AUDIO_PROCESSED, "audio", made.file, facts)
        elif bot.recording_at is not None or made.unusable or recorded:
            await self._record(bot, Step.AUDIO_FAILED)

    async def _video(self, bot: Bot, finished: FinishedFile | None) -> None:
        if finished is not None:
            await self._publish(bot, Step.VIDEO_PROCESSED, "video", finished, None)
        else:
            await self._record(bot, Step.VIDEO_FAILED)

    async def _publish(
        self, bot: Bot, step: Step, kind: str, finished: FinishedFile, facts: Facts | None
    ) -> None:
        artifact = await store_file(self._storage, bot.id, kind, finished)
        await self._store.events.record(
            bot.id, Happening(step, datetime.now(UTC)), epoch=None, facts=facts, artifacts=[artifact]
        )

    async def _store_paper(self, bot: Bot, paper: Paper) -> NewArtifact:
        """Store what helps to understand a stay: a screenshot, a page's document, the journal, the log.

        Nothing tells of it yet; ``bot.done`` does, also for a bot that never got in.
        """
        name = paper.path.name
        key = f"bots/{bot.id}/{paper.kind}/{name}"
        size = await self._storage.put_file(key, paper.path)
        return NewArtifact(paper.kind, key, paper.content_type, size, name=name, taken_at=paper.taken_at)

    async def _store_streams_that_can_be(self, bot: Bot, directory: Path) -> None:
        try:
            await store_streams(
                self._store.artifacts, self._storage, bot.id, directory, directory / OUTPUT_NAME
            )
        except (FinishingError, StorageError, OSError):
            log.warning("recording.streams_lost", bot_id=bot.id)

    async def _papers_that_can_be_stored(self, bot: Bot, directory: Path) -> list[NewArtifact]:
        artifacts = []
        papers = await asyncio.to_thread(papers_of, directory)
        for paper in papers:
            try:
                artifacts.append(await self._store_paper(bot, paper))
            except (StorageError, OSError):
                log.warning("recording.paper_lost", bot_id=bot.id, kind=paper.kind)
        try:
            summary = await store_summary(self._storage, bot, artifacts, papers)
        except (StorageError, OSError):
            log.warning("recording.paper_lost", bot_id=bot.id, kind="summary")
            return artifacts
        return artifacts if summary is None else [*artifacts, summary]

    async def _done(self, bot: Bot, papers: Sequence[NewArtifact]) -> None:
        now = datetime.now(UTC)
        retention = bot.request.recording_config.retention
        hours = retention.hours if retention is not None else self._retention_hours
        facts, jobs = None, []
        if hours:
            expires_at = now + timedelta(hours=hours)
            facts = Facts(expires_at=expires_at)
            jobs = [
                NewJob(
                    EXPIRE_RECORDINGS, {"bot_id": bot.id}, expires_at, key=f"expire:{bot.id}", bot_id=bot.id
                )
            ]
        await self._store.events.record(
            bot.id, Happening(Step.DONE, now), epoch=None, facts=facts, artifacts=papers, then=jobs
        )

    async def _record(self, bot: Bot, step: Step) -> None:
        await self._store.events.record(bot.id, Happening(step, datetime.now(UTC)), epoch=None)


_AFTER_AUDIO = frozenset({Step.AUDIO_PROCESSED, Step.AUDIO_FAILED})
_AFTER_VIDEO = frozenset({Step.VIDEO_PROCESSED, Step.VIDEO_FAILED})
_AFTER_TRANSCRIPT = frozenset(
    {Step.TRANSCRIPTION_PROCESSED, Step.TRANSCRIPTION_FAILED, Step.TRANSCRIPTION_SKIPPED}
)


async def _until_over(directory: Path) -> None:
    deadline_s = time.monotonic() + _EXIT_GRACE_S
    while not session_is_over(directory):
        if time.monotonic() > deadline_s:
            raise FinishingError("the session still writes its files")
        await asyncio.sleep(_LOOK_AGAIN_S)
