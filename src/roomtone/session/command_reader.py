"""Standard input as commands."""

from __future__ import annotations

import asyncio
import os
import stat
from typing import BinaryIO

import structlog
from pydantic import ValidationError

from roomtone.bot.session_protocol import AnyCommand, Start, parse_command
from roomtone.session.errors import NothingToDo

log = structlog.get_logger()

LONGEST_LINE_BYTES = 4 * 1024 * 1024
"""A request's body is at most 1 MiB; nobody sends longer lines."""


class CommandReader:
    """Reads commands, one JSON object a line; for one reader at a time."""

    def __init__(self, lines: asyncio.StreamReader) -> None:
        self._lines = lines

    @classmethod
    async def of_pipe(cls, pipe: BinaryIO) -> CommandReader:
        """A reader of standard input: a pipe, a socket, a terminal, or a file, whose end comes at once."""
        lines = asyncio.StreamReader(limit=LONGEST_LINE_BYTES)
        mode = os.fstat(pipe.fileno()).st_mode
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or pipe.isatty()):
            # The event loop cannot watch a file or /dev/null.
            lines.feed_data(await asyncio.to_thread(pipe.read, LONGEST_LINE_BYTES))
            lines.feed_eof()
            return cls(lines)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), pipe)
        return cls(lines)

    async def start(self) -> Start:
        """The first command. Raises `NothingToDo` when it is not a start command."""
        try:
            line = await self._lines.readline()
            command = parse_command(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise NothingToDo(f"{where}: {first['msg']}" if where else first["msg"]) from None
        except ValueError:
            raise NothingToDo("the line is too long") from None
        if not isinstance(command, Start):
            raise NothingToDo("it is another command")
        return command

    async def next(self) -> AnyCommand | None:
        """The next command, or None when the pipe ends; what is none is skipped."""
        while True:
            try:
                line = await self._lines.readline()
            except ValueError:
                log.warning("session.command_too_long")
                continue
            if not line:
                return None
            try:
                return parse_command(line)
            except ValidationError:
                log.warning("session.command_unknown")
