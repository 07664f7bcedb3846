"""Deliveries: the outbox of webhooks. An event's delivery is put in with the event; here it is worked off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from roomtone.service.store.tables import bot_events, deliveries

if TYPE_CHECKING:
    from roomtone.service.store.bell import Bell
    from roomtone.service.store.database import Database
    from roomtone.service.store.events import Events


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one URL.

    Attributes:
        id: Its number.
        event_id: Which event.
        sequence: The event's place among its bot's.
        webhook_id: The receiver's idempotency key, the same on every attempt.
        body: The envelope to send.
        attempts: How many were made.
        created_at: When it was put in; what the giving-up limit counts from.
        next_attempt_at: Not before.
        last_status: The last HTTP status; None: no answer, or no attempt.
        last_error: What went wrong last.
    """

    id: int
    event_id: int
    bot_id: str
    sequence: int
    url: str
    webhook_id: str
    state: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    finished_at: datetime | None
    last_status: int | None
    last_error: str | None
    body: dict[str, Any]


class Deliveries:
    """Queries on deliveries; every method is one transaction and may be called concurrently."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    @property
    def bell(self) -> Bell:
        """Rings when a delivery was put in."""
        return self._events.deliveries

    async def due(self, *, limit: int = 100, now: datetime | None = None) -> list[Delivery]:
        """Deliveries to attempt now: at most one a bot, its earliest pending one, if that is due.

        So a later event of a bot is never sent before an earlier one is delivered or given up.
        """
        now = now or datetime.now(UTC)
        query = (
            _heads()
            .where(deliveries.c.next_attempt_at <= now)
            .order_by(deliveries.c.next_attempt_at)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [Delivery(**row) for row in (await connection.execute(query)).mappings()]

    async def next_due_at(self) -> datetime | None:
        """When the next attempt is due (it may be past); None: nothing is pending."""
        heads = _heads().subquery()
        async with self._database.read() as connection:
            at: datetime | None = (
                await connection.execute(select(func.min(heads.c.next_attempt_at)))
            ).scalar_one()
        return at

    async def delivered(self, delivery_id: int, status: int) -> None:
        """The receiver took it."""
        await self._finish(delivery_id, "delivered", status, None)

    async def failed(
        self, delivery_id: int, next_attempt_at: datetime, *, status: int | None, error: str
    ) -> None:
        """The attempt failed and is to be repeated."""
        values = {"next_attempt_at": next_attempt_at, "last_status": status, "last_error": error}
        await self._update(delivery_id, values)

    async def given_up(self, delivery_id: int, *, status: int | None, error: str) -> None:
        """It is not tried again; the bot's next event may go."""
        await self._finish(delivery_id, "given_up", status, error)

    async def of_bot(self, bot_id: str) -> list[Delivery]:
        """All deliveries of a bot, in the order of its events."""
        query = _with_body().where(deliveries.c.bot_id == bot_id).order_by(deliveries.c.sequence)
        async with self._database.read() as connection:
            return [Delivery(**row) for row in (await connection.execute(query)).mappings()]

    async def _finish(self, delivery_id: int, state: str, status: int | None, error: str | None) -> None:
        finished = {
            "state": state,
            "finished_at": datetime.now(UTC),
            "last_status": status,
            "last_error": error,
        }
        await self._update(delivery_id, finished)
        # The bot's next event has waited for this one.
        self.bell.ring()

    async def _update(self, delivery_id: int, values: dict[str, Any]) -> None:
        statement = (
            update(deliveries)
            .where(deliveries.c.id == delivery_id, deliveries.c.state == "pending")
            .values(attempts=deliveries.c.attempts + 1, **values)
        )
        async with self._database.write() as transaction:
            await transaction.connection.execute(statement)


def _with_body() -> Any:
    return select(deliveries, bot_events.c.body).join(bot_events, bot_events.c.id == deliveries.c.event_id)


def _heads() -> Any:
    first = (
        select(func.min(deliveries.c.id)).where(deliveries.c.state == "pending").group_by(deliveries.c.bot_id)
    )
    return _with_body().where(deliveries.c.id.in_(first))
