"""Taking up a stay that a former life of this node left behind."""

from __future__ import annotations

import asyncio
import shutil
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Step
from roomtone.bot.session_protocol import InMeeting, RecordingStarted
from roomtone.service.nodes.endings import conclude
from roomtone.service.nodes.journal import ended_in, read_journal
from roomtone.service.nodes.session_process import kill_marked
from roomtone.service.recordings.lock import session_is_over
from roomtone.service.store.errors import StaleEpoch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

REJOIN_WITHIN = timedelta(hours=1)
"""From the first attempt to join: later than this the meeting is taken to be over."""
_LOOK_AGAIN_S = 0.1
_ON_THE_WAY_IN = frozenset({Step.CREATED, Step.SCHEDULED, Step.JOINING, Step.IN_WAITING_ROOM})


async def recover(store: Store, bot: Bot, directory: Path, leave_grace_s: float) -> None:
    """Wait until the bot's session is over, then record how its stay ended, or have it started again.

    A session whose server died leaves by itself; one that has not after ``leave_grace_s`` is killed. A bot
    that was not yet in its meeting is started again (``may_start_again``); for others the end is recorded.
    """
    log.info("bot.recovering", bot_id=bot.id, step=bot.step.value)
    try:
        await _until_over(directory, leave_grace_s)
        journal = await asyncio.to_thread(read_journal, directory)
        if may_start_again(bot.step, bot.joining_at, journal, datetime.now(UTC)):
            log.info("bot.started_again", bot_id=bot.id, step=bot.step.value)
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
            await store.leases.requeue(bot.id, bot.epoch)
            return
        await conclude(store, bot.id, bot.epoch, directory, otherwise=EndReason.SERVICE_CRASHED)
    except StaleEpoch as lost:
        log.warning("bot.taken_over", bot_id=bot.id, epoch=lost.current)
    except Exception:
        # The bot boundary: the next start tries again.
        log.exception("bot.recovery_failed", bot_id=bot.id)


def may_start_again(
    step: Step, joining_at: datetime | None, journal: Sequence[object], now: datetime
) -> bool:
    """Whether a bot whose server died is sent in again: it was not yet in, and the meeting may still be on.

    Args:
        step: The bot's last recorded step.
        joining_at: When it was first on its way in; None: never, as far as is recorded.
        journal: What its session wrote down; it may know more than was recorded.
        now: The present.
    """
    if step not in _ON_THE_WAY_IN or any(
        isinstance(event, InMeeting | RecordingStarted) for event in journal
    ):
        return False
    ended = ended_in(journal)
    if ended is not None and ended.reason is not EndReason.SERVICE_CRASHED:
        return False
    return joining_at is None or now - joining_at < REJOIN_WITHIN


async def _until_over(directory: Path, leave_grace_s: float) -> None:
    deadline_s = time.monotonic() + leave_grace_s
    while not session_is_over(directory):
        if time.monotonic() > deadline_s:
            log.error("session.killed", why="did_not_leave")
            break
        await asyncio.sleep(_LOOK_AGAIN_S)
    # Also after a polite end: a browser whose session was killed may have outlived it.
    await asyncio.to_thread(kill_marked, directory)
