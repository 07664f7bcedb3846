"""The jobs port: durable work with a time, claimed by one worker at a time under a lease.

A job is done at least once: a worker that dies is followed by another after its lease. So whoever works on a
job checks what is already done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from roomtone.bot.errors import RoomtoneError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from roomtone.service.store.database import Transaction

START_BOT = "start_bot"
"""Start a session for ``payload["bot_id"]``."""
FINISH_RECORDING = "finish_recording"
"""Verify, store and announce the recording of ``payload["bot_id"]``."""
SALVAGE_RECORDING = "salvage_recording"
"""Try again to make the files of ``payload["bot_id"]`` that could not be made before it was done."""
TRANSCRIBE = "transcribe"
"""Make the transcript ``payload["transcript_id"]``, here."""
TRANSCRIBE_ELSEWHERE = "transcribe_elsewhere"
"""The same by somebody else's service, which is waited for."""
EXPIRE_RECORDINGS = "expire_recordings"
"""Delete what is past its retention."""
DELETE_DATA = "delete_data"
"""Go on deleting all data of ``payload["bot_id"]``, as was asked."""
PURGE_HISTORY = "purge_history"
"""Delete old deliveries, events and failed jobs that nobody will look at any more."""


class LostJob(RoomtoneError):
    """The worker's lease on a job is over and the job went to another, or is finished."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to be done.

    Attributes:
        kind: Which work; one of this module's words.
        payload: What it is about; JSON.
        run_at: Not before this instant (UTC); None: now.
        key: At most one unfinished job has it; a second one is not taken. None: any number.
        bot_id: Whose it is: the workspace of this bot has a share of the workers. None: nobody's.
    """

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    run_at: datetime | None = None
    key: str | None = None
    bot_id: str | None = None


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that nobody works on and that could be claimed.

    Attributes:
        id: The job's own number.
        payload: What it is about.
        run_at: Since when it has been due.
        share: The id of the workspace that it is done for; empty: none.
    """

    id: int
    payload: dict[str, Any]
    run_at: datetime
    share: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job in a worker's hands.

    Attributes:
        id: The job's own number.
        kind: Which work.
        payload: What it is about.
        attempts: How often it was claimed, this time included; also the fence of the claim.
        worker: Who claimed it.
        run_at: Since when it has been due.
    """

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int
    worker: str
    run_at: datetime


class Enqueue(Protocol):
    """The half of the port that the store needs: putting a job into somebody's transaction."""

    async def enqueue(self, transaction: Transaction, job: NewJob) -> int | None:
        """Add a job; it exists if and only if the transaction commits. Waiting workers are woken then.

        Returns:
            The job's id, or None when an unfinished job has the same key already.
        """

    async def withdraw(self, transaction: Transaction, key: str) -> bool:
        """Remove a job that nobody has claimed; whether there was one."""


class Jobs(Enqueue, Protocol):
    """Everything a worker needs."""

    async def claim(
        self, worker: str, kinds: Collection[str], lease_s: float, *, timeout_s: float = 0.0
    ) -> ClaimedJob | None:
        """The job of these kinds that is due longest; waits for one up to ``timeout_s``, then None.

        Jobs whose worker's lease is over are due. When cancelled in the middle, a job may stay claimed until
        its lease is over.
        """

    async def due(self, kinds: Collection[str], *, limit: int, timeout_s: float = 0.0) -> list[DueJob]:
        """Jobs of these kinds that are due, longest first; waits for one up to ``timeout_s``, then none."""

    async def due_by_share(
        self, kinds: Collection[str], *, without: Collection[str] = (), timeout_s: float = 0.0
    ) -> list[DueJob]:
        """Of every workspace that has jobs of these kinds the one that is due longest, longest first.

        Args:
            kinds: Which.
            without: Workspaces that are left out.
            timeout_s: How long to wait for one, then none.
        """

    async def claim_one(self, due: DueJob, worker: str, lease_s: float) -> ClaimedJob | None:
        """A job that was said to be due; None when another was quicker or it is gone."""

    async def take_back(self, workers: str) -> int:
        """Make the jobs of dead workers due at once, those whose names begin so; gives the jobs' number."""

    async def extend(self, job: ClaimedJob, lease_s: float) -> None:
        """Keep a job for ``lease_s`` from now; raises ``LostJob``."""

    async def complete(self, job: ClaimedJob) -> None:
        """The job is done and gone; raises ``LostJob``."""

    async def retry(self, job: ClaimedJob, at: datetime, error: str) -> None:
        """The attempt failed; the job is due again at an instant; raises ``LostJob``."""

    async def give_up(self, job: ClaimedJob, error: str) -> None:
        """The job failed for good; it is kept to be looked at, its key is free; raises ``LostJob``."""
