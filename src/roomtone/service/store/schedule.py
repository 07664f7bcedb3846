"""The schedule: bots that are to join later, moved and cancelled before they start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.jobs.port import START_BOT, Enqueue, NewJob
from roomtone.service.store.bot import Bot, to_bot
from roomtone.service.store.errors import NoLongerScheduled, NotScheduled, UnknownBot
from roomtone.service.store.tables import bots

if TYPE_CHECKING:
    from roomtone.service.store.database import Database, Transaction
    from roomtone.service.store.events import Events


@dataclass(frozen=True, slots=True)
class Move:
    """What to change of a scheduled bot.

    Attributes:
        join_at: When it is to join now; a past instant is the present.
        bot_name: Its new name; None: as it was.
        custom_attributes: Its new attributes, all of them; None: as they were.
    """

    join_at: datetime
    bot_name: str | None = None
    custom_attributes: dict[str, Any] | None = None


class Schedule:
    """Queries on bots that have not started; each method is one transaction, called concurrently at will."""

    def __init__(self, database: Database, events: Events, jobs: Enqueue) -> None:
        self._database = database
        self._events = events
        self._jobs = jobs

    async def upcoming(self, workspace_id: str, *, limit: int) -> list[Bot]:
        """A workspace's scheduled bots that have not started, the soonest first."""
        query = (
            select(bots)
            .where(
                bots.c.workspace_id == workspace_id,
                bots.c.step == Step.SCHEDULED.value,
                bots.c.node.is_(None),
            )
            .order_by(bots.c.join_at, bots.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [to_bot(row) for row in (await connection.execute(query)).mappings()]

    async def move(
        self,
        bot_id: str,
        workspace_id: str,
        change: Move,
        *,
        join_lead_s: float = 0.0,
        now: datetime | None = None,
    ) -> bool:
        """Move a scheduled bot and its start job together; whether its time changed.

        A node that has the old job in its hands at this moment finds the bot moved and leaves it
        (``Leases.claim_bot``).

        Raises:
            UnknownBot: If there is none, or it belongs to another workspace.
            NotScheduled: If it has started, or was never scheduled.
            NoLongerScheduled: If its stay is over.
        """
        now = now or datetime.now(UTC)
        join_at = max(change.join_at, now)
        async with self._database.write() as transaction:
            bot = await _scheduled(transaction, bot_id, workspace_id)
            moved = change.join_at != bot.join_at
            asked = bot.request.model_dump(mode="json")
            asked |= _given(change)
            values: dict[str, Any] = {"request": asked, "updated_at": now}
            if moved:
                asked["join_at"] = join_at.isoformat()
                values["join_at"] = join_at
                await self._move_job(transaction, bot_id, join_at, join_lead_s, now)
            await transaction.connection.execute(update(bots).where(bots.c.id == bot_id).values(values))
            return moved

    async def cancel(self, bot_id: str, workspace_id: str, *, now: datetime | None = None) -> None:
        """Cancel a scheduled bot: it ends and is done at once, as when it is removed.

        Raises:
            UnknownBot: If there is none, or it belongs to another workspace.
            NotScheduled: If it has started, or was never scheduled.
            NoLongerScheduled: If its stay is over.
        """
        now = now or datetime.now(UTC)
        async with self._database.write() as transaction:
            await _scheduled(transaction, bot_id, workspace_id)
            change = update(bots).where(bots.c.id == bot_id)
            await transaction.connection.execute(change.values(remove_requested_at=now, updated_at=now))
            await cancel_start(transaction, self._events, self._jobs, bot_id, now)

    async def _move_job(
        self, transaction: Transaction, bot_id: str, join_at: datetime, join_lead_s: float, now: datetime
    ) -> None:
        for key in start_keys(bot_id):
            await self._jobs.withdraw(transaction, key)
        run_at = max(join_at - timedelta(seconds=join_lead_s), now)
        for free in (*start_keys(bot_id), None):
            # A key is taken while a node has the old job in its hands.
            if await self._jobs.enqueue(transaction, NewJob(START_BOT, {"bot_id": bot_id}, run_at, key=free)):
                return


def start_keys(bot_id: str) -> tuple[str, str]:
    """The keys that the start of a bot which was never started may have."""
    return f"start:{bot_id}", f"start:{bot_id}:moved"


async def cancel_start(
    transaction: Transaction, events: Events, jobs: Enqueue, bot_id: str, now: datetime
) -> None:
    """End a bot that nobody has started, inside the caller's transaction; it is done with that."""
    for key in start_keys(bot_id):
        await jobs.withdraw(transaction, key)
    reason = EndReason.REMOVE_REQUESTED
    message = "The bot was cancelled before it joined."
    await events.record_in(transaction, bot_id, Happening(Step.STOPPED, now, reason, message))
    await events.record_in(transaction, bot_id, Happening(Step.DONE, now))


async def _scheduled(transaction: Transaction, bot_id: str, workspace_id: str) -> Bot:
    query = select(bots).where(bots.c.id == bot_id, bots.c.workspace_id == workspace_id).with_for_update()
    row = (await transaction.connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise UnknownBot(bot_id)
    bot = to_bot(row)
    if bot.ended:
        raise NoLongerScheduled("bot_id: the bot is no longer scheduled, its stay is over")
    if bot.node is not None:
        raise NotScheduled("bot_id: the bot has started already; remove_bot takes it out of its meeting")
    if bot.step is not Step.SCHEDULED:
        raise NotScheduled(
            "bot_id: the bot was not scheduled and joins as soon as it can; remove_bot cancels it"
        )
    return bot


def _given(change: Move) -> dict[str, Any]:
    given = {"bot_name": change.bot_name, "custom_attributes": change.custom_attributes}
    return {name: value for name, value in given.items() if value is not None}
