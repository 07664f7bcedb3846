"""Whether a bot is made: not twice for one request, and not more of them than a limit allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import func, or_, select

from roomtone.bot.meeting_address import Platform
from roomtone.service.store.bot import Bot, to_bot
from roomtone.service.store.errors import KeyOfAnotherMeeting, TooManyBots
from roomtone.service.store.tables import bots, workspaces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from roomtone.bot.meeting_address import MeetingAddress
    from roomtone.bot.request import BotRequest
    from roomtone.service.store.bots import Bots
    from roomtone.service.store.database import Database

RETRY_WORKSPACE_AFTER_S = 60
"""Bots end when their meetings do."""
RETRY_QUEUE_AFTER_S = 30


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bots are taken; 0: any number.

    Attributes:
        workspace_bots: Of one workspace, from being asked for to the end of their stay.
        queued_bots: Of the whole server, due and waiting for a slot. It keeps out bots that are to join at
            once: one that is scheduled for later will find another queue.
    """

    workspace_bots: int = 0
    queued_bots: int = 0


class Admission(StrEnum):
    """What came of asking for a bot."""

    CREATED = "created"
    REPLAYED = "replayed"
    """The request's ``Idempotency-Key`` has its bot."""
    DEDUPLICATED = "deduplicated"
    """The body's ``deduplication_key`` has its bot, for the same meeting."""


class Admissions:
    """Makes bots, each once; the methods may be called concurrently.

    A workspace's requests go one after another: two at once with the same key, or for the last bot that a
    limit leaves, make one.
    """

    def __init__(self, database: Database, bots_: Bots) -> None:
        self._database = database
        self._bots = bots_

    async def admit(
        self,
        request: BotRequest,
        workspace_id: str,
        *,
        payload: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        limits: Limits = Limits(),
        join_lead_s: float = 0.0,
        now: datetime | None = None,
    ) -> tuple[Admission, Bot]:
        """Make a bot (``Bots.create_in``), or find the one that its request made before.

        The ``Idempotency-Key`` is looked for first, then the ``deduplication_key``. Both belong to their
        workspace, and live as long as their bots are known.

        Raises:
            KeyOfAnotherMeeting: If the ``deduplication_key`` belongs to a bot for another meeting.
            TooManyBots: If a limit is reached.
        """
        now = now or datetime.now(UTC)
        async with self._database.write() as transaction:
            connection = transaction.connection
            # SQLite has one writer at a time; elsewhere the workspace's row is what they queue for.
            await connection.execute(
                select(workspaces).where(workspaces.c.id == workspace_id).with_for_update()
            )
            known = await _made_before(connection, request, workspace_id, idempotency_key)
            if known is not None:
                return known
            joins_now = request.join_at is None or request.join_at <= now
            await _check_limits(connection, workspace_id, limits, now if joins_now else None, join_lead_s)
            made = await self._bots.create_in(
                transaction,
                request,
                workspace_id,
                payload=payload,
                join_lead_s=join_lead_s,
                idempotency_key=idempotency_key,
                now=now,
            )
            return Admission.CREATED, made

    async def made_with(self, idempotency_key: str, workspace_id: str) -> Bot | None:
        """The bot that a request with this ``Idempotency-Key`` made; None: there was none."""
        async with self._database.read() as connection:
            return await _named(connection, workspace_id, bots.c.idempotency_key == idempotency_key)


async def _made_before(
    connection: AsyncConnection, request: BotRequest, workspace_id: str, idempotency_key: str | None
) -> tuple[Admission, Bot] | None:
    """The bot that a request made before, by either of its keys; None: it is new."""
    if idempotency_key is not None:
        known = await _named(connection, workspace_id, bots.c.idempotency_key == idempotency_key)
        if known is not None:
            return Admission.REPLAYED, known
    if request.deduplication_key is not None:
        known = await _named(connection, workspace_id, bots.c.deduplication_key == request.deduplication_key)
        if known is not None:
            _check_same_meeting(known.request.address, request.address)
            return Admission.DEDUPLICATED, known
    return None


async def _named(connection: AsyncConnection, workspace_id: str, named: ColumnElement[bool]) -> Bot | None:
    query = select(bots).where(bots.c.workspace_id == workspace_id, named)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else to_bot(row)


def _check_same_meeting(known: MeetingAddress, asked: MeetingAddress) -> None:
    if _identity(known) != _identity(asked):
        raise KeyOfAnotherMeeting(
            "deduplication_key: belongs to a bot for another meeting; use another key for this one"
        )


def _identity(address: MeetingAddress) -> tuple[str, ...]:
    """What is the same in every link to a meeting; practice meetings have their names on their own server."""
    of_server = urlsplit(address.web_url).netloc if address.platform is Platform.PRACTICE else ""
    return address.platform, address.meeting_id.lower(), of_server


async def _check_limits(
    connection: AsyncConnection,
    workspace_id: str,
    limits: Limits,
    joins_at: datetime | None,
    join_lead_s: float,
) -> None:
    """Raise ``TooManyBots`` when a limit is reached; ``joins_at`` None: not now."""
    if limits.workspace_bots:
        unfinished = await _count(connection, bots.c.workspace_id == workspace_id)
        if unfinished >= limits.workspace_bots:
            raise TooManyBots(
                f"{unfinished} bots of this workspace are scheduled, waiting or in meetings, and no more "
                "are taken (ROOMTONE_MAX_BOTS_PER_WORKSPACE); remove some, or try again when some have ended",
                RETRY_WORKSPACE_AFTER_S,
            )
    if limits.queued_bots and joins_at is not None:
        due = or_(bots.c.join_at.is_(None), bots.c.join_at <= joins_at + timedelta(seconds=join_lead_s))
        waiting = await _count(connection, bots.c.node.is_(None), due)
        if waiting >= limits.queued_bots:
            raise TooManyBots(
                f"{waiting} bots wait for a free slot already (ROOMTONE_MAX_QUEUED_BOTS); try again later",
                RETRY_QUEUE_AFTER_S,
            )


async def _count(connection: AsyncConnection, *which: ColumnElement[bool]) -> int:
    """How many bots whose stay is not over."""
    query = select(func.count()).where(bots.c.ended_at.is_(None), *which)
    return (await connection.execute(query)).scalar_one()
