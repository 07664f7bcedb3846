"""Old history: what is deleted when nobody will look at it any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from roomtone.bot.lifecycle import Step
from roomtone.service.store.tables import bot_commands, bot_events, bots, deliveries, jobs

if TYPE_CHECKING:
    from datetime import datetime

    from roomtone.service.store.database import Database

KEPT_DAYS = 30
"""How long deliveries, failed jobs, commands and the events of bots whose recordings are gone are kept."""


async def purge_history(database: Database, *, now: datetime) -> dict[str, int]:
    """Delete what is older than ``KEPT_DAYS``, in one transaction, and give the number of rows by table.

    Deliveries and commands that are over, of every bot; events of bots whose recordings were deleted that
    long ago; jobs that failed for good. The bots themselves stay, with their end and their figures.
    """
    before = now - timedelta(days=KEPT_DAYS)
    expired = select(bots.c.id).where(bots.c.step == Step.EXPIRED.value, bots.c.updated_at < before)
    statements = {
        "deliveries": delete(deliveries).where(
            deliveries.c.state != "pending", deliveries.c.finished_at < before
        ),
        "events": delete(bot_events).where(
            bot_events.c.bot_id.in_(expired),
            bot_events.c.id.not_in(select(deliveries.c.event_id).where(deliveries.c.event_id.is_not(None))),
        ),
        "commands": delete(bot_commands).where(bot_commands.c.answered_at < before),
        "jobs": delete(jobs).where(jobs.c.state == "failed", jobs.c.created_at < before),
    }
    async with database.write() as transaction:
        return {
            name: (await transaction.connection.execute(statement)).rowcount
            for name, statement in statements.items()
        }
