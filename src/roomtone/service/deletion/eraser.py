"""Deleting every byte of a bot, wherever it lies, and saying so truthfully."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.lifecycle import IllegalTransition, Step
from roomtone.service.deletion.errors import AlreadyDeleted, NotAllDeleted, StillInMeeting
from roomtone.service.jobs.port import DELETE_DATA, NewJob
from roomtone.service.storage.errors import StorageError
from roomtone.service.storage.port import folder_of
from roomtone.service.store.bots import Removal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from roomtone.service.storage.port import Storage
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

TAKEN_UP_AFTER_S = 60.0
"""When a job takes up what a request for deletion began and did not end."""
_AT_ONCE = 4
_EXIT_GRACE_S = 20.0
_LOOK_AGAIN_S = 0.05
_ON_REQUEST = "The bot's data were deleted on request."
_EXPIRED = ""
"""The lifecycle's own sentence."""


class Eraser:
    """Deletes what is kept of bots; several may be asked at once, and the same one twice.

    A bot's bytes go first and the record of it last: what is interrupted is done again, and nothing is called
    deleted that is still there. From its beginning on nothing more can be stored for the bot.

    Args:
        store: The store.
        storage: Where artifacts lie.
        sessions: The folder of the sessions' folders.
        elsewhere: Each deletes what one provider keeps of a bot and gives the number of objects; it raises
            ``NotAllDeleted`` when it could not, and is asked again.
        transcribing: Where transcripts in the making have a folder each; None: nowhere.
        is_over: Whether nobody writes to a session's folder any more; asked in a thread. A session
            says that its stay is over a moment before it exits.
    """

    def __init__(
        self,
        store: Store,
        storage: Storage,
        sessions: Path,
        elsewhere: Sequence[Callable[[Bot], Awaitable[int]]] = (),
        *,
        transcribing: Path | None = None,
        is_over: Callable[[Path], bool] = lambda _folder: True,
    ) -> None:
        self._store = store
        self._storage = storage
        self._sessions = sessions
        self._elsewhere = tuple(elsewhere)
        self._transcribing = transcribing
        self._is_over = is_over
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: defaultdict[str, int] = defaultdict(int)

    async def delete_on_request(self, bot_id: str) -> int:
        """Delete all data of a bot, its names and words in the database as well; the number of objects.

        A bot that nobody has started is cancelled. If this is cut short, a job goes on.

        Raises:
            StillInMeeting: If the bot has to leave first.
            AlreadyDeleted: If nothing is left.
            NotAllDeleted: If something could not be deleted; a job tries again.
            UnknownBot: If there is none.
        """
        async with self._alone(bot_id):
            bot = await self._ended(bot_id)
            if bot.step is Step.EXPIRED and not bot.payload:
                raise AlreadyDeleted
            now = datetime.now(UTC)
            job = NewJob(
                DELETE_DATA,
                {"bot_id": bot_id},
                now + timedelta(seconds=TAKEN_UP_AFTER_S),
                key=f"delete:{bot_id}",
                bot_id=bot_id,
            )
            await self._store.deletions.begin(bot_id, now, job)
            # After the end of a retention the files are gone, and names and words in the database are not.
            total = 0 if bot.step is Step.EXPIRED else await self._erase(bot, _ON_REQUEST)
            await self._store.deletions.scrub(bot_id)
            return total

    async def go_on(self, bot_id: str) -> int:
        """Finish a deletion on request; the number of webhooks whose bodies have to be kept a while longer.

        Raises:
            NotAllDeleted: As above.
            UnknownBot: As above.
        """
        async with self._alone(bot_id):
            bot = await self._store.bots.get(bot_id)
            if bot.step is not Step.EXPIRED:
                await self._erase(bot, _ON_REQUEST)
            return await self._store.deletions.scrub(bot_id)

    async def expire(self, bot_id: str, now: datetime | None = None) -> bool:
        """Delete the files of a bot whose retention is over; False when they are gone already.

        Raises:
            NotAllDeleted: As above.
            UnknownBot: As above.
        """
        async with self._alone(bot_id):
            bot = await self._store.bots.get(bot_id)
            if bot.step is Step.EXPIRED:
                return False
            await self._store.deletions.begin(bot_id, now or datetime.now(UTC))
            await self._erase(bot, _EXPIRED, now)
            return True

    async def _ended(self, bot_id: str) -> Bot:
        bot = await self._store.bots.get(bot_id)
        if bot.ended:
            return bot
        if bot.node is not None or bot.recording_at is not None:
            raise StillInMeeting
        if await self._store.bots.request_removal(bot_id) is Removal.REQUESTED:
            raise StillInMeeting
        return await self._store.bots.get(bot_id)

    async def _erase(self, bot: Bot, message: str, now: datetime | None = None) -> int:
        try:
            await self._delete_objects(bot.id)
            await self._until_sessions_are_over(bot.id)
            # Folders of transcripts in the making know what lies with providers.
            for delete_copies in self._elsewhere:
                await self._store.deletions.count(bot.id, await delete_copies(bot))
            files = await asyncio.to_thread(_remove, await self._folders_of(bot.id))
            await self._store.deletions.count(bot.id, files)
        except (StorageError, OSError, NotAllDeleted) as problem:
            log.warning("data.not_deleted", bot_id=bot.id, problem=str(problem))
            told = "Not all of the bot's data could be deleted yet; it is tried again."
            await self._store.deletions.tell_failure(bot.id, now or datetime.now(UTC), told)
            raise NotAllDeleted(str(problem)) from problem
        total = 0
        # Another process over the same database may have been quicker.
        with contextlib.suppress(IllegalTransition):
            total = await self._store.deletions.finish(bot.id, now or datetime.now(UTC), message)
        log.info("data.deleted", bot_id=bot.id, objects=total)
        return total

    async def _delete_objects(self, bot_id: str) -> None:
        """Delete all objects of a bot, a few at a time, and count those that were there."""
        keys = await self._storage.keys(folder_of(bot_id))
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            ends = await asyncio.gather(*map(self._storage.delete, some), return_exceptions=True)
            await self._store.deletions.count(bot_id, sum(end is True for end in ends))
            for end in ends:
                if isinstance(end, BaseException):
                    raise end

    async def _until_sessions_are_over(self, bot_id: str) -> None:
        for folder in sorted(self._sessions.glob(f"{bot_id}-*")):
            deadline_s = time.monotonic() + _EXIT_GRACE_S
            while not await asyncio.to_thread(self._is_over, folder):
                if time.monotonic() > deadline_s:
                    raise NotAllDeleted("the bot's session still writes its files")
                await asyncio.sleep(_LOOK_AGAIN_S)

    async def _folders_of(self, bot_id: str) -> list[Path]:
        """What the bot's sessions and transcripts left unfinished."""
        folders = sorted(self._sessions.glob(f"{bot_id}-*"))
        if self._transcribing is not None:
            asked = await self._store.transcripts.of_bot(bot_id)
            folders += [self._transcribing / transcript.id for transcript in asked]
        return folders

    @contextlib.asynccontextmanager
    async def _alone(self, bot_id: str) -> AsyncIterator[None]:
        self._waiting[bot_id] += 1
        try:
            async with self._locks[bot_id]:
                yield
        finally:
            self._waiting[bot_id] -= 1
            if not self._waiting[bot_id]:
                del self._waiting[bot_id], self._locks[bot_id]


def _remove(folders: list[Path]) -> int:
    """Remove folders that may be written to still; the number of files."""
    files = 0
    for folder in folders:
        if folder.is_dir():
            files += sum(1 for path in folder.rglob("*") if path.is_file() or path.is_symlink())
            shutil.rmtree(folder)
    return files
