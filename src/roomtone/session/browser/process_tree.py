"""Keeps hold of the browser's processes: they are noticed when they die, killed together, reaped.

Playwright starts Node, and Node starts Chromium, each through a ``child_process.Launcher``; what they start
themselves is found here.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Make this process the parent of its orphaned descendants, so that it can find and reap them."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1)


class ProcessTree:
    """The processes below some roots, also those whose parents have died.

    Args:
        mark: A word in the environment of every process of the tree.
    """

    def __init__(self, mark: str) -> None:
        self._roots: set[int] = set()
        self._mark = mark
        self._seen: dict[int, psutil.Process] = {}
        self._unreaped: set[int] = set()

    def add_root(self, pid: int) -> None:
        """Name a process of the tree that the event loop started, and therefore reaps."""
        self._roots.add(pid)

    def processes(self) -> list[psutil.Process]:
        """Every living process of the tree."""
        for root in (*self._roots, *self._seen):
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(root)
                for one in (process, *process.children(recursive=True)):
                    self._see(one)
        sessions = {_session_of(pid) for pid in self._seen if pid not in self._roots} - {None, os.getsid(0)}
        for orphan in psutil.Process().children():
            if _session_of(orphan.pid) in sessions or self._is_marked(orphan):
                self._see(orphan)
        return [one for one in self._seen.values() if _is_alive(one)]

    async def kill(self, deadline_s: float = 5.0) -> None:
        """Kill all of it and reap what became ours.

        Returns when nothing of it is left, not even a root that the event loop has still to reap, or after
        the deadline.
        """
        until_s = time.monotonic() + deadline_s
        while time.monotonic() < until_s:
            alive = self.processes()
            for one in alive:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            self._reap()
            if not alive and not self._unreaped and not self._has_unreaped_roots():
                return
            await asyncio.sleep(0.02)

    def _see(self, process: psutil.Process) -> None:
        if process.pid not in self._seen:
            self._seen[process.pid] = process
            # The event loop started the roots and reaps them: we would rob it of their status.
            if process.pid not in self._roots:
                self._unreaped.add(process.pid)

    def _has_unreaped_roots(self) -> bool:
        return any(self._seen[root].is_running() for root in self._roots if root in self._seen)

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            return process.pid not in self._seen and self._mark in process.environ().values()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def _reap(self) -> None:
        for pid in list(self._unreaped):
            try:
                reaped, _ = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                # Not ours: reaped by its own parent, or it will come to us when that one dies.
                if not psutil.pid_exists(pid):
                    self._unreaped.discard(pid)
            else:
                if reaped:
                    self._unreaped.discard(pid)


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextlib.contextmanager
def on_exit(pid: int, callback: Callable[[], object]) -> Iterator[None]:
    """Call back in the event loop, once, the moment a process ends, whoever its parent is (pidfd)."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        callback()
        yield
        return
    loop = asyncio.get_running_loop()

    def ended() -> None:
        loop.remove_reader(descriptor)
        callback()

    loop.add_reader(descriptor, ended)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
