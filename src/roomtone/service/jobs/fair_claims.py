"""Claiming jobs for a pool of workers that the workspaces share."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from roomtone.service.jobs.fair_shares import FairShares

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from roomtone.service.jobs.port import ClaimedJob, Jobs


class FairClaims:
    """A pool's way to its jobs; see ``FairShares`` for who comes first. For the workers of one event loop.

    Args:
        jobs: Where they come from.
        kinds: Those that the pool does.
        workers: How many the pool has.
        held_back: See ``FairShares``.
    """

    def __init__(self, jobs: Jobs, kinds: Collection[str], workers: int, held_back: int) -> None:
        self._jobs = jobs
        self._kinds = kinds
        self._shares = FairShares(workers, held_back)

    @asynccontextmanager
    async def one(self, worker: str, lease_s: float, *, timeout_s: float) -> AsyncIterator[ClaimedJob | None]:
        """A job, counted as its workspace's until the block ends; None: none within ``timeout_s``."""
        with ExitStack() as counted:
            yield await self._claim(worker, lease_s, timeout_s, counted)

    async def _claim(
        self, worker: str, lease_s: float, timeout_s: float, counted: ExitStack
    ) -> ClaimedJob | None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while True:
            left_s = max(0.0, deadline - loop.time())
            due = await self._jobs.due_by_share(self._kinds, without=self._shares.full, timeout_s=left_s)
            if not due:
                return None
            chosen = self._shares.next_of(due)
            if chosen is None:
                continue  # others took the last workers meanwhile; the next look leaves them out
            # Counted before it is claimed: nobody chooses in between.
            counted.enter_context(self._shares.running(chosen))
            if (job := await self._jobs.claim_one(chosen, worker, lease_s)) is not None:
                return job
            counted.close()
