"""Work under a lease that is renewed while it goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roomtone.service.jobs.embedded import EmbeddedJobs
from roomtone.service.jobs.leasing import under_lease
from roomtone.service.jobs.port import EXPIRE_RECORDINGS, ClaimedJob, NewJob

if TYPE_CHECKING:
    from tests.integration.service.jobs.conftest import Clock

    from roomtone.service.store.database import Database

LEASE_S = 0.3


class WatchedJobs(EmbeddedJobs):
    """The embedded jobs; tells when a lease was renewed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock.now)
        self.renewed = asyncio.Event()

    async def extend(self, job: ClaimedJob, lease_s: float) -> None:
        """Renew it, and tell."""
        await super().extend(job, lease_s)
        self.renewed.set()


async def claimed(database: Database, jobs: EmbeddedJobs) -> ClaimedJob:
    """A job in the hands of a worker."""
    async with database.write() as transaction:
        await jobs.enqueue(transaction, NewJob(EXPIRE_RECORDINGS, {}))
    job = await jobs.claim("first", {EXPIRE_RECORDINGS}, LEASE_S)
    assert job is not None
    return job


async def test_nobody_else_gets_a_job_that_is_worked_on(database: Database, clock: Clock):
    """Work that takes longer than a lease keeps its job, and completes it."""
    jobs = WatchedJobs(database, clock)
    others: list[ClaimedJob | None] = []

    async def work(job: ClaimedJob) -> None:
        for _ in range(3):
            jobs.renewed.clear()
            await jobs.renewed.wait()
            clock.move(0.9 * LEASE_S)
            others.append(await jobs.claim("second", {EXPIRE_RECORDINGS}, LEASE_S))
        await jobs.complete(job)

    async with asyncio.timeout(60):
        await under_lease(jobs, await claimed(database, jobs), LEASE_S, work)
    assert others == [None] * 3
    clock.move(2 * LEASE_S)
    assert await jobs.claim("second", {EXPIRE_RECORDINGS}, LEASE_S) is None


async def test_work_whose_job_was_lost_is_broken_off(database: Database, jobs: EmbeddedJobs):
    """Whoever finds that the job is another's stops at once, and nothing is raised."""
    job = await claimed(database, jobs)
    await jobs.complete(job)
    ended: list[str] = []

    async def work(_: ClaimedJob) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("broken off")
            raise

    async with asyncio.timeout(60):
        await under_lease(jobs, job, LEASE_S, work)
    assert ended == ["broken off"]
