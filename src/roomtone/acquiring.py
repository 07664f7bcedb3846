"""Cancelled work in threads: what a thread opens is closed, what it must not do too late is waited for.

``asyncio.to_thread`` cannot stop a thread. A task that is cancelled while the thread opens a file never gets
the file, and nobody closes it; one that is cancelled while the thread writes a file is over before the
thread, which then writes over what came after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Acquired = TypeVar("Acquired")


async def acquire_in_thread(
    acquire: Callable[[], Acquired], release: Callable[[Acquired], object]
) -> Acquired:
    """What ``acquire`` gives, called in a thread.

    If the waiting task is cancelled, what the thread has got or will get is released; else it is the
    caller's, who enters its ``try`` without another ``await`` between.

    Args:
        acquire: May block; what it raises is raised here.
        release: Undoes it, such as ``io.IOBase.close``; quick, and good for any thread.
    """
    handover = _Handover(acquire, release)
    try:
        return await asyncio.to_thread(handover.run)
    except asyncio.CancelledError:
        handover.abandon()
        raise


async def finish_in_thread(work: Callable[[], Acquired]) -> Acquired:
    """What ``work`` gives, called in a thread that is never left behind.

    If the waiting task is cancelled, it is over when the thread is, whatever comes of that.

    Args:
        work: Blocks, and not for long; what it raises is raised here.
    """
    thread = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        while not thread.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({thread})
        raise


class _Handover(Generic[Acquired]):
    def __init__(self, acquire: Callable[[], Acquired], release: Callable[[Acquired], object]) -> None:
        self._acquire = acquire
        self._release = release
        self._lock = threading.Lock()
        self._acquired: list[Acquired] = []
        self._is_abandoned = False

    def run(self) -> Acquired:
        acquired = self._acquire()
        with self._lock:
            self._acquired.append(acquired)
            is_wanted = not self._is_abandoned
        if not is_wanted:
            self._release_all()
        return acquired

    def abandon(self) -> None:
        with self._lock:
            self._is_abandoned = True
        self._release_all()

    def _release_all(self) -> None:
        with self._lock:
            left, self._acquired = self._acquired, []
        for acquired in left:
            self._release(acquired)
