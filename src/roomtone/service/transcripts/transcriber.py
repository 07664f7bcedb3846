"""Making one transcript: fetch, transcribe, store, tell. Every step can be repeated."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.bot.errors import RoomtoneError
from roomtone.service.recordings.summing_up import renew_summary
from roomtone.service.storage.errors import MissingObject, OutOfReach, StorageError, WriteOnly
from roomtone.service.storage.port import folder_of
from roomtone.service.store.artifacts import NewArtifact
from roomtone.service.store.errors import UnknownTranscript
from roomtone.service.store.transcripts import RAW_TRANSCRIPT, TRANSCRIPT, Made, TranscriptState
from roomtone.service.transcripts.errors import Interrupted, NoAccount, UnusableAccount
from roomtone.service.transcripts.inputs import recorded_of
from roomtone.speech.errors import NothingToTranscribe, TookTooLong, TranscriptionError
from roomtone.speech.port import LeavesWork
from roomtone.speech.segments import raw_of, segments_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from roomtone.service.storage.port import Storage
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store
    from roomtone.service.store.transcripts import StoredTranscript
    from roomtone.service.transcripts.accounts import Accounts
    from roomtone.service.transcripts.providers import ServedProvider
    from roomtone.speech.accounts import Account
    from roomtone.speech.transcript import Transcript

log = structlog.get_logger(__name__)

_PROGRESS_EVERY_S = 1.0
LEAST_ROOM_BYTES = 128 * 1024 * 1024
"""Nobody is paid for an answer while less is free where it would be kept."""
_LOOK_AGAIN_S = 0.05
_DISCARD_S = 120.0
_WITHDRAW_S = 10.0
"""The same while somebody waits for a bot's data to be deleted."""


class Transcriber:
    """Makes transcripts that the store has been asked for.

    Args:
        store: Where they stand.
        storage: Where recordings lie and transcripts go.
        folder: For work in progress, a folder a transcript.
        providers: Who makes them, by name.
        timeout_s: Longest time from the beginning of the work, restarts included.
        accounts: How providers are reached; None: those that need an account are not.
        least_room_bytes: What has to be free in ``folder`` before a provider with an account is asked.
    """

    def __init__(
        self,
        store: Store,
        storage: Storage,
        folder: Path,
        providers: Mapping[str, ServedProvider],
        timeout_s: float,
        accounts: Accounts | None = None,
        least_room_bytes: int = LEAST_ROOM_BYTES,
    ) -> None:
        self._store = store
        self._storage = storage
        self._folder = folder
        self._providers = providers
        self._timeout_s = timeout_s
        self._accounts = accounts
        self._least_room_bytes = least_room_bytes
        self._stopping = asyncio.Event()
        self._unwanted: dict[str, asyncio.Event] = {}

    def stop(self) -> None:
        """Interrupt what is being made, and whatever is begun from now on."""
        self._stopping.set()

    async def make(self, transcript_id: str) -> None:
        """Make a transcript and tell of it; one that is finished, or gone, is left alone.

        Raises:
            TranscriptionError: If it cannot be made; nothing was told yet.
            StorageError: If the storage is full or failed; try again later.
            Interrupted: If ``stop`` was called, or it is no longer wanted.
        """
        try:
            transcript = await self._store.transcripts.begin(transcript_id)
        except UnknownTranscript:
            return
        if not transcript.finished:
            bot = await self._store.bots.get(transcript.bot_id)
            if bot.deletion_requested_at is not None:
                return  # its folder says what there is to delete at the provider, and goes with the rest
            await self._make(bot, transcript)
        await renew_summary(self._store, self._storage, transcript.bot_id)
        await self._tidy(transcript_id)

    async def give_up(self, transcript_id: str, error: str) -> None:
        """There will be no transcript; tell it, if it was not told."""
        transcript = await self._store.transcripts.get(transcript_id)
        if await self._store.transcripts.fail(transcript, error):
            log.info("transcript.failed", transcript_id=transcript_id, provider=transcript.provider)
        await self._discard_left(transcript)
        await self._tidy(transcript_id)

    async def withdraw(self, bot: Bot) -> int:
        """All data of a bot are being deleted: break off what is made of it, leave nothing with providers.

        What cannot be deleted there is logged. Gives 0: what lies there is no object of ours.
        """
        for transcript in await self._store.transcripts.of_bot(bot.id):
            folder = self._folder / transcript.id
            if transcript.finished or not await asyncio.to_thread(folder.is_dir):
                continue
            if transcript.id in self._unwanted:
                self._unwanted[transcript.id].set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_WITHDRAW_S):
                    while transcript.id in self._unwanted:  # noqa: ASYNC110  it ends within a moment
                        await asyncio.sleep(_LOOK_AGAIN_S)
            await self._discard_left(transcript, _WITHDRAW_S)
        return 0

    async def tidy(self) -> None:
        """Delete the folders of work that is finished or unknown; for the start of the server."""
        names = await asyncio.to_thread(lambda: [path.name for path in _made(self._folder).iterdir()])
        for name in names:
            try:
                if not (await self._store.transcripts.get(name)).finished:
                    continue
            except UnknownTranscript:
                pass
            await self._tidy(name)

    async def _make(self, bot: Bot, transcript: StoredTranscript) -> None:
        folder = await asyncio.to_thread(lambda: _made(self._folder / transcript.id))
        served = self._providers.get(transcript.provider)
        if served is None:
            raise NothingToTranscribe(f"this server does not serve the provider {transcript.provider!r}")
        with self._withdrawable(transcript.id) as unwanted:
            made = await self._transcribed(served, bot, transcript, folder, unwanted)
        await self._publish(bot, transcript, made, folder)

    @contextlib.contextmanager
    def _withdrawable(self, transcript_id: str) -> Iterator[asyncio.Event]:
        self._unwanted[transcript_id] = asyncio.Event()
        try:
            yield self._unwanted[transcript_id]
        finally:
            del self._unwanted[transcript_id]

    async def _transcribed(
        self,
        served: ServedProvider,
        bot: Bot,
        transcript: StoredTranscript,
        folder: Path,
        unwanted: asyncio.Event,
    ) -> Transcript:
        """What the provider makes, in time, while it is wanted, and before the server stops."""
        begun_at = transcript.started_at or datetime.now(UTC)
        left = begun_at + timedelta(seconds=self._timeout_s) - datetime.now(UTC)
        percent, over = _Percent(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._report(transcript.id, percent, over), name="progress")
            stopping = tasks.create_task(self._stopping.wait(), name="stopping")
            withdrawn = tasks.create_task(unwanted.wait(), name="withdrawn")
            asking = self._ask(served, bot, transcript, folder, percent)
            work = tasks.create_task(asking, name=f"provider:{transcript.provider}")
            try:
                await asyncio.wait(
                    {work, stopping, withdrawn},
                    timeout=max(0.0, left.total_seconds()),
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                # Only these are cancelled: a write to the database that is cancelled may keep it locked.
                work.cancel()
                stopping.cancel()
                withdrawn.cancel()
                over.set()
        if work.cancelled():
            if self._stopping.is_set() or unwanted.is_set():
                raise Interrupted
            raise TookTooLong(f"it took longer than {self._timeout_s:.0f} s")
        outcome = work.result()
        if isinstance(outcome, RoomtoneError):
            raise outcome
        return outcome

    async def _ask(
        self,
        served: ServedProvider,
        bot: Bot,
        transcript: StoredTranscript,
        folder: Path,
        percent: _Percent,
    ) -> Transcript | RoomtoneError:
        try:
            artifacts = await self._store.artifacts.of_bot(bot.id)
            recorded = await recorded_of(bot, artifacts, self._storage, folder, with_audio=served.listens)
            account = await self._account(bot.workspace_id, transcript.provider)
            if account is not None:
                await asyncio.to_thread(self._check_room)
            return await served.provider.transcribe(
                recorded, transcript.options, folder, percent.take, account
            )
        except (NoAccount, UnusableAccount) as problem:
            return NothingToTranscribe(str(problem))
        except MissingObject:
            return NothingToTranscribe("the recording is no longer in the storage")
        except (WriteOnly, OutOfReach) as problem:
            return NothingToTranscribe(str(problem))
        except (TranscriptionError, StorageError) as problem:
            return problem  # a task group would wrap it

    async def _account(self, workspace_id: str, provider: str) -> Account | None:
        return None if self._accounts is None else await self._accounts.account(workspace_id, provider)

    def _check_room(self) -> None:
        if shutil.disk_usage(self._folder).free < self._least_room_bytes:
            raise StorageError("the disk is full: what a provider answers could not be kept")

    async def _publish(self, bot: Bot, transcript: StoredTranscript, made: Transcript, folder: Path) -> None:
        started_at = bot.recording_at or bot.created_at
        array = segments_of(made.turns, started_at)
        raw = raw_of(made, transcript.id, bot.recorded_s)
        files = [
            await self._put(bot.id, transcript.id, kind, content, folder)
            for kind, content in ((TRANSCRIPT, array), (RAW_TRANSCRIPT, raw))
        ]
        told = Made(made.engine, made.model, made.language, files)
        try:
            if await self._store.transcripts.succeed(transcript, told):
                log.info("transcript.made", transcript_id=transcript.id, provider=transcript.provider)
        finally:
            await self._discard_unwanted(transcript.id, files)

    async def _discard_unwanted(self, transcript_id: str, files: Sequence[NewArtifact]) -> None:
        """Leave no words of a bot that was deleted while its transcript was being made."""
        if (await self._store.transcripts.get(transcript_id)).state is TranscriptState.SKIPPED:
            for file in files:
                await self._storage.delete(file.storage_key)

    async def _put(
        self, bot_id: str, transcript_id: str, kind: str, content: Any, folder: Path
    ) -> NewArtifact:
        path, key = folder / f"{kind}.json", f"{folder_of(bot_id)}/{kind}/{transcript_id}.json"
        await asyncio.to_thread(path.write_text, json.dumps(content, ensure_ascii=False), "utf-8", "replace")
        size = await self._storage.put_file(key, path)
        return NewArtifact(kind, key, "application/json", size, name=f"{transcript_id}.json")

    async def _report(self, transcript_id: str, percent: _Percent, over: asyncio.Event) -> None:
        told = 0
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), _PROGRESS_EVERY_S)
            if percent.value > told:
                told = percent.value
                await self._store.transcripts.progress(transcript_id, told)

    async def _discard_left(self, transcript: StoredTranscript, timeout_s: float = _DISCARD_S) -> None:
        """Leave nothing of what is given up with a provider, as far as possible."""
        served = self._providers.get(transcript.provider)
        if served is None or not isinstance(served.provider, LeavesWork):
            return
        try:
            async with asyncio.timeout(timeout_s):
                bot = await self._store.bots.get(transcript.bot_id)
                account = await self._account(bot.workspace_id, transcript.provider)
                await served.provider.discard(self._folder / transcript.id, account)
        except (RoomtoneError, TimeoutError) as problem:
            problem_name = type(problem).__name__
            log.warning("transcript.left_at_provider", transcript_id=transcript.id, problem=problem_name)

    async def _tidy(self, transcript_id: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self._folder / transcript_id, ignore_errors=True)


class _Percent:
    """How far a provider is; 100 is for what is stored."""

    def __init__(self) -> None:
        self.value = 0

    def take(self, share: float) -> None:
        self.value = max(self.value, min(99, int(share * 100)))


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
