"""Bots: making, holding, listing and removing them.

Signatures here are used by the API, the node agent and the finisher; ``Events.record`` is what changes a bot's status.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, or_, select, tuple_, update

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Standing, Status, Step
from roomtone.bot.request import BotRequest
from roomtone.service.jobs.port import START_BOT, Enqueue, NewJob
from roomtone.service.store.bell import Bell
from roomtone.service.store.database import Database, Transaction
from roomtone.service.store.errors import UnknownBot
from roomtone.service.store.events import Events
from roomtone.service.store.tables import bots

_OVER = tuple(step.value for step in Step if Standing(last=step).ended)
"""Steps after which nobody holds the bot any more."""


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot's row.

    Attributes:
        request: What was asked, defaults filled in.
        payload: The body as it was sent.
        platform: The platform's label in the API.
        status: The status shown.
        step: The last lifecycle step.
        node: Who holds or held it; None before its start.
        epoch: The fence of writes; 0 before the first claim.
        lease_until: None when nobody holds it.
        join_at: When it was asked to join; None: at once.
    """

    id: str
    workspace_id: str
    request: BotRequest
    payload: dict[str, Any]
    platform: str
    status: Status
    step: Step
    end_reason: EndReason | None
    end_message: str | None
    end_detail: str | None
    transcript_id: str | None
    audio_status: str | None
    video_status: str | None
    recorded_s: float | None
    statistics: dict[str, Any] | None
    node: str | None
    epoch: int
    lease_until: datetime | None
    created_at: datetime
    updated_at: datetime
    join_at: datetime | None
    joining_at: datetime | None
    in_meeting_at: datetime | None
    recording_at: datetime | None
    ended_at: datetime | None
    done_at: datetime | None
    expires_at: datetime | None
    remove_requested_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether the stay is over (the recording may still be in the making)."""
        return Standing(last=self.step).ended


@dataclass(frozen=True, slots=True)
class BotFilter:
    """Which bots to list; None: all.

    Attributes:
        status: The exact status.
        platform: The platform's label.
        created_from: Created at or after.
        created_before: Created before.
    """

    status: str | None = None
    platform: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


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
    """Queries on bots; every method is one transaction and may be called concurrently.

    Attributes:
        removals: Rings when a held bot is asked to leave; see ``removals_requested``.
    """

    def __init__(self, database: Database, events: Events, jobs: Enqueue) -> None:
        self._database = database
        self._events = events
        self._jobs = jobs
        self.removals = Bell()

    async def create_bot(
        self,
        request: BotRequest,
        workspace_id: str,
        *,
        payload: Mapping[str, Any] | None = None,
        join_lead_s: float = 0.0,
        now: datetime | None = None,
    ) -> Bot:
        """Insert a bot, its ``start_bot`` job and, when ``join_at`` is in the future, its ``bot.scheduled`` event.

        The job's payload is ``{"bot_id": ...}``, its key ``start:<bot_id>``; it is due ``join_lead_s`` before ``join_at``.

        Args:
            payload: The body as it was sent, shown again in the bot's details; None: the request.
        """
        now = now or datetime.now(UTC)
        bot_id = str(uuid.uuid4())
        values = {
            "id": bot_id,
            "workspace_id": workspace_id,
            "request": request.model_dump(mode="json"),
            "payload": dict(payload) if payload is not None else request.model_dump(mode="json"),
            "platform": request.address.platform.label,
            "status": Status.ACTIVE.value,
            "step": Step.CREATED.value,
            "created_at": now,
            "updated_at": now,
            "join_at": request.join_at,
        }
        scheduled = request.join_at is not None and request.join_at > now
        run_at = request.join_at - timedelta(seconds=join_lead_s) if scheduled and request.join_at else now
        async with self._database.write() as transaction:
            await transaction.connection.execute(bots.insert().values(values))
            if scheduled:
                await self._events.record_in(transaction, bot_id, Happening(Step.SCHEDULED, now))
            job = NewJob(START_BOT, {"bot_id": bot_id}, max(run_at, now), key=f"start:{bot_id}")
            await self._jobs.enqueue(transaction, job)
            row = (
                (await transaction.connection.execute(select(bots).where(bots.c.id == bot_id)))
                .mappings()
                .one()
            )
        return to_bot(row)

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
        which: BotFilter = BotFilter(),  # noqa: B008  frozen
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
        if after is not None:
            created_at, bot_id = after
            query = query.where(
                or_(bots.c.created_at < created_at, (bots.c.created_at == created_at) & (bots.c.id < bot_id))
            )
        query = query.order_by(bots.c.created_at.desc(), bots.c.id.desc()).limit(limit + 1)
        async with self._database.read() as connection:
            page = [to_bot(row) for row in (await connection.execute(query)).mappings()]
        more = len(page) > limit
        page = page[:limit]
        return BotPage(page, (page[-1].created_at, page[-1].id) if more else None)

    async def claim_bot(
        self, bot_id: str, node: str, lease_s: float, *, now: datetime | None = None
    ) -> int | None:
        """Take a bot that nobody holds: its new epoch, or None when it is held, over or unknown."""
        now = now or datetime.now(UTC)
        free = or_(bots.c.lease_until.is_(None), bots.c.lease_until < now)
        statement = (
            update(bots)
            .where(bots.c.id == bot_id, free, bots.c.step.not_in(_OVER))
            .values(
                node=node,
                epoch=bots.c.epoch + 1,
                lease_until=now + timedelta(seconds=lease_s),
                updated_at=now,
            )
            .returning(bots.c.epoch)
        )
        async with self._database.write() as transaction:
            return (await transaction.connection.execute(statement)).scalar_one_or_none()

    async def renew_leases(
        self, node: str, held: Mapping[str, int], lease_s: float, *, now: datetime | None = None
    ) -> frozenset[str]:
        """Keep bots (id to epoch) for ``lease_s`` from now; gives those that are still the node's.

        A bot missing from the answer is lost: its session must be killed. A bot whose stay has been recorded as
        ended is missing too.
        """
        if not held:
            return frozenset()
        now = now or datetime.now(UTC)
        statement = (
            update(bots)
            .where(
                bots.c.node == node,
                bots.c.step.not_in(_OVER),
                tuple_(bots.c.id, bots.c.epoch).in_(list(held.items())),
            )
            .values(lease_until=now + timedelta(seconds=lease_s))
            .returning(bots.c.id)
        )
        async with self._database.write() as transaction:
            return frozenset((await transaction.connection.execute(statement)).scalars())

    async def expired_leases(self, *, now: datetime | None = None) -> list[Bot]:
        """Bots whose holder has not renewed in time and whose stay is not known to be over."""
        now = now or datetime.now(UTC)
        query = select(bots).where(bots.c.lease_until < now, bots.c.step.not_in(_OVER))
        async with self._database.read() as connection:
            return [to_bot(row) for row in (await connection.execute(query)).mappings()]

    async def held_by(self, node: str) -> list[Bot]:
        """Bots whose stay is not over and whose last holder is the node, whether or not the lease is over.

        What an agent looks at when it starts again.
        """
        query = select(bots).where(bots.c.node == node, bots.c.step.not_in(_OVER))
        async with self._database.read() as connection:
            return [to_bot(row) for row in (await connection.execute(query)).mappings()]

    async def unfinished(self, node: str) -> list[Bot]:
        """Bots of the node whose stay is over and whose ``bot.done`` has not been recorded."""
        query = select(bots).where(bots.c.node == node, bots.c.step.in_(_OVER), bots.c.done_at.is_(None))
        async with self._database.read() as connection:
            return [to_bot(row) for row in (await connection.execute(query)).mappings()]

    async def requeue(self, bot_id: str, epoch: int, *, now: datetime | None = None) -> bool:
        """Give back a bot that has not been in its meeting: free it and enqueue its start again.

        False when it is held under another epoch, or over.
        """
        now = now or datetime.now(UTC)
        statement = (
            update(bots)
            .where(bots.c.id == bot_id, bots.c.epoch == epoch, bots.c.step.not_in(_OVER))
            .values(lease_until=None, updated_at=now)
            .returning(bots.c.id)
        )
        async with self._database.write() as transaction:
            if (await transaction.connection.execute(statement)).scalar_one_or_none() is None:
                return False
            job = NewJob(START_BOT, {"bot_id": bot_id}, now, key=f"start:{bot_id}")
            await self._jobs.enqueue(transaction, job)
            return True

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
            if bot.node is not None:
                transaction.after_commit.append(self.removals.ring)
                return Removal.REQUESTED
            await self._cancel(transaction, bot_id, now)
            return Removal.CANCELLED

    async def removals_requested(self, node: str) -> list[str]:
        """Ids of the node's bots that were asked to leave and have not ended; ``removals`` rings for new ones."""
        query = select(bots.c.id).where(
            bots.c.node == node, bots.c.step.not_in(_OVER), bots.c.remove_requested_at.is_not(None)
        )
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def expired_recordings(self, *, limit: int = 100, now: datetime | None = None) -> list[Bot]:
        """Done bots whose retention is over and whose expiry has not been recorded."""
        now = now or datetime.now(UTC)
        query = select(bots).where(bots.c.expires_at <= now, bots.c.step == Step.DONE.value).limit(limit)
        async with self._database.read() as connection:
            return [to_bot(row) for row in (await connection.execute(query)).mappings()]

    async def _cancel(self, transaction: Transaction, bot_id: str, now: datetime) -> None:
        await self._jobs.withdraw(transaction, f"start:{bot_id}")
        reason = EndReason.REMOVE_REQUESTED
        message = "The bot was cancelled before it joined."
        await self._events.record_in(transaction, bot_id, Happening(Step.STOPPED, now, reason, message))
        await self._events.record_in(transaction, bot_id, Happening(Step.DONE, now))


def to_bot(row: RowMapping) -> Bot:
    """The bot in a row of its table."""
    values = dict(row)
    reason = values["end_reason"]
    return Bot(
        **values
        | {
            "request": BotRequest.model_validate(values["request"]),
            "status": Status(values["status"]),
            "step": Step(values["step"]),
            "end_reason": EndReason(reason) if reason is not None else None,
        }
    )
