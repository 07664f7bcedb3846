"""Who came and who went, into the outbox: to whoever asked for it by name, in order, with retries."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from roomtone.bot.participant_events import participant_body, participant_event
from roomtone.service.store.errors import StaleEpoch, UnknownBot
from roomtone.service.store.outbox import GONE, receiver_of
from roomtone.service.store.tables import bots, deliveries, webhook_endpoints

if TYPE_CHECKING:
    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncConnection

    from roomtone.bot.session_protocol import ParticipantMoved
    from roomtone.service.store.database import Database, Transaction
    from roomtone.service.store.events import Events

REALTIME = "realtime"
"""What the lanes of a bot's ``realtime_endpoints`` begin with; their numbers follow, as ``realtime:0``."""


class ParticipantEvents:
    """Takes what sessions say of participants; a call is one transaction, and may be made concurrently."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def record(self, bot_id: str, moved: ParticipantMoved, *, epoch: int) -> int:
        """Put deliveries of it into the outbox; gives their number. Nothing else is kept of it.

        To the bot's ``realtime_endpoints``, and to the workspace's endpoints that name the event: having all
        events is not enough, for these hold what people are called.

        Args:
            bot_id: In whose meeting.
            moved: Who came or went.
            epoch: The epoch under which the writer holds the bot.

        Raises:
            UnknownBot: If there is no such bot.
            StaleEpoch: If somebody else holds the bot now.
        """
        async with self._database.write() as transaction:
            connection = transaction.connection
            row = (await connection.execute(select(bots).where(bots.c.id == bot_id))).mappings().one_or_none()
            if row is None:
                raise UnknownBot(bot_id)
            if epoch != row["epoch"]:
                raise StaleEpoch(bot_id, epoch, row["epoch"])
            event = participant_event(moved)
            targets = await _realtime_of(connection, row, event) + await _endpoints_of(connection, row, event)
            if not targets:
                return 0
            body = participant_body(
                moved,
                bot_id=bot_id,
                platform=row["platform"],
                custom_attributes=row["request"]["custom_attributes"],
            )
            for lane, url, endpoint_id in targets:
                values = _delivery(row, event, body, lane, url, endpoint_id)
                await connection.execute(deliveries.insert().values(values))
            transaction.after_commit.append(self._events.deliveries.ring)
            return len(targets)


async def forget_participants(transaction: Transaction, bot_id: str) -> None:
    """Delete every delivery about a bot's participants, inside the caller's transaction: they hold names."""
    theirs = delete(deliveries).where(deliveries.c.bot_id == bot_id, deliveries.c.event_id.is_(None))
    await transaction.connection.execute(theirs)


_Target = tuple[str, str, str | None]


async def _realtime_of(connection: AsyncConnection, bot: RowMapping, event: str) -> list[_Target]:
    wanted = bot["request"]["recording_config"].get("realtime_endpoints", [])
    targets: list[_Target] = [
        (f"{REALTIME}:{number}", one["url"], None)
        for number, one in enumerate(wanted)
        if event in one["events"]
    ]
    if not targets:
        return []
    gone = select(deliveries.c.lane).where(
        deliveries.c.bot_id == bot["id"],
        deliveries.c.state == "given_up",
        deliveries.c.last_status == GONE,
        deliveries.c.lane.in_([lane for lane, _, _ in targets]),
    )
    closed = set((await connection.execute(gone)).scalars())
    return [target for target in targets if target[0] not in closed]


async def _endpoints_of(connection: AsyncConnection, bot: RowMapping, event: str) -> list[_Target]:
    query = (
        select(webhook_endpoints)
        .where(webhook_endpoints.c.workspace_id == bot["workspace_id"], webhook_endpoints.c.enabled)
        .order_by(webhook_endpoints.c.created_at, webhook_endpoints.c.id)
    )
    attributes = bot["request"]["custom_attributes"]
    return [
        (row["id"], row["url"], row["id"])
        for row in (await connection.execute(query)).mappings()
        if event in row["events"]
        and all(attributes.get(name, _ABSENT) == value for name, value in row["custom_attributes"].items())
    ]


_ABSENT = object()


def _delivery(
    bot: RowMapping, event: str, body: dict[str, Any], lane: str, url: str, endpoint_id: str | None
) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "event_id": None,
        "bot_id": bot["id"],
        "sequence": 0,
        "event": event,
        "body": body,
        "workspace_id": bot["workspace_id"],
        "lane": lane,
        "endpoint_id": endpoint_id,
        "receiver": receiver_of(bot["workspace_id"], url),
        "url": url,
        "webhook_id": f"msg_{uuid.uuid4().hex}",
        "state": "pending",
        "created_at": now,
        "next_attempt_at": now,
    }
