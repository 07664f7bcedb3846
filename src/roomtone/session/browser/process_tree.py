"""Keeps hold of the browser's processes: they die with the session, are noticed when they die, are reaped.

Playwright starts Node, and Node starts Chromium; neither can be given a ``preexec_fn``. So both are started
through a small launcher that asks the kernel to kill it with its parent, writes down its process id and
becomes the program.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shlex
import signal
import stat
import sys
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LAUNCHER = """#!{python} -IS
import ctypes, os, sys
ctypes.CDLL(None).prctl({option}, {signal})
if os.getppid() == 1:
    sys.exit("the parent died first")
with open({pid_file!r}, "w") as file:
    file.write(str(os.getpid()))
os.execv({program!r}, [{program!r}, *sys.argv[1:]])
"""


def adopt_orphans() -> None:
    """Make this process the parent of its orphaned descendants, so that it can find and reap them."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1)


class Launcher:
    """A program that dies with its parent and whose process id is known.

    Args:
        program: The executable to become.
        folder: A private folder that allows execution.
        name: Of the launcher's files.

    Attributes:
        path: What to start instead of the program; the program itself where scripts cannot be executed.
    """

    def __init__(self, program: str, folder: Path, name: str) -> None:
        self._pid_file = folder / f"{name}.pid"
        script = folder / name
        # A shebang cannot hold a path with spaces; then the program is started bare.
        script.write_text(
            _LAUNCHER.format(
                python=sys.executable,
                option=_PR_SET_PDEATHSIG,
                signal=int(signal.SIGKILL),
                pid_file=str(self._pid_file),
                program=program,
            ),
            "utf-8",
        )
        script.chmod(stat.S_IRWXU)
        usable = os.access(script, os.X_OK) and shlex.quote(sys.executable) == sys.executable
        self.path = str(script) if usable else program

    @property
    def pid(self) -> int | None:
        """The program's process id; None before it has started or when it was started bare."""
        try:
            return int(self._pid_file.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return None


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

        Returns when nothing of it is left, or after the deadline.
        """
        until_s = time.monotonic() + deadline_s
        while time.monotonic() < until_s:
            alive = self.processes()
            for one in alive:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            self._reap()
            if not alive and not self._unreaped:
                return
            await asyncio.sleep(0.02)

    def _see(self, process: psutil.Process) -> None:
        if process.pid not in self._seen:
            self._seen[process.pid] = process
            # The event loop started the roots and reaps them: we would rob it of their status.
            if process.pid not in self._roots:
                self._unreaped.add(process.pid)

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
