"""Child processes: each in a group of its own, told to end when we do, stopped by the group, reaped."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
from collections import deque
from typing import TYPE_CHECKING, Self

from roomtone.staging.errors import ChildFailed, StagingTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded here: between fork and exec nothing may be loaded
MAX_LINE_BYTES = 1_048_576
"""Longest line of output that is understood; a longer one is cut out."""
LAST_WORDS = 12
"""Lines of a dead process's log that its error repeats."""


class ChildProcess:
    """One child, as an async context manager: started on entry, stopped and reaped on exit.

    Args:
        name: What to call it in messages.
        command: Argument list.
        log: File that gets its standard error, and standard output as far as nobody reads it.
        environment: All of its environment; None: ours.
        grace_s: How long it may take to end after SIGTERM before its group is killed.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        grace_s: float = 10.0,
    ) -> None:
        self.name = name
        self._command = command
        self._log = log
        self._environment = environment
        self._grace_s = grace_s
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> Self:
        """Start it. Raises ``ChildFailed`` when there is no such program."""
        try:
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log,
                    env=self._environment,
                    start_new_session=True,
                    preexec_fn=_end_with_parent,
                    limit=MAX_LINE_BYTES,
                )
        except OSError as problem:
            raise ChildFailed(
                f"cannot start {self.name} ({self._command[0]}): {problem.strerror}"
            ) from problem
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop and reap it; a second cancellation cannot leave it behind."""
        try:
            await self.stop()
        finally:
            self._signal(signal.SIGKILL)

    async def lines(self) -> AsyncIterator[str]:
        """Its standard output, line by line, kept in the log too, until the end. One reader at a time."""
        with self._log.open("a", encoding="utf-8") as log:
            async for line in self.unlogged_lines():
                log.write(line + "\n")
                log.flush()
                yield line

    async def unlogged_lines(self) -> AsyncIterator[str]:
        """The same, kept nowhere: for what is secret and for what has a file of its own."""
        assert self._process is not None
        assert self._process.stdout is not None
        while True:
            try:
                raw = await self._process.stdout.readline()
            except ValueError:  # a line beyond the limit; asyncio has dropped it
                continue
            if not raw:
                return
            yield raw.decode(errors="replace").rstrip("\r\n")

    async def ended(self) -> int:
        """Wait until it ends; its exit code, negative for a signal."""
        assert self._process is not None
        return await self._process.wait()

    def died(self, what: str) -> ChildFailed:
        """The error for it having ended when it should not."""
        return ChildFailed(f"{self.name} {what}; its log is {self._log}\n{self.last_words()}".rstrip())

    def late(self, what: str, timeout_s: float) -> StagingTimeout:
        """The error for it not having done something in time."""
        told = f"{self.name} {what} within {timeout_s:.0f} s; its log is {self._log}"
        return StagingTimeout(f"{told}\n{self.last_words()}".rstrip())

    def last_words(self) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError), self._log.open(encoding="utf-8", errors="replace") as log:
            return "".join(f"  | {line}" for line in deque(log, LAST_WORDS))
        return ""

    async def stop(self) -> None:
        """SIGTERM to it, then, after the grace, SIGKILL to its group; returns when it is reaped."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        try:
            async with asyncio.timeout(self._grace_s), asyncio.TaskGroup() as tasks:
                drain = tasks.create_task(self._drain(), name=f"drain {self.name}")
                await process.wait()
                drain.cancel()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await process.wait()
        self._signal(signal.SIGKILL)  # whatever it left in its group

    async def _drain(self) -> None:
        """Read what nobody reads any more: a full pipe would keep it from ending."""
        assert self._process is not None
        assert self._process.stdout is not None
        with contextlib.suppress(RuntimeError):  # somebody still reads: then the pipe is not full
            while await self._process.stdout.read(65536):
                pass

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


def _end_with_parent() -> None:
    """Runs in the child before its program: the kernel sends it SIGTERM when we die, however we die."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def kill_remaining(alive: set[tuple[int, int]], still_there: set[tuple[int, int]]) -> int:
    """Kill processes seen in the bot's tree that outlived the server; how many there were.

    Args:
        alive: Process id and start of what was in the tree.
        still_there: The same of everything that runs now; a reused process id is not in both.
    """
    left = alive & still_there
    for pid, _ in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(left)
