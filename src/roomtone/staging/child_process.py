"""The programs that a staging runs: their output line by line, their log, words for how they failed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import deque
from typing import TYPE_CHECKING, Self

from roomtone.child_process import ChildGroup
from roomtone.staging.errors import ChildFailed, StagingTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

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
        self._group: ChildGroup | None = None

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self._running().pid

    async def __aenter__(self) -> Self:
        """Start it. Raises ``ChildFailed`` when there is no such program."""
        try:
            with self._log.open("ab") as log:
                self._group = await ChildGroup.start(
                    self._command,
                    environment=self._environment,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log.fileno(),
                    line_limit=MAX_LINE_BYTES,
                    # A server asked to end lets its bots leave; so it is asked, also when we are killed.
                    death_signal=signal.SIGTERM,
                    grace_s=self._grace_s,
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
        await self.stop()

    async def lines(self) -> AsyncIterator[str]:
        """Its standard output, line by line, kept in the log too, until the end. One reader at a time."""
        with self._log.open("a", encoding="utf-8") as log:
            async for line in self.unlogged_lines():
                log.write(line + "\n")
                log.flush()
                yield line

    async def unlogged_lines(self) -> AsyncIterator[str]:
        """The same, kept nowhere: for what is secret and for what has a file of its own."""
        stdout = self._running().stdout
        assert stdout is not None
        while True:
            try:
                raw = await stdout.readline()
            except ValueError:  # a line beyond the limit; asyncio has dropped it
                continue
            if not raw:
                return
            yield raw.decode(errors="replace").rstrip("\r\n")

    async def ended(self) -> int:
        """Wait until it ends; its exit code, negative for a signal."""
        return await self._running().wait()

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
        await self._running().stop()

    def _running(self) -> ChildGroup:
        assert self._group is not None, "used before it was entered"
        return self._group


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
