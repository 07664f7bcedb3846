"""Who came, went, spoke and wrote, into the outbox: to whoever asked for it by name, in order, retried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from roomtone.bot.participant_events import PARTICIPANT_EVENTS, participant_body, participant_event
from roomtone.service.store.errors import StaleEpoch, UnknownBot
from roomtone.service.store.outbox import Target, endpoints_of, insert_delivery, still_open
from roomtone.service.store.tables import bots, deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy import RowMapping

    from roomtone.bot.participant_events import ParticipantNews
    from roomtone.service.store.database import Database, Transaction
    from roomtone.service.store.events import Events

REALTIME = "realtime"
"""What the lanes of a bot's ``realtime_endpoints`` begin with; their numbers follow, as ``realtime:0``."""


class ParticipantEvents:
    """Takes what sessions say of participants; a call is one transaction, and may be made concurrently."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def record(self, bot_id: str, news: ParticipantNews, *, epoch: int) -> int:
        """Put deliveries of it into the outbox; gives their number. Nothing else is kept of it.

        To the bot's ``realtime_endpoints``, and to the workspace's endpoints that name the event: having all
        events is not enough, for these hold what people are called.

        Args:
            bot_id: In whose meeting.
            news: Who came, went, spoke or wrote.
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
            event = participant_event(news)
            targets = await still_open(connection, bot_id, _realtime_of(row, event))
            targets += await endpoints_of(connection, row, _naming(event))
            if not targets:
                return 0
            body = participant_body(
                news,
                bot_id=bot_id,
                platform=row["platform"],
                custom_attributes=row["request"]["custom_attributes"],
            )
            for target in targets:
                await insert_delivery(connection, row, target, sequence=0, event=event, body=body)
            transaction.after_commit.append(self._events.deliveries.ring)
            return len(targets)

    async def wanted(self, bot_id: str) -> tuple[str, ...]:
        """Names of the participant events of a bot that somebody asked for: its session tells no others.

        Raises:
            UnknownBot: If there is no such bot.
        """
        async with self._database.read() as connection:
            row = (await connection.execute(select(bots).where(bots.c.id == bot_id))).mappings().one_or_none()
            if row is None:
                raise UnknownBot(bot_id)
            asked_for = [
                event
                for event in sorted(PARTICIPANT_EVENTS)
                if _realtime_of(row, event) or await endpoints_of(connection, row, _naming(event))
            ]
            return tuple(asked_for)


async def forget_participants(transaction: Transaction, bot_id: str) -> None:
    """Delete every delivery about a bot's participants, inside the caller's transaction: they hold names."""
    theirs = delete(deliveries).where(deliveries.c.bot_id == bot_id, deliveries.c.event_id.is_(None))
    await transaction.connection.execute(theirs)


def _realtime_of(bot: RowMapping, event: str) -> list[Target]:
    wanted = bot["request"]["recording_config"].get("realtime_endpoints", [])
    return [
        Target(f"{REALTIME}:{number}", one["url"])
        for number, one in enumerate(wanted)
        if event in one["events"]
    ]


def _naming(event: str) -> Callable[[Collection[str]], bool]:
    return lambda names: event in names
