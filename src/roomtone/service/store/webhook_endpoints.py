"""Webhook endpoints: where a workspace wants the events of all its bots, or of some."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, delete, func, select, update

from roomtone.service.store.errors import TooManyEndpoints, UnknownEndpoint
from roomtone.service.store.outbox import receiver_of
from roomtone.service.store.tables import deliveries, webhook_endpoints, workspaces

if TYPE_CHECKING:
    from roomtone.service.store.database import Database, Transaction
    from roomtone.service.store.events import Events

MOST_ENDPOINTS = 20
"""Endpoints that a workspace may have: every event costs a row for each."""


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """One endpoint.

    Attributes:
        events: Names it wants; none is all.
        custom_attributes: Only of bots that have all of these; none is all bots.
        disabled_because: Why nothing is sent there; None while it is enabled.
    """

    id: str
    workspace_id: str
    url: str
    description: str
    events: list[str]
    custom_attributes: dict[str, Any]
    enabled: bool
    disabled_because: str | None
    created_at: datetime
    updated_at: datetime


class WebhookEndpoints:
    """Queries on endpoints; each method is one transaction and may be called concurrently."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def create(self, workspace_id: str, values: dict[str, Any]) -> WebhookEndpoint:
        """A new endpoint of these columns: url, description, events, custom_attributes, enabled.

        Raises:
            TooManyEndpoints: If the workspace has ``MOST_ENDPOINTS``.
        """
        now = datetime.now(UTC)
        row = {
            "id": f"ep_{uuid.uuid4().hex}",
            "workspace_id": workspace_id,
            "disabled_because": None if values["enabled"] else _BY_REQUEST,
            "created_at": now,
            "updated_at": now,
            **values,
        }
        count = select(func.count()).where(webhook_endpoints.c.workspace_id == workspace_id)
        async with self._database.write() as transaction:
            connection = transaction.connection
            # Two at once must not both be the last one.
            await connection.execute(
                select(workspaces).where(workspaces.c.id == workspace_id).with_for_update()
            )
            if (await connection.execute(count)).scalar_one() >= MOST_ENDPOINTS:
                raise TooManyEndpoints(
                    f"there are {MOST_ENDPOINTS} webhook endpoints already; delete one first"
                )
            insert = webhook_endpoints.insert().values(row).returning(webhook_endpoints)
            return _to_endpoint((await connection.execute(insert)).mappings().one())

    async def of_workspace(self, workspace_id: str) -> list[WebhookEndpoint]:
        """All of a workspace, oldest first."""
        query = (
            select(webhook_endpoints)
            .where(webhook_endpoints.c.workspace_id == workspace_id)
            .order_by(webhook_endpoints.c.created_at, webhook_endpoints.c.id)
        )
        async with self._database.read() as connection:
            return [_to_endpoint(row) for row in (await connection.execute(query)).mappings()]

    async def get(self, endpoint_id: str, workspace_id: str) -> WebhookEndpoint:
        """One of a workspace's; raises ``UnknownEndpoint``."""
        async with self._database.read() as connection:
            row = (await connection.execute(_one(endpoint_id, workspace_id))).mappings().one_or_none()
        if row is None:
            raise UnknownEndpoint(f"there is no webhook endpoint {endpoint_id}")
        return _to_endpoint(row)

    async def change(self, endpoint_id: str, workspace_id: str, changes: dict[str, Any]) -> WebhookEndpoint:
        """Change columns. What is on its way follows a new URL, and is given up when it is disabled.

        Raises:
            UnknownEndpoint: If there is none.
        """
        async with self._database.write() as transaction:
            connection = transaction.connection
            if (await connection.execute(_one(endpoint_id, workspace_id))).first() is None:
                raise UnknownEndpoint(f"there is no webhook endpoint {endpoint_id}")
            if changes.get("enabled") is False:
                await disable_endpoint(transaction, endpoint_id, _BY_REQUEST)
            elif changes.get("enabled"):
                changes = changes | {"disabled_because": None}
            if "url" in changes:
                await _redirect(transaction, endpoint_id, changes["url"], workspace_id)
                transaction.after_commit.append(self._events.deliveries.ring)
            change = (
                update(webhook_endpoints)
                .where(webhook_endpoints.c.id == endpoint_id)
                .values(changes | {"updated_at": datetime.now(UTC)})
                .returning(webhook_endpoints)
            )
            return _to_endpoint((await connection.execute(change)).mappings().one())

    async def delete(self, endpoint_id: str, workspace_id: str) -> None:
        """Delete one; what is on its way there is given up. Raises ``UnknownEndpoint``."""
        async with self._database.write() as transaction:
            connection = transaction.connection
            if (await connection.execute(_one(endpoint_id, workspace_id))).first() is None:
                raise UnknownEndpoint(f"there is no webhook endpoint {endpoint_id}")
            await disable_endpoint(transaction, endpoint_id, "the endpoint was deleted")
            await connection.execute(delete(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id))


_BY_REQUEST = "it was disabled by request"


async def disable_endpoint(transaction: Transaction, endpoint_id: str, why: str) -> None:
    """Send nothing more to an endpoint, inside the caller's transaction; what is on its way is given up."""
    now = datetime.now(UTC)
    change = update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
    await transaction.connection.execute(change.values(enabled=False, disabled_because=why, updated_at=now))
    on_their_way = update(deliveries).where(
        deliveries.c.state == "pending", deliveries.c.endpoint_id == endpoint_id
    )
    await transaction.connection.execute(
        on_their_way.values(state="given_up", finished_at=now, last_error=f"the endpoint is disabled: {why}")
    )


async def _redirect(transaction: Transaction, endpoint_id: str, url: str, workspace_id: str) -> None:
    on_their_way = update(deliveries).where(
        deliveries.c.state == "pending", deliveries.c.endpoint_id == endpoint_id
    )
    values = {"url": url, "receiver": receiver_of(workspace_id, url), "next_attempt_at": datetime.now(UTC)}
    await transaction.connection.execute(on_their_way.values(values))


def _one(endpoint_id: str, workspace_id: str) -> Any:
    return select(webhook_endpoints).where(
        webhook_endpoints.c.id == endpoint_id, webhook_endpoints.c.workspace_id == workspace_id
    )


def _to_endpoint(row: RowMapping) -> WebhookEndpoint:
    return WebhookEndpoint(**row)
