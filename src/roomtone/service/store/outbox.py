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
    from collections.abc import Callable, Collection

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncConnection

    from roomtone.service.store.events import BotEvent

CALLBACK = "callback"
"""The lane of a bot's ``callback_url``; a workspace endpoint's lane is its id."""
GONE = 410
"""The receiver wants no more."""


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody who gets a delivery.

    Attributes:
        lane: What is in order within a bot's deliveries.
        url: Where it goes.
        endpoint_id: Of a workspace endpoint; None: a URL of the bot's request.
    """

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
    if callback_url is not None:
        callbacks = [Target(f"{CALLBACK}:{event.id}", callback_url)]
    elif bot["request"]["callback_url"] is not None:
        asked = Target(CALLBACK, bot["request"]["callback_url"])
        callbacks = await still_open(connection, bot["id"], [asked])
    else:
        callbacks = []

    def is_named(events: Collection[str]) -> bool:
        return not events or event.event in events or event.bot_event in events

    targets = callbacks + await endpoints_of(connection, bot, is_named)
    for target in targets:
        await insert_delivery(connection, bot, target, event_id=event.id, sequence=event.sequence)
    return len(targets)


async def insert_delivery(
    connection: AsyncConnection, bot: RowMapping, target: Target, *, sequence: int, **content: Any
) -> None:
    """Insert one delivery, due now.

    Args:
        connection: Of the caller's transaction.
        bot: The bot's row.
        target: Who gets it.
        sequence: Its place among the bot's events; 0: it is no event of the bot's own.
        content: The columns that say what it is: ``event_id``, or ``event`` and ``body``.
    """
    now = datetime.now(UTC)
    values = {
        "bot_id": bot["id"],
        "sequence": sequence,
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
    await connection.execute(deliveries.insert().values(values | content))


def receiver_of(workspace_id: str, url: str) -> str:
    """Whose slowness a URL shares: the workspace and the URL's origin."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return f"{workspace_id} {parts.scheme}://{host}"


async def still_open(connection: AsyncConnection, bot_id: str, targets: list[Target]) -> list[Target]:
    """Those of a bot's own targets whose receiver has not said that it wants no more (410)."""
    if not targets:
        return []
    gone = select(deliveries.c.lane).where(
        deliveries.c.bot_id == bot_id,
        deliveries.c.state == "given_up",
        deliveries.c.last_status == GONE,
        deliveries.c.lane.in_([target.lane for target in targets]),
    )
    closed = set((await connection.execute(gone)).scalars())
    return [target for target in targets if target.lane not in closed]


async def endpoints_of(
    connection: AsyncConnection, bot: RowMapping, is_named: Callable[[Collection[str]], bool]
) -> list[Target]:
    """The workspace's endpoints that take an event of this bot.

    Every wanted attribute has to be among the bot's, with that value.

    Args:
        connection: Of the caller's transaction.
        bot: The bot's row.
        is_named: Whether the event is among the names that an endpoint subscribed to; none are all.
    """
    query = (
        select(webhook_endpoints)
        .where(webhook_endpoints.c.workspace_id == bot["workspace_id"], webhook_endpoints.c.enabled)
        .order_by(webhook_endpoints.c.created_at, webhook_endpoints.c.id)
    )
    attributes = bot["request"]["custom_attributes"]
    return [
        Target(row["id"], row["url"], row["id"])
        for row in (await connection.execute(query)).mappings()
        if is_named(row["events"])
        and all(
            name in attributes and attributes[name] == value
            for name, value in row["custom_attributes"].items()
        )
    ]
