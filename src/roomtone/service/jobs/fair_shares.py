"""Which job a pool of workers takes next, so that one workspace cannot hold all of them. Pure."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roomtone.service.jobs.port import DueJob


class FairShares:
    """What is being worked on by a pool, counted by workspace.

    Whoever has the fewest jobs in hand comes first, and the last workers are for those who have none.

    Args:
        workers: How many there are.
        held_back: How many of them a workspace does not get that has a job in hand already.
    """

    def __init__(self, workers: int, held_back: int) -> None:
        self._workers = workers
        self._held_back = held_back
        self._running: Counter[str] = Counter()

    @property
    def full(self) -> frozenset[str]:
        """The workspaces that may not have one more job in hand now."""
        free = self._workers - self._running.total()
        return frozenset(self._running) if free <= self._held_back else frozenset()

    def next_of(self, due: Sequence[DueJob]) -> DueJob | None:
        """The job to be taken of those that are due, each workspace's longest first; None: none of them."""
        full = self.full
        allowed = [job for job in due if job.share not in full]
        return min(allowed, key=lambda job: self._running[job.share], default=None)

    @contextmanager
    def running(self, job: DueJob) -> Iterator[None]:
        """Count a job as its workspace's until the block ends."""
        self._running[job.share] += 1
        try:
            yield
        finally:
            self._running[job.share] -= 1
            if not self._running[job.share]:
                del self._running[job.share]
