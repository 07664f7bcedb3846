"""Copying what running meetings recorded into a bucket, as it comes.

The session has no credentials, so the server watches its folder. While a meeting runs a recording only grows
at its end: what is new is stored as parts, byte ranges under
``bots/<bot id>/live/<epoch>/<file>/<start>-<end>``. Put together in the order of their names they are the
file. They go when the finished files are stored.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections import defaultdict
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.session_protocol import AUDIO_NAME, RECORDING_NAME
from roomtone.service.nodes.directories import bot_of
from roomtone.service.storage.errors import StorageError
from roomtone.service.storage.port import folder_of
from roomtone.service.store.errors import UnknownBot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roomtone.service.storage.port import Storage
    from roomtone.service.storage.storages import Storages
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

PART_BYTES = 8 * 1024 * 1024
"""Longest part; so much is held on disk a second time for each bucket, and a part of it in memory."""
FILES = (RECORDING_NAME, AUDIO_NAME)
_BUCKETS_AT_ONCE = 8
_SHORTEST_PAUSE_S = 0.5
_COPY_BYTES = 1024 * 1024
_OFFSET_DIGITS = 15


def part_key(bot_id: str, epoch: str, file: str, start: int, end: int) -> str:
    """Where a part lies; names sort as the bytes do."""
    return f"{live_folder(bot_id)}/{epoch}/{file}/{start:0{_OFFSET_DIGITS}d}-{end:0{_OFFSET_DIGITS}d}"


def live_folder(bot_id: str) -> str:
    """The key below which all parts of a bot lie."""
    return f"{folder_of(bot_id)}/live"


def copied_bytes(keys: list[str], folder: str) -> int:
    """How far the parts below a folder reach without a gap, from the file's first byte."""
    end = 0
    for key in sorted(key for key in keys if key.startswith(f"{folder}/")):
        start_text, _, end_text = key.rpartition("/")[2].partition("-")
        if int(start_text) > end:
            break
        end = max(end, int(end_text))
    return end


async def drop_live_parts(storage: Storage, bot_id: str) -> int:
    """Delete all parts of a bot, whose finished files are stored; gives their number.

    Raises:
        StorageError: If some are left.
    """
    keys = await storage.keys(live_folder(bot_id))
    for key in keys:
        await storage.delete(key)
    return len(keys)


class LiveCopies:
    """Copies until ``stop``; to a bucket one part at a time, resting after each as long as it took.

    So at most half of the line and of a core is taken while it catches up, and otherwise what the recordings
    themselves grow by. A bucket that hangs holds up the bots whose files go there, and nobody else's.

    Args:
        store: The store.
        storages: Where parts go; bots whose files go to the data folder are left alone.
        sessions: The folder of the sessions' folders.
        scratch: A folder for the parts that are on their way; emptied at the start.
        every_s: From the start of a round to the next one's, if it is over by then.
    """

    def __init__(
        self, store: Store, storages: Storages, sessions: Path, scratch: Path, *, every_s: float
    ) -> None:
        self._store = store
        self._storages = storages
        self._sessions = sessions
        self._scratch = scratch
        self._every_s = every_s
        self._copied: dict[tuple[str, str], int] = {}
        self._busy: set[str] = set()
        self._buckets = asyncio.Semaphore(_BUCKETS_AT_ONCE)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let ``run`` return after the parts in hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Copy until ``stop``. Trouble is logged and tried again in the next round."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        async with asyncio.TaskGroup() as rounds:
            while not self._stopping.is_set():
                rounds.create_task(self._round(), name="live copies")
                try:
                    async with asyncio.timeout(max(self._every_s, _SHORTEST_PAUSE_S)):
                        await self._stopping.wait()
                except TimeoutError:
                    continue

    async def copy_new(self) -> int:
        """Copy what every running session wrote since the last time; gives the number of bytes.

        Buckets that a former round is still busy with are left out.
        """
        folders = await asyncio.to_thread(lambda: sorted(p for p in self._sessions.iterdir() if p.is_dir()))
        names = {folder.name for folder in folders}
        self._copied = {place: end for place, end in self._copied.items() if place[0] in names}
        by_bucket = await self._by_bucket(folders)
        free = [bucket for bucket in by_bucket if bucket not in self._busy]
        self._busy.update(free)
        async with asyncio.TaskGroup() as copying:
            tasks = [
                copying.create_task(self._copy_to(bucket, by_bucket[bucket]), name=f"live copies:{number}")
                for number, bucket in enumerate(free)
            ]
        return sum(task.result() for task in tasks)

    async def _round(self) -> None:
        try:
            await self.copy_new()
        except Exception:
            # The round's boundary: a copy must never end the meetings that run.
            log.exception("live_copy.failed")

    async def _by_bucket(self, folders: Sequence[Path]) -> dict[str, list[Path]]:
        """The folders of running sessions whose files go to a bucket, by the bucket's storage id."""
        found: dict[str, list[Path]] = defaultdict(list)
        for folder in folders:
            bot_id = bot_of(folder.name)
            try:
                if not await self._is_running(bot_id):
                    continue
            except UnknownBot:
                continue
            bucket = await self._storages.bucket_of(bot_id)
            if bucket is not None:
                found[bucket].append(folder)
        return found

    async def _copy_to(self, bucket: str, folders: Sequence[Path]) -> int:
        copied = 0
        try:
            async with self._buckets:
                for folder in folders:
                    if not self._stopping.is_set():
                        copied += await self._copy_folder(folder)
        finally:
            self._busy.discard(bucket)
        return copied

    async def _copy_folder(self, folder: Path) -> int:
        bot_id = bot_of(folder.name)
        try:
            return sum([await self._copy_file(bot_id, folder, file) for file in FILES])
        except UnknownBot:
            return 0
        except (StorageError, OSError) as problem:
            log.warning("live_copy.delayed", bot_id=bot_id, problem=str(problem))
            return 0

    async def _is_running(self, bot_id: str) -> bool:
        return not (await self._store.bots.get(bot_id)).ended

    async def _copy_file(self, bot_id: str, folder: Path, file: str) -> int:
        path = folder / file
        if path.is_symlink() or not path.is_file():
            return 0
        epoch = folder.name.rpartition("-")[2]
        place = (folder.name, file)
        start = self._copied.get(place)
        if start is None:
            keys = await self._storages.keys(live_folder(bot_id))
            start = copied_bytes(keys, f"{live_folder(bot_id)}/{epoch}/{file}")
        copied = 0
        size = path.stat().st_size  # what is written from now on is the next round's, in one part
        while start < size and not self._stopping.is_set():
            end = min(size, start + PART_BYTES)
            began_s = time.monotonic()
            part = await asyncio.to_thread(self._cut, path, start, end, f"{folder.name}-{file}")
            key = part_key(bot_id, epoch, file, start, end)
            await self._storages.put_file(key, part, move=True)
            if (await self._store.bots.get(bot_id)).done_at is not None:
                # Finished meanwhile: whoever drops the parts may have looked before this one was there.
                await self._storages.delete(key)
                break
            self._copied[place] = end
            copied += end - start
            start = end
            log.debug("live_copy.part", bot_id=bot_id, file=file, end=end)
            await asyncio.sleep(time.monotonic() - began_s)
        return copied

    def _cut(self, path: Path, start: int, end: int, name: str) -> Path:
        """A byte range as a file of its own."""
        self._scratch.mkdir(mode=0o700, exist_ok=True)
        part = self._scratch / name
        with (
            path.open("rb") as source,
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target,
        ):
            source.seek(start)
            left = end - start
            while left and (piece := source.read(min(left, _COPY_BYTES))):
                target.write(piece)
                left -= len(piece)
        return part
