"""Files and the like that are opened in a thread and closed even when nobody waits for them any more.

``asyncio.to_thread`` cannot stop a thread: a task that is cancelled while the thread opens a file never gets
the file, and nobody closes it.
"""

from __future__ import annotations

import asyncio
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
