"""The delivery log: a workspace's deliveries, newest first, and sending one again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from roomtone.service.store.deliveries import Delivery, with_body
from roomtone.service.store.errors import NotReplayable, UnknownDelivery
from roomtone.service.store.outbox import receiver_of
from roomtone.service.store.tables import bot_events, deliveries, webhook_endpoints

if TYPE_CHECKING:
    from roomtone.service.store.database import Database, Transaction
    from roomtone.service.store.events import Events


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries to list; None: all.

    Attributes:
        event: The generic or the specific name.
    """

    bot_id: str | None = None
    endpoint_id: str | None = None
    state: str | None = None
    event: str | None = None


class DeliveryLog:
    """Queries on the log; each method is one transaction and may be called concurrently."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def page(
        self, workspace_id: str, which: DeliveryFilter, *, limit: int = 50, before: int | None = None
    ) -> tuple[list[Delivery], int | None]:
        """A page of a workspace's deliveries, newest first, and what to pass as ``before`` for the next.

        None instead of that: there are no more.
        """
        query = with_body().where(deliveries.c.workspace_id == workspace_id)
        for column in ("bot_id", "endpoint_id", "state"):
            wanted = getattr(which, column)
            if wanted is not None:
                query = query.where(deliveries.c[column] == wanted)
        if which.event is not None:
            names = (bot_events.c.event, bot_events.c.bot_event, deliveries.c.event)
            query = query.where(or_(*(name == which.event for name in names)))
        if before is not None:
            query = query.where(deliveries.c.id < before)
        query = query.order_by(deliveries.c.id.desc()).limit(limit + 1)
        async with self._database.read() as connection:
            found = [Delivery(**row) for row in (await connection.execute(query)).mappings()]
        page = found[:limit]
        return page, (page[-1].id if len(found) > limit else None)

    async def get(self, webhook_id: str, workspace_id: str) -> Delivery:
        """One of a workspace's, by its ``webhook_id``; raises ``UnknownDelivery``."""
        async with self._database.read() as connection:
            row = (await connection.execute(_one(webhook_id, workspace_id))).mappings().one_or_none()
        if row is None:
            raise UnknownDelivery(f"there is no delivery {webhook_id}")
        return Delivery(**row)

    async def replay(self, webhook_id: str, workspace_id: str) -> Delivery:
        """Put a finished delivery into the outbox again, with its id and body, to where it would go today.

        Raises:
            UnknownDelivery: If there is none.
            NotReplayable: If it is on its way still, or its endpoint is disabled or deleted.
        """
        now = datetime.now(UTC)
        async with self._database.write() as transaction:
            connection = transaction.connection
            query = _one(webhook_id, workspace_id).with_for_update(of=deliveries)
            row = (await connection.execute(query)).mappings().one_or_none()
            if row is None:
                raise UnknownDelivery(f"there is no delivery {webhook_id}")
            delivery = Delivery(**row)
            if delivery.state == "pending":
                raise NotReplayable("the delivery is still on its way; it is tried again by itself")
            url = await _url_today(transaction, delivery)
            values = {
                "state": "pending",
                "url": url,
                "receiver": receiver_of(workspace_id, url),
                "next_attempt_at": now,
                "replayed_at": now,
                "finished_at": None,
            }
            change = update(deliveries).where(deliveries.c.id == delivery.id).values(values)
            await connection.execute(change)
            transaction.after_commit.append(self._events.deliveries.ring)
            return Delivery(**(await connection.execute(_one(webhook_id, workspace_id))).mappings().one())


async def _url_today(transaction: Transaction, delivery: Delivery) -> str:
    if delivery.endpoint_id is None:
        return delivery.url
    query = select(webhook_endpoints).where(webhook_endpoints.c.id == delivery.endpoint_id)
    endpoint = (await transaction.connection.execute(query)).mappings().one_or_none()
    if endpoint is None:
        raise NotReplayable("the delivery's webhook endpoint was deleted")
    if not endpoint["enabled"]:
        raise NotReplayable("the delivery's webhook endpoint is disabled; enable it first")
    return str(endpoint["url"])


def _one(webhook_id: str, workspace_id: str) -> Any:
    return with_body().where(deliveries.c.webhook_id == webhook_id, deliveries.c.workspace_id == workspace_id)
