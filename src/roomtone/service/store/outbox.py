"""The outbox: to whom an event goes. Put in with the event, in one transaction, so that none is lost."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import select

from roomtone.service.store.tables import deliveries, webhook_endpoints

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncConnection

    from roomtone.service.store.events import BotEvent

CALLBACK = "callback"
"""The lane of a bot's ``callback_url``; a workspace endpoint's lane is its id."""
GONE = 410
"""The receiver wants no more."""


@dataclass(frozen=True, slots=True)
class _Target:
    lane: str
    url: str
    endpoint_id: str | None = None


async def put_in_outbox(
    connection: AsyncConnection, bot: RowMapping, event: BotEvent, callback_url: str | None = None
) -> int:
    """Insert a delivery of the event for everybody who wants it; gives their number.

    Args:
        connection: Of the transaction in which the event was inserted.
        bot: The bot's row.
        event: The inserted event.
        callback_url: Where it goes instead of the bot's ``callback_url``, in a lane of its own.
    """
    now = datetime.now(UTC)
    if callback_url is None:
        callbacks = await _callback_of(connection, bot)
    else:
        callbacks = [_Target(f"{CALLBACK}:{event.id}", callback_url)]
    targets = callbacks + await _endpoints_of(connection, bot, event)
    for target in targets:
        values = {
            "event_id": event.id,
            "bot_id": event.bot_id,
            "sequence": event.sequence,
            "workspace_id": bot["workspace_id"],
            "lane": target.lane,
            "endpoint_id": target.endpoint_id,
            "receiver": receiver_of(bot["workspace_id"], target.url),
            "url": target.url,
            "webhook_id": f"msg_{uuid.uuid4().hex}",
            "state": "pending",
            "created_at": now,
            "next_attempt_at": now,
        }
        await connection.execute(deliveries.insert().values(values))
    return len(targets)


def receiver_of(workspace_id: str, url: str) -> str:
    """Whose slowness a URL shares: the workspace and the URL's origin."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return f"{workspace_id} {parts.scheme}://{host}"


def wants(
    events: Collection[str],
    wanted_attributes: Mapping[str, Any],
    event: BotEvent,
    attributes: Mapping[str, Any],
) -> bool:
    """Whether an endpoint's subscription takes an event of a bot with these ``custom_attributes``.

    Names match the generic or the specific name; no names are all. Every wanted attribute has to be there,
    with that value.
    """
    named = not events or event.event in events or event.bot_event in events
    return named and all(
        name in attributes and attributes[name] == value for name, value in wanted_attributes.items()
    )


async def _callback_of(connection: AsyncConnection, bot: RowMapping) -> list[_Target]:
    url = bot["request"]["callback_url"]
    if url is None:
        return []
    gone = select(deliveries.c.id).where(
        deliveries.c.bot_id == bot["id"],
        deliveries.c.state == "given_up",
        deliveries.c.lane == CALLBACK,
        deliveries.c.last_status == GONE,
    )
    is_gone = (await connection.execute(gone.limit(1))).first() is not None
    return [] if is_gone else [_Target(CALLBACK, url)]


async def _endpoints_of(connection: AsyncConnection, bot: RowMapping, event: BotEvent) -> list[_Target]:
    query = (
        select(webhook_endpoints)
        .where(webhook_endpoints.c.workspace_id == bot["workspace_id"], webhook_endpoints.c.enabled)
        .order_by(webhook_endpoints.c.created_at, webhook_endpoints.c.id)
    )
    attributes = bot["request"]["custom_attributes"]
    return [
        _Target(row["id"], row["url"], row["id"])
        for row in (await connection.execute(query)).mappings()
        if wants(row["events"], row["custom_attributes"], event, attributes)
    ]
