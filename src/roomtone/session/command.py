"""``roomtone session``: one stay in one meeting, driven by JSON lines (``bot/session_protocol.py``)."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import structlog

from roomtone.config import load_settings
from roomtone.log_setup import set_up_logging
from roomtone.session.command_reader import CommandReader
from roomtone.session.session import run_session

if TYPE_CHECKING:
    from roomtone.config import Settings


def session() -> None:
    """Stay in one meeting and record it: a start command on standard input, events on standard output.

    This is what the server starts for each bot; run it by hand to see what a bot does. The log goes to
    standard error. The end of standard input makes the bot leave.
    """
    settings = load_settings()
    set_up_logging(settings.log_level)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    commands = await CommandReader.of_pipe(sys.stdin.buffer)
    start = await commands.start()
    structlog.contextvars.bind_contextvars(bot_id=start.bot_id)
    await run_session(start, settings, commands, sys.stdout.fileno())
