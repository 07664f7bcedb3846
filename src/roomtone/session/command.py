"""``roomtone session``: one stay in one meeting, driven by JSON lines (``bot/session_protocol.py``)."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING

import structlog

from roomtone.config import load_settings
from roomtone.session.command_reader import CommandReader
from roomtone.session.session import run_session
from roomtone.tracebacks import PlacesFormatter, render_exception

if TYPE_CHECKING:
    from roomtone.config import Settings


def session() -> None:
    """Stay in one meeting and record it: a start command on standard input, events on standard output.

    This is what the server starts for each bot; run it by hand to see what a bot does. The log goes to
    standard error. The end of standard input makes the bot leave.
    """
    settings = load_settings()
    _log_to_standard_error(settings.log_level)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    commands = await CommandReader.of_pipe(sys.stdin.buffer)
    start = await commands.start()
    structlog.contextvars.bind_contextvars(bot_id=start.bot_id)
    await run_session(start, settings, commands, sys.stdout.fileno())


def _log_to_standard_error(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            render_exception,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlacesFormatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
