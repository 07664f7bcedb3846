"""Bots: making, finding, listing and removing them.

Used by the API, the node agent and the finisher; ``Events.record`` is what changes a bot's status.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from roomtone.bot.lifecycle import Happening, Status, Step
from roomtone.bot.transcript_providers import SERVED_PROVIDERS
from roomtone.service.jobs.port import START_BOT, Enqueue, NewJob
from roomtone.service.store.bot import Bot, to_bot
from roomtone.service.store.errors import UnknownBot
from roomtone.service.store.schedule import cancel_start
from roomtone.service.store.tables import bots, transcripts
from roomtone.service.store.transcripts import new_transcript

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import RowMapping, Select

    from roomtone.bot.request import BotRequest
    from roomtone.service.store.attribute_filter import AttributeFilter
    from roomtone.service.store.bell import Bell
    from roomtone.service.store.database import Database, Transaction
    from roomtone.service.store.events import Events


@dataclass(frozen=True, slots=True)
class BotFilter:
    """Which bots to list; None: all.

    Attributes:
        status: The exact status.
        platform: The platform's label.
        created_from: Created at or after.
        created_before: Created before.
        attributes: All of these attributes.
    """

    status: str | None = None
    platform: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    attributes: tuple[AttributeFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class BotPage:
    """One page of a list, newest bot first.

    Attributes:
        after: Where the next page begins: ``created_at`` and id of this page's last bot; None: no more.
    """

    bots: list[Bot]
    after: tuple[datetime, str] | None


class Removal(StrEnum):
    """What ``request_removal`` did."""

    CANCELLED = "cancelled"
    REQUESTED = "requested"
    ALREADY_ENDED = "already_ended"


class Bots:
    """Queries on bots; each method is one transaction and may be called concurrently.

    Args:
        removals: Rung when a held bot is asked to leave (``Leases.removals``).
    """

    def __init__(self, database: Database, events: Events, jobs: Enqueue, removals: Bell) -> None:
        self._database = database
        self._events = events
        self._jobs = jobs
        self._removals = removals

    async def create_bot(
        self,
        request: BotRequest,
        workspace_id: str,
        *,
        payload: Mapping[str, Any] | None = None,
        join_lead_s: float = 0.0,
        now: datetime | None = None,
    ) -> Bot:
        """As ``create_in``, in a transaction of its own."""
        async with self._database.write() as transaction:
            return await self.create_in(
                transaction, request, workspace_id, payload=payload, join_lead_s=join_lead_s, now=now
            )

    async def create_in(
        self,
        transaction: Transaction,
        request: BotRequest,
        workspace_id: str,
        *,
        payload: Mapping[str, Any] | None = None,
        join_lead_s: float = 0.0,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Bot:
        """Insert a bot, its ``start_bot`` job and, when ``join_at`` lies ahead, its ``bot.scheduled`` event.

        A transcript that this version can make has its id from here on.
        The job's payload is ``{"bot_id": ...}``, its key ``start:<bot_id>``.

        Args:
            transaction: The caller's.
            request: What is asked for.
            workspace_id: Whose bot it is.
            payload: The body as it was sent, shown again in the bot's details; None: the request.
            join_lead_s: How long before ``join_at`` the job is due.
            idempotency_key: Kept with it; like the request's ``deduplication_key``, no other bot of the
                workspace may have it (``Admissions`` sees to that).
            now: The present; None: the clock's.
        """
        now = now or datetime.now(UTC)
        new = _new_row(request, workspace_id, payload, now) | {"idempotency_key": idempotency_key}
        bot_id = new["id"]
        scheduled = request.join_at is not None and request.join_at > now
        run_at = request.join_at - timedelta(seconds=join_lead_s) if scheduled and request.join_at else now
        asked = request.recording_config.transcript
        served = asked is not None and asked.name in SERVED_PROVIDERS
        transcript = new_transcript(bot_id, asked, with_bot=True) if asked is not None and served else None
        new["transcript_id"] = None if transcript is None else transcript["id"]
        await transaction.connection.execute(bots.insert().values(new))
        if transcript is not None:
            await transaction.connection.execute(transcripts.insert().values(transcript))
        if scheduled:
            await self._events.record_in(transaction, bot_id, Happening(Step.SCHEDULED, now))
        job = NewJob(START_BOT, {"bot_id": bot_id}, max(run_at, now), key=f"start:{bot_id}")
        await self._jobs.enqueue(transaction, job)
        made = await transaction.connection.execute(select(bots).where(bots.c.id == bot_id))
        return to_bot(made.mappings().one())

    async def get(self, bot_id: str, *, workspace_id: str | None = None) -> Bot:
        """One bot; raises ``UnknownBot``, also when it belongs to another workspace than the one given."""
        query = select(bots).where(bots.c.id == bot_id)
        if workspace_id is not None:
            query = query.where(bots.c.workspace_id == workspace_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            raise UnknownBot(bot_id)
        return to_bot(row)

    async def list_bots(
        self,
        workspace_id: str,
        which: BotFilter = BotFilter(),
        *,
        limit: int = 50,
        after: tuple[datetime, str] | None = None,
    ) -> BotPage:
        """A page of a workspace's bots, newest first, continuing after a former page's ``after``."""
        query = select(bots).where(bots.c.workspace_id == workspace_id)
        if which.status is not None:
            query = query.where(bots.c.status == which.status)
        if which.platform is not None:
            query = query.where(bots.c.platform == which.platform)
        if which.created_from is not None:
            query = query.where(bots.c.created_at >= which.created_from)
        if which.created_before is not None:
            query = query.where(bots.c.created_at < which.created_before)
        query = query.where(*(attribute.narrow() for attribute in which.attributes))
        query = query.order_by(bots.c.created_at.desc(), bots.c.id.desc()).limit(limit + 1)
        page: list[Bot] = []
        async with self._database.read() as connection:
            while len(page) <= limit:
                rows = (await connection.execute(_beyond(query, after))).mappings().all()
                page += [to_bot(row) for row in rows if _has_all(row, which.attributes)]
                if len(rows) <= limit:
                    break
                after = rows[-1]["created_at"], rows[-1]["id"]
        more = len(page) > limit
        page = page[:limit]
        return BotPage(page, (page[-1].created_at, page[-1].id) if more else None)

    async def request_removal(
        self, bot_id: str, workspace_id: str | None = None, *, now: datetime | None = None
    ) -> Removal:
        """Ask a bot to leave; one that nobody has started is cancelled: it ends and is done at once.

        Raises:
            UnknownBot: If there is none, or it belongs to another workspace.
        """
        now = now or datetime.now(UTC)
        async with self._database.write() as transaction:
            query = select(bots).where(bots.c.id == bot_id)
            row = (await transaction.connection.execute(query)).mappings().one_or_none()
            if row is None or (workspace_id is not None and row["workspace_id"] != workspace_id):
                raise UnknownBot(bot_id)
            bot = to_bot(row)
            if bot.ended:
                return Removal.ALREADY_ENDED
            if bot.remove_requested_at is None:
                change = (
                    update(bots).where(bots.c.id == bot_id).values(remove_requested_at=now, updated_at=now)
                )
                await transaction.connection.execute(change)
            if bot.node is not None or bot.recording_at is not None:
                transaction.after_commit.append(self._removals.ring)
                return Removal.REQUESTED
            await cancel_start(transaction, self._events, self._jobs, bot_id, now)
            return Removal.CANCELLED

    async def expired_recordings(
        self, *, limit: int = 100, now: datetime | None = None, but: Collection[str] = ()
    ) -> list[Bot]:
        """Done bots whose retention is over and whose expiry has not been recorded, without ``but``."""
        now = now or datetime.now(UTC)
        query = select(bots).where(bots.c.expires_at <= now, bots.c.step == Step.DONE.value).limit(limit)
        if but:
            query = query.where(bots.c.id.not_in(list(but)))
        async with self._database.read() as connection:
            return [to_bot(row) for row in (await connection.execute(query)).mappings()]


def _beyond(query: Select[Any], after: tuple[datetime, str] | None) -> Select[Any]:
    """The part of a list that comes after a bot."""
    if after is None:
        return query
    created_at, bot_id = after
    return query.where(
        or_(bots.c.created_at < created_at, (bots.c.created_at == created_at) & (bots.c.id < bot_id))
    )


def _has_all(row: RowMapping, attributes: tuple[AttributeFilter, ...]) -> bool:
    return all(attribute.matches(row["request"]["custom_attributes"]) for attribute in attributes)


def _new_row(
    request: BotRequest, workspace_id: str, payload: Mapping[str, Any] | None, now: datetime
) -> dict[str, Any]:
    asked = request.model_dump(mode="json")
    return {
        "id": str(uuid.uuid4()),
        "workspace_id": workspace_id,
        "request": asked,
        "payload": asked if payload is None else dict(payload),
        "platform": request.address.platform.label,
        "status": Status.ACTIVE.value,
        "step": Step.CREATED.value,
        "created_at": now,
        "updated_at": now,
        "join_at": request.join_at,
        "deduplication_key": request.deduplication_key,
    }
