"""Keeping a job while it is worked on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from roomtone.service.jobs.port import LostJob

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from roomtone.service.jobs.port import ClaimedJob, Jobs

log = structlog.get_logger(__name__)


async def under_lease(
    jobs: Jobs, job: ClaimedJob, lease_s: float, work: Callable[[ClaimedJob], Awaitable[None]]
) -> None:
    """Do a job's work and renew its lease meanwhile, three times in each length of it.

    A job that was lost to somebody else ends the work, which is cancelled; that is logged and not raised.

    Args:
        jobs: Where it was claimed.
        job: What was claimed.
        lease_s: How long it is kept each time.
        work: Does it, and completes, retries or gives up the job.
    """
    over = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_keep(jobs, job, lease_s, over), name=f"lease:{job.id}")
            try:
                await work(job)
            finally:
                over.set()
    except* LostJob:
        log.warning("job.lost", kind=job.kind)


async def _keep(jobs: Jobs, job: ClaimedJob, lease_s: float, over: asyncio.Event) -> None:
    """Renew until it is over; a renewal that has begun is not broken off in the middle of its transaction."""
    while True:
        try:
            await asyncio.wait_for(over.wait(), lease_s / 3)
        except TimeoutError:
            if over.is_set():
                return
            await jobs.extend(job, lease_s)
        else:
            return
