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
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.session_protocol import AUDIO_NAME, RECORDING_NAME
from roomtone.service.nodes.directories import bot_of
from roomtone.service.storage.errors import StorageError
from roomtone.service.storage.port import folder_of
from roomtone.service.store.errors import UnknownBot

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.storage.port import Storage
    from roomtone.service.storage.storages import Storages
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

PART_BYTES = 8 * 1024 * 1024
"""Longest part; so much is held on disk a second time, and a part of it in memory."""
FILES = (RECORDING_NAME, AUDIO_NAME)
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
    """Copies until ``stop``; one part at a time, resting after each as long as it took.

    So at most half of the line and of a core is taken while it catches up, and otherwise what the recordings
    themselves grow by.

    Args:
        store: The store.
        storages: Where parts go; bots whose files go to the data folder are left alone.
        sessions: The folder of the sessions' folders.
        scratch: A folder for one part at a time; emptied at the start.
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
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let ``run`` return after the part in hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Copy until ``stop``. Trouble is logged and tried again in the next round."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        while not self._stopping.is_set():
            next_at_s = time.monotonic() + self._every_s
            try:
                await self.copy_new()
            except Exception:
                # The round's boundary: a copy must never end the meetings that run.
                log.exception("live_copy.failed")
            try:
                async with asyncio.timeout(max(next_at_s - time.monotonic(), _SHORTEST_PAUSE_S)):
                    await self._stopping.wait()
            except TimeoutError:
                continue

    async def copy_new(self) -> int:
        """Copy what every running session wrote since the last time; gives the number of bytes."""
        folders = await asyncio.to_thread(lambda: sorted(p for p in self._sessions.iterdir() if p.is_dir()))
        names = {folder.name for folder in folders}
        self._copied = {place: end for place, end in self._copied.items() if place[0] in names}
        copied = 0
        for folder in folders:
            bot_id = bot_of(folder.name)
            try:
                if await self._is_running(bot_id) and await self._storages.is_in_bucket(bot_id):
                    for file in FILES:
                        copied += await self._copy_file(bot_id, folder, file)
            except UnknownBot:
                continue
            except (StorageError, OSError) as problem:
                log.warning("live_copy.delayed", bot_id=bot_id, problem=str(problem))
        return copied

    async def _is_running(self, bot_id: str) -> bool:
        return not (await self._store.bots.get(bot_id)).ended

    async def _copy_file(self, bot_id: str, folder: Path, file: str) -> int:
        path = folder / file
        if path.is_symlink() or not path.is_file():
            return 0
        epoch = folder.name.rpartition("-")[2]
        place = (folder.name, file)
        if place not in self._copied:
            keys = await self._storages.keys(live_folder(bot_id))
            self._copied[place] = copied_bytes(keys, f"{live_folder(bot_id)}/{epoch}/{file}")
        copied = 0
        size = path.stat().st_size  # what is written from now on is the next round's, in one part
        while (start := self._copied[place]) < size and not self._stopping.is_set():
            end = min(size, start + PART_BYTES)
            began_s = time.monotonic()
            part = await asyncio.to_thread(self._cut, path, start, end)
            key = part_key(bot_id, epoch, file, start, end)
            await self._storages.put_file(key, part, move=True)
            if (await self._store.bots.get(bot_id)).done_at is not None:
                # Finished meanwhile: whoever drops the parts may have looked before this one was there.
                await self._storages.delete(key)
                break
            self._copied[place] = end
            copied += end - start
            log.debug("live_copy.part", bot_id=bot_id, file=file, end=end)
            await asyncio.sleep(time.monotonic() - began_s)
        return copied

    def _cut(self, path: Path, start: int, end: int) -> Path:
        """A byte range as a file of its own."""
        self._scratch.mkdir(mode=0o700, exist_ok=True)
        part = self._scratch / "part"
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
