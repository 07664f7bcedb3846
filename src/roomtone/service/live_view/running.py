"""The recordings of running sessions on this machine, looked at while they grow."""

from __future__ import annotations

import asyncio
import io
import os
import time
import weakref
from collections import OrderedDict
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.session_protocol import RECORDING_NAME
from roomtone.fragments.errors import BrokenVideo
from roomtone.fragments.growing import GrowingVideo
from roomtone.service.live_view.segments import Segmenting

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.live_view.segments import Segment

MOST_RECORDINGS = 128
"""So many are held open; of an hour about 0.5 MB is remembered. What was forgotten is read again."""
IDLE_S = 30.0
"""A recording that nobody looked at for this long is let go of."""

log = structlog.get_logger(__name__)


class RunningRecording:
    """One recording: what is whole of it. Used on one event loop; the file is read in threads.

    It stays open while it is watched, so that the last seconds can be seen when the session's folder is gone.

    Args:
        descriptor: Of the recording, open for reading; closed when nobody has this object any more.
    """

    def __init__(self, descriptor: int) -> None:
        self.looked_at_s = time.monotonic()
        self._file = io.FileIO(descriptor, closefd=False)
        weakref.finalize(self, os.close, descriptor)
        self._video = GrowingVideo()
        self._segmenting = Segmenting()
        self._using = asyncio.Lock()
        self._is_over = False

    @property
    def init(self) -> bytes | None:
        """The initialisation segment; None: it is not there yet."""
        return self._video.init

    @property
    def segments(self) -> list[Segment]:
        """Those that were whole at the last look."""
        return self._segmenting.segments

    @property
    def is_complete(self) -> bool:
        """Whether there will be no more."""
        return self._is_over

    async def look(self, *, is_over: bool) -> bool:
        """See what is new; False: it cannot be read.

        Args:
            is_over: The session has ended: what there is now is all, whether or not it was completed.
        """
        async with self._using:
            self.looked_at_s = time.monotonic()
            if self._is_over:
                return True
            if not await asyncio.to_thread(self._look):
                return False
            if is_over or self._video.is_complete:
                self._segmenting.finish()
                self._is_over = True
            return True

    async def read(self, segment: Segment) -> bytes | None:
        """A segment's bytes; None: they cannot be read."""
        async with self._using:
            return await asyncio.to_thread(self._read, segment)

    def _look(self) -> bool:
        try:
            for fragment in self._video.scan(self._file):
                self._segmenting.add(fragment)
        except (OSError, BrokenVideo) as problem:
            log.warning("live_view.unreadable", problem=str(problem))
            return False
        return True

    def _read(self, segment: Segment) -> bytes | None:
        try:
            data = os.pread(self._file.fileno(), segment.end - segment.start, segment.start)
        except OSError:
            return None
        return data if len(data) == segment.end - segment.start else None


class RunningRecordings:
    """Finds them and remembers what was seen of them; used on one event loop.

    Args:
        sessions: The folder of the sessions' folders.
        idle_s: How long one is held that nobody looks at.
    """

    def __init__(self, sessions: Path, idle_s: float = IDLE_S) -> None:
        self._sessions = sessions
        self._idle_s = idle_s
        self._known: OrderedDict[str, RunningRecording] = OrderedDict()
        self._finding = asyncio.Lock()
        self._sweep: asyncio.TimerHandle | None = None

    async def find(self, bot_id: str, epoch: int, *, is_over: bool) -> RunningRecording | None:
        """A bot's, as it is now; None: it is not on this machine, or there is nothing of it (any more).

        Args:
            bot_id: Whose.
            epoch: Of the bot's last session.
            is_over: Whether that has ended.
        """
        name = f"{bot_id}-{epoch}"
        async with self._finding:
            recording = self._known.get(name) or await asyncio.to_thread(self._open, name)
            if recording is None:
                return None
            self._known[name] = recording
            self._known.move_to_end(name)
            self._sweep_later()
            if len(self._known) > MOST_RECORDINGS:
                self._known.popitem(last=False)
        return recording if await recording.look(is_over=is_over) else None

    def _open(self, name: str) -> RunningRecording | None:
        try:
            # A session owns its folder: what it may put there leads to no other file.
            path = self._sessions / name / RECORDING_NAME
            return RunningRecording(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC))
        except OSError:
            return None

    def _sweep_later(self) -> None:
        if self._sweep is None:
            loop = asyncio.get_running_loop()
            self._sweep = loop.call_later(self._idle_s, self._let_go)

    def _let_go(self) -> None:
        """Forget what nobody looks at."""
        self._sweep = None
        idle_since_s = time.monotonic() - self._idle_s
        for name in [name for name, one in self._known.items() if one.looked_at_s <= idle_since_s]:
            del self._known[name]
        if self._known:
            self._sweep_later()
