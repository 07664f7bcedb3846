"""Taking up a stay that a former life of this node left behind."""

from __future__ import annotations

import asyncio
import shutil
import time
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Step
from roomtone.service.nodes.endings import conclude
from roomtone.service.nodes.journal import read_journal
from roomtone.service.nodes.session_process import kill_marked
from roomtone.service.recordings.lock import session_is_over
from roomtone.service.store.errors import StaleEpoch

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

_LOOK_AGAIN_S = 0.1


async def recover(store: Store, bot: Bot, directory: Path, leave_grace_s: float) -> None:
    """Wait until the bot's session is over, then record how its stay ended, or have it started again.

    A session whose server died leaves by itself; one that has not after ``leave_grace_s`` is killed. A bot
    that nobody has heard of is started again; for every other the end is recorded.
    """
    log.info("bot.recovering", bot_id=bot.id, step=bot.step.value)
    try:
        await _until_over(directory, leave_grace_s)
        if bot.step in {Step.CREATED, Step.SCHEDULED} and not await asyncio.to_thread(
            read_journal, directory
        ):
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
            await store.leases.requeue(bot.id, bot.epoch)
            return
        await conclude(store, bot.id, bot.epoch, directory, otherwise=EndReason.SERVICE_CRASHED)
    except StaleEpoch as lost:
        log.warning("bot.taken_over", bot_id=bot.id, epoch=lost.current)
    except Exception:
        # The bot boundary: the next start tries again.
        log.exception("bot.recovery_failed", bot_id=bot.id)


async def _until_over(directory: Path, leave_grace_s: float) -> None:
    deadline_s = time.monotonic() + leave_grace_s
    while not session_is_over(directory):
        if time.monotonic() > deadline_s:
            log.error("session.killed", why="did_not_leave")
            break
        await asyncio.sleep(_LOOK_AGAIN_S)
    # Also after a polite end: a browser whose session was killed may have outlived it.
    await asyncio.to_thread(kill_marked, directory)
