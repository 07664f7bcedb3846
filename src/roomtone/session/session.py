"""A session: one process, one browser, one stay. Its last line is always ``ended``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.session_protocol import Ended
from roomtone.session.ending import Ending, EndingCell
from roomtone.session.journal import Journal
from roomtone.session.lock import session_lock
from roomtone.session.stay import Stay
from roomtone.session.stop_requests import StopRequests

if TYPE_CHECKING:
    from roomtone.bot.session_protocol import Start
    from roomtone.config import Settings
    from roomtone.session.command_reader import CommandReader

log = structlog.get_logger(__name__)


async def run_session(start: Start, settings: Settings, commands: CommandReader, listener: int) -> Ending:
    """Run one session from its start command to its last line.

    Args:
        start: The command.
        settings: Of this process.
        commands: The rest of standard input.
        listener: File descriptor that events are written to.

    Returns:
        Why it ended, as told in ``ended``.

    Raises:
        DirectoryInUse: If another session has the directory; nothing is written then.
    """
    directory = Path(start.directory)
    ending = EndingCell()
    requests = StopRequests(commands, ending)
    with session_lock(directory), Journal(directory, listener) as journal, requests.signals():
        log.info("session.started", platform=start.request.address.platform.value)
        stay = Stay(start, settings, journal, ending, requests.hurry)
        try:
            await _stay(stay, requests)
        except Exception as error:
            # The session's boundary: whatever nobody foresaw becomes an ending, and is only told in the log.
            log.exception("session.failed")
            ending.set(EndReason.INTERNAL_ERROR, _kind(error))
        ending.set(EndReason.INTERNAL_ERROR, "the stay ended without a reason")
        last = await ending.wait()
        journal.write(
            Ended(
                at=datetime.now(UTC),
                reason=last.reason,
                detail=last.detail,
                recorded_s=round(stay.recorded_s, 3),
                statistics=stay.statistics,
                screenshots=stay.screenshots,
            )
        )
        log.info("session.ended", reason=last.reason.value, recorded_s=round(stay.recorded_s, 1))
        return last


async def _stay(stay: Stay, requests: StopRequests) -> None:
    async with asyncio.TaskGroup() as tasks:
        listening = [
            tasks.create_task(requests.read_commands(stay.orders.take), name="commands"),
            tasks.create_task(requests.await_signal(), name="signals"),
        ]
        try:
            await stay.run()
        finally:
            for task in listening:
                task.cancel()


def _kind(error: BaseException) -> str:
    """The error's type; of a group, its members'. Never its text, which may hold anything."""
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(sorted({_kind(one) for one in error.exceptions}))
    return type(error).__name__
