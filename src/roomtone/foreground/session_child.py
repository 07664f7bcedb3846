"""A session as a child process: its events come out, leave goes in."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING

from pydantic import ValidationError

from roomtone.bot.session_protocol import Leave, parse_event, to_line
from roomtone.child_process import environment_without_secrets, kill_group

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from pydantic import BaseModel

    from roomtone.bot.session_protocol import Start

LONGEST_LINE_BYTES = 1024 * 1024
DRAIN_S = 30.0
"""Longest wait for a session that was told to leave."""


class SessionChild:
    """One session; an async context manager that leaves no process behind.

    It is started in a process group of its own, so that Ctrl-C reaches only us, who then ask it to leave.
    Should we die, its standard input ends, and it leaves by itself.

    Args:
        start: The first command.
        log: File for its log.
    """

    def __init__(self, start: Start, log: Path) -> None:
        self._start = start
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start it and tell it what to do."""
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "roomtone",
                "session",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=environment_without_secrets(),
                start_new_session=True,
                limit=LONGEST_LINE_BYTES,
            )
        self._send(to_line(self._start))
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        """End it, politely if it still runs, and reap it."""
        process = self._running()
        if process.returncode is None:
            self.leave()
            try:
                async with asyncio.timeout(DRAIN_S):
                    await process.wait()
            except TimeoutError:
                self.kill()
        await process.wait()

    async def events(self) -> AsyncIterator[BaseModel]:
        """Its events until it has ended; what is none is skipped."""
        process = self._running()
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                continue
            if not line:
                break
            with contextlib.suppress(ValidationError):
                yield parse_event(line)
        await process.wait()

    def leave(self) -> None:
        """Ask it to leave; it goes on telling events until it has."""
        self._send(to_line(Leave()))

    def kill(self) -> None:
        """End it and what it started, at once; its files stay as they are."""
        kill_group(self._running().pid)

    def _send(self, line: str) -> None:
        stdin = self._running().stdin
        assert stdin is not None
        with contextlib.suppress(ConnectionError):
            stdin.write(line.encode())

    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "used before it was entered"
        return self._process
