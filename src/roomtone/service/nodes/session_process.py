"""A session as a child process: JSON lines over its pipes, its log in its folder, its death with ours."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import structlog
from pydantic import ValidationError

from roomtone.bot.session_protocol import parse_event, to_line
from roomtone.child_process import bound_to_us, environment_without_secrets, kill_group
from roomtone.service.nodes.errors import SessionNotStarted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from roomtone.bot.session_protocol import AnyCommand, Start

log = structlog.get_logger(__name__)

LOG_NAME = "session.log"
LONGEST_LOG_BYTES = 8 * 1024 * 1024
"""Beyond it the log moves to ``session.log.1`` and begins anew."""
LONGEST_LINE_BYTES = 1024 * 1024
MARK_VARIABLE = "ROOMTONE_SESSION_MARK"
"""Environment variable with the session's folder: every descendant inherits it and can be found by it."""
_SEND_TIMEOUT_S = 5.0
_SWEEPS = 5
_TICK_S = 0.05


class SessionProcess:
    """A running session; made by ``start``. For one task that reads events and others that send commands."""

    def __init__(self, process: asyncio.subprocess.Process, directory: Path) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout
        self._directory = directory

    @classmethod
    async def start(cls, command: Sequence[str], first_line: Start) -> SessionProcess:
        """Start a session in its folder and tell it what to do.

        Its standard input stays open as long as we live: its end tells the session that we are gone. Its log
        is a file and no pipe, so that our death takes nothing from it that it writes to.

        Cancelled, it leaves no process.

        Raises:
            SessionNotStarted: If the program cannot be run.
        """
        directory = Path(first_line.directory)
        environment = environment_without_secrets() | {MARK_VARIABLE: str(directory)}
        try:
            log_file = os.open(directory / LOG_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                process = await asyncio.create_subprocess_exec(
                    *bound_to_us(list(command)),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log_file,
                    cwd=directory,
                    env=environment,
                    limit=LONGEST_LINE_BYTES,
                    start_new_session=True,
                )
            finally:
                os.close(log_file)
        except OSError as problem:
            raise SessionNotStarted(f"the session process could not be started: {problem}") from problem
        session = cls(process, directory)
        try:
            await session.send(first_line)
        except BaseException:
            session.kill()  # nobody else knows of it
            raise
        return session

    @property
    def pid(self) -> int:
        """Process id, also the id of its process group."""
        return self._process.pid

    async def events(self) -> AsyncIterator[Any]:
        """What the session says, until its standard output closes; what is no event is logged and skipped."""
        while True:
            try:
                line = await self._stdout.readline()
            except ValueError:
                log.warning("session.line_too_long")
                continue
            if not line:
                return
            try:
                yield parse_event(line)
            except ValidationError as problem:
                log.warning("session.line_malformed", size=len(line), problems=problem.error_count())

    async def send(self, command: AnyCommand) -> bool:
        """Send a command; False when the session does not take it (it is gone, or hangs)."""
        try:
            async with asyncio.timeout(_SEND_TIMEOUT_S):
                self._stdin.write(to_line(command).encode())
                await self._stdin.drain()
        except (ConnectionError, TimeoutError):
            return False
        return True

    async def wait(self) -> int:
        """Wait for its exit: the exit code, negative when a signal killed it."""
        # asyncio's own wait also waits for the pipes, which a browser left behind may hold open for ever.
        while (exit_code := self._process.returncode) is None:  # noqa: ASYNC110
            await asyncio.sleep(_TICK_S)
        return exit_code

    def kill(self) -> None:
        """Kill the process and its group; ``kill_marked`` kills what left the group."""
        if self._process.returncode is None:
            kill_group(self.pid)

    def bound_log(self) -> None:
        """Move a log that has grown too long aside; the session goes on writing to the emptied one."""
        path = self._directory / LOG_NAME
        with contextlib.suppress(OSError):
            if path.stat().st_size > LONGEST_LOG_BYTES:
                (self._directory / f"{LOG_NAME}.1").write_bytes(path.read_bytes()[-LONGEST_LOG_BYTES:])
                os.truncate(path, 0)


def kill_marked(directory: Path) -> int:
    """Kill every process that descends from the session of a folder, and say how many there were. Blocking.

    Browsers lead process groups of their own, so killing the session's group leaves them alive.
    """
    killed = 0
    for _ in range(_SWEEPS):
        found = [process for process in psutil.process_iter() if _is_marked(process, str(directory))]
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        killed += len(found)
        if not found:
            break
        psutil.wait_procs(found, timeout=1.0)
    return killed


def _is_marked(process: psutil.Process, mark: str) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK_VARIABLE) == mark
    except psutil.Error:
        return False
