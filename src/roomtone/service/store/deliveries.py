"""Deliveries: the outbox of webhooks. An event's delivery is put in with the event; here it is worked off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, func, select, update

from roomtone.service.store.outbox import GONE
from roomtone.service.store.tables import bot_events, deliveries
from roomtone.service.store.webhook_endpoints import disable_endpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from roomtone.service.store.bell import Bell
    from roomtone.service.store.database import Database, Transaction
    from roomtone.service.store.events import Events


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one URL.

    Attributes:
        id: Its number.
        event_id: Which event; None: none of the bot's own, as of participants.
        sequence: The event's place among its bot's; 0 where it is none of the bot's own.
        event: The name of what is no event of the bot's own; None: it is one.
        webhook_id: The receiver's idempotency key, the same on every attempt.
        body: The envelope to send.
        workspace_id: Whose; its secret signs.
        lane: ``callback``, the endpoint's id, or ``realtime:`` and a number: within a bot's lane one is sent
            after the other.
        endpoint_id: The workspace endpoint; None: the bot's own receiver.
        receiver: Who else is slow when this URL is: workspace and origin.
        state: pending, delivered or given_up.
        attempts: How many were begun.
        created_at: When it was put in.
        next_attempt_at: Not before.
        replayed_at: When it was last asked to be sent again; None: never.
        last_status: The last HTTP status; None: no answer, or no attempt.
        last_error: What went wrong last.
    """

    id: int
    event_id: int | None
    bot_id: str
    sequence: int
    event: str | None
    workspace_id: str
    lane: str
    endpoint_id: str | None
    receiver: str
    url: str
    webhook_id: str
    state: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    finished_at: datetime | None
    replayed_at: datetime | None
    last_status: int | None
    last_error: str | None
    body: dict[str, Any]

    @property
    def tried_since(self) -> datetime:
        """What the giving-up limit counts from."""
        return self.replayed_at or self.created_at


class Deliveries:
    """Queries on deliveries; every method is one transaction and may be called concurrently."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    @property
    def bell(self) -> Bell:
        """Rings when a delivery was put in."""
        return self._events.deliveries

    async def due(
        self, *, limit: int = 100, now: datetime | None = None, without: Collection[str] = ()
    ) -> list[Delivery]:
        """Deliveries to attempt now: at most one a lane of a bot, its earliest pending one, if that is due.

        So a later event of a bot is never sent before an earlier one is delivered or given up.

        Args:
            limit: Most of them.
            now: The present; None: the clock's.
            without: Receivers to leave out.
        """
        query = (
            _heads()
            .where(deliveries.c.next_attempt_at <= (now or datetime.now(UTC)))
            .where(deliveries.c.receiver.not_in(without))
            .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [Delivery(**row) for row in (await connection.execute(query)).mappings()]

    async def next_due_at(self, *, after: datetime | None = None) -> datetime | None:
        """When the next attempt is due, later than ``after`` if that is given; None: nothing is."""
        heads = _heads()
        if after is not None:
            heads = heads.where(deliveries.c.next_attempt_at > after)
        found = heads.subquery()
        async with self._database.read() as connection:
            at: datetime | None = (
                await connection.execute(select(func.min(found.c.next_attempt_at)))
            ).scalar_one()
        return at

    async def begin(self, chosen: Sequence[Delivery]) -> list[Delivery]:
        """Count an attempt of each before it is made, so that a repetition is known as one after any crash.

        Gives those that are still pending.
        """
        statement = (
            update(deliveries)
            .where(deliveries.c.id.in_([delivery.id for delivery in chosen]))
            .where(deliveries.c.state == "pending")
            .values(attempts=deliveries.c.attempts + 1)
            .returning(deliveries.c.id, deliveries.c.attempts)
        )
        async with self._database.write() as transaction:
            attempts = {row.id: row.attempts for row in await transaction.connection.execute(statement)}
        return [
            replace(delivery, attempts=attempts[delivery.id])
            for delivery in chosen
            if delivery.id in attempts
        ]

    async def delivered(self, delivery_id: int, status: int) -> None:
        """The receiver took it."""
        await self._finish(delivery_id, "delivered", status, None)

    async def failed(
        self, delivery_id: int, next_attempt_at: datetime, *, status: int | None, error: str
    ) -> None:
        """The attempt failed and is to be repeated."""
        values = {"next_attempt_at": next_attempt_at, "last_status": status, "last_error": error}
        async with self._database.write() as transaction:
            await _change(transaction, [deliveries.c.id == delivery_id], values)

    async def given_up(self, delivery_id: int, *, status: int | None, error: str) -> None:
        """It is not tried again; the bot's next event may go."""
        await self._finish(delivery_id, "given_up", status, error)

    async def gone(self, delivery: Delivery) -> None:
        """The receiver wants no more: its endpoint is disabled, or the bot's callback closed.

        All that is on its way there is given up, in one transaction.
        """
        why = "the receiver answered 410"
        async with self._database.write() as transaction:
            given_up = _finished("given_up", GONE, why)
            await _change(transaction, [deliveries.c.id == delivery.id], given_up)
            if delivery.endpoint_id is not None:
                await disable_endpoint(transaction, delivery.endpoint_id, why)
            else:
                rest = [deliveries.c.bot_id == delivery.bot_id, deliveries.c.lane == delivery.lane]
                await _change(transaction, rest, _finished("given_up", None, f"{why} to an earlier event"))
        self.bell.ring()

    async def of_bot(self, bot_id: str) -> list[Delivery]:
        """All deliveries of a bot, in the order of its events."""
        query = with_body().where(deliveries.c.bot_id == bot_id).order_by(deliveries.c.id)
        async with self._database.read() as connection:
            return [Delivery(**row) for row in (await connection.execute(query)).mappings()]

    async def _finish(self, delivery_id: int, state: str, status: int | None, error: str | None) -> None:
        async with self._database.write() as transaction:
            await _change(transaction, [deliveries.c.id == delivery_id], _finished(state, status, error))
        # The bot's next event has waited for this one.
        self.bell.ring()


def _finished(state: str, status: int | None, error: str | None) -> dict[str, Any]:
    return {
        "state": state,
        "finished_at": datetime.now(UTC),
        "last_status": status,
        "last_error": error,
    }


async def _change(
    transaction: Transaction, which: Sequence[ColumnElement[bool]], values: dict[str, Any]
) -> None:
    statement = update(deliveries).where(*which, deliveries.c.state == "pending").values(values)
    await transaction.connection.execute(statement)


def with_body() -> Select[Any]:
    """Deliveries with their envelopes, as ``Delivery`` takes them."""
    columns = [column for column in deliveries.c if column is not deliveries.c.body]
    body = func.coalesce(deliveries.c.body, bot_events.c.body).label("body")
    return select(*columns, body).outerjoin(bot_events, bot_events.c.id == deliveries.c.event_id)


def _heads() -> Select[Any]:
    first = (
        select(func.min(deliveries.c.id))
        .where(deliveries.c.state == "pending")
        .group_by(deliveries.c.bot_id, deliveries.c.lane)
    )
    return with_body().where(deliveries.c.id.in_(first))
