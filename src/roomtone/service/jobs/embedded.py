"""Jobs in a table of the store's own database: the adapter for one machine."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from roomtone.service.jobs.port import ClaimedJob, DueJob, LostJob, NewJob
from roomtone.service.store.bell import Bell
from roomtone.service.store.tables import bots, jobs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from sqlalchemy import ColumnElement

    from roomtone.service.store.database import Database, Transaction

_Found = TypeVar("_Found")

POLL_S = 1.0
"""How often other processes' jobs and jobs with a later time are looked for."""


def _now() -> datetime:
    return datetime.now(UTC)


class EmbeddedJobs:
    """The jobs port over the ``jobs`` table; for any number of workers in one event loop.

    Jobs enqueued in this process wake its workers at once, if they are of their kinds and due.

    Args:
        database: Where the table is.
        now: The clock of leases and of the time at which jobs are due; UTC.
        poll_s: How often other processes' jobs and jobs with a later time are looked for.
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime] = _now, poll_s: float = POLL_S
    ) -> None:
        self._database = database
        self._now = now
        self._poll_s = poll_s
        self._bell = Bell()
        self._rung: Counter[str] = Counter()

    async def enqueue(self, transaction: Transaction, job: NewJob) -> int | None:
        """See ``Enqueue.enqueue``."""
        now = self._now()
        values = {
            "kind": job.kind,
            "payload": job.payload,
            "key": job.key,
            "state": "waiting",
            "run_at": job.run_at or now,
            "created_at": now,
            "share": _share_of(job),
        }
        insert = (sqlite if self._database.is_sqlite else postgresql).insert(jobs).values(values)
        statement = insert.on_conflict_do_nothing(index_elements=["key"]).returning(jobs.c.id)
        job_id: int | None = (await transaction.connection.execute(statement)).scalar_one_or_none()
        if job_id is not None:
            transaction.after_commit.append(lambda: self._ring(job.kind, job.run_at or now))
        return job_id

    async def withdraw(self, transaction: Transaction, key: str) -> bool:
        """See ``Enqueue.withdraw``."""
        statement = delete(jobs).where(jobs.c.key == key, jobs.c.state == "waiting").returning(jobs.c.id)
        return (await transaction.connection.execute(statement)).scalar_one_or_none() is not None

    async def claim(
        self, worker: str, kinds: Collection[str], lease_s: float, *, timeout_s: float = 0.0
    ) -> ClaimedJob | None:
        """See ``Jobs.claim``."""
        return await self._sooner_or_later(lambda: self._claim_due(worker, kinds, lease_s), kinds, timeout_s)

    async def due(self, kinds: Collection[str], *, limit: int, timeout_s: float = 0.0) -> list[DueJob]:
        """See ``Jobs.due``."""
        return await self._sooner_or_later(lambda: self._due(kinds, limit), kinds, timeout_s) or []

    async def due_by_share(
        self, kinds: Collection[str], *, without: Collection[str] = (), timeout_s: float = 0.0
    ) -> list[DueJob]:
        """See ``Jobs.due_by_share``."""
        return await self._sooner_or_later(lambda: self._due_by_share(kinds, without), kinds, timeout_s) or []

    async def claim_one(self, due: DueJob, worker: str, lease_s: float) -> ClaimedJob | None:
        """See ``Jobs.claim_one``."""
        now = self._now()
        return await self._claim(and_(jobs.c.id == due.id, _is_due(now)), worker, lease_s, now)

    async def take_back(self, workers: str) -> int:
        """See ``Jobs.take_back``."""
        held = and_(jobs.c.state == "running", jobs.c.worker.startswith(workers, autoescape=True))
        now = self._now()
        statement = (
            update(jobs).where(held).values(state="waiting", run_at=now, worker=None, lease_until=None)
        )
        async with self._database.write() as transaction:
            taken = len((await transaction.connection.execute(statement.returning(jobs.c.id))).all())
        self._bell.ring()
        return taken

    async def extend(self, job: ClaimedJob, lease_s: float) -> None:
        """See ``Jobs.extend``."""
        await self._change(job, {"lease_until": self._now() + timedelta(seconds=lease_s)})

    async def complete(self, job: ClaimedJob) -> None:
        """See ``Jobs.complete``."""
        async with self._database.write() as transaction:
            statement = delete(jobs).where(_held(job)).returning(jobs.c.id)
            if (await transaction.connection.execute(statement)).scalar_one_or_none() is None:
                raise LostJob(f"job {job.id} ({job.kind}) is no longer held by {job.worker}")

    async def retry(self, job: ClaimedJob, at: datetime, error: str) -> None:
        """See ``Jobs.retry``."""
        values = {"state": "waiting", "run_at": at, "worker": None, "lease_until": None, "last_error": error}
        await self._change(job, values)
        self._ring(job.kind, at)

    async def give_up(self, job: ClaimedJob, error: str) -> None:
        """See ``Jobs.give_up``."""
        await self._change(job, {"state": "failed", "key": None, "lease_until": None, "last_error": error})

    async def _sooner_or_later(
        self, look: Callable[[], Awaitable[_Found | None]], kinds: Collection[str], timeout_s: float
    ) -> _Found | None:
        """What a look finds, now or within ``timeout_s``."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            heard = self._heard(kinds)
            found = await look()
            left_s = deadline - asyncio.get_running_loop().time()
            if found or left_s <= 0:
                return found
            await self._until_rung(kinds, heard, min(left_s, self._poll_s))

    def _ring(self, kind: str, run_at: datetime) -> None:
        """Wake who waits for a job of this kind; what is due later is found by looking now and then."""
        if run_at <= self._now():
            self._rung[kind] += 1
            self._bell.ring()

    def _heard(self, kinds: Collection[str]) -> int:
        return sum(self._rung[kind] for kind in kinds)

    async def _until_rung(self, kinds: Collection[str], heard: int, timeout_s: float) -> None:
        """Wait until more was rung for these kinds than was heard; a ring for others costs no look."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            ticket = self._bell.ticket()
            left_s = deadline - asyncio.get_running_loop().time()
            if self._heard(kinds) != heard or left_s <= 0:
                return
            await self._bell.wait(ticket, left_s)

    async def _due(self, kinds: Collection[str], limit: int) -> list[DueJob]:
        query = (
            select(*_DUE_COLUMNS)
            .where(_is_due(self._now()), jobs.c.kind.in_(list(kinds)))
            .order_by(jobs.c.run_at, jobs.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [DueJob(**row) for row in (await connection.execute(query)).mappings()]

    async def _due_by_share(self, kinds: Collection[str], without: Collection[str]) -> list[DueJob]:
        order = (jobs.c.run_at, jobs.c.id)
        place = func.row_number().over(partition_by=jobs.c.share, order_by=order).label("place")
        ranked = (
            select(*_DUE_COLUMNS, place)
            .where(_is_due(self._now()), jobs.c.kind.in_(list(kinds)), jobs.c.share.not_in(list(without)))
            .subquery()
        )
        first = select(*(ranked.c[column.name] for column in _DUE_COLUMNS)).where(ranked.c.place == 1)
        async with self._database.read() as connection:
            rows = await connection.execute(first.order_by(ranked.c.run_at, ranked.c.id))
            return [DueJob(**row) for row in rows.mappings()]

    async def _claim_due(self, worker: str, kinds: Collection[str], lease_s: float) -> ClaimedJob | None:
        now = self._now()
        pick = (
            select(jobs.c.id)
            .where(_is_due(now), jobs.c.kind.in_(list(kinds)))
            .order_by(jobs.c.run_at, jobs.c.id)
            .limit(1)
        )
        async with self._database.read() as connection:
            # Most looks find nothing; they need not queue for the writer.
            if (await connection.execute(pick)).first() is None:
                return None
        one = jobs.c.id == pick.with_for_update(skip_locked=True).scalar_subquery()
        return await self._claim(one, worker, lease_s, now)

    async def _claim(
        self, which: ColumnElement[bool], worker: str, lease_s: float, now: datetime
    ) -> ClaimedJob | None:
        claim = (
            update(jobs)
            .where(which)
            .values(
                state="running",
                worker=worker,
                attempts=jobs.c.attempts + 1,
                lease_until=now + timedelta(seconds=lease_s),
            )
            .returning(jobs.c.id, jobs.c.kind, jobs.c.payload, jobs.c.attempts, jobs.c.worker, jobs.c.run_at)
        )
        async with self._database.write() as transaction:
            row = (await transaction.connection.execute(claim)).mappings().one_or_none()
        return None if row is None else ClaimedJob(**row)

    async def _change(self, job: ClaimedJob, values: dict[str, Any]) -> None:
        async with self._database.write() as transaction:
            statement = update(jobs).where(_held(job)).values(values).returning(jobs.c.id)
            if (await transaction.connection.execute(statement)).scalar_one_or_none() is None:
                raise LostJob(f"job {job.id} ({job.kind}) is no longer held by {job.worker}")


_DUE_COLUMNS = (jobs.c.id, jobs.c.payload, jobs.c.run_at, jobs.c.share)


def _share_of(job: NewJob) -> Any:
    """The workspace of a job, as the database knows its bot, also in the transaction that adds both."""
    if job.bot_id is None:
        return ""
    return func.coalesce(select(bots.c.workspace_id).where(bots.c.id == job.bot_id).scalar_subquery(), "")


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(jobs.c.state == "waiting", jobs.c.run_at <= now),
        and_(jobs.c.state == "running", jobs.c.lease_until < now),
    )


def _held(job: ClaimedJob) -> Any:
    return and_(
        jobs.c.id == job.id,
        jobs.c.state == "running",
        jobs.c.worker == job.worker,
        jobs.c.attempts == job.attempts,
    )
