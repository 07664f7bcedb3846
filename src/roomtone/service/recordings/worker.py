"""The worker for jobs on recordings: finishing, salvaging, expiring, and clearing away old history."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.lifecycle import IllegalTransition
from roomtone.service.deletion.errors import NotAllDeleted
from roomtone.service.jobs.fair_claims import FairClaims
from roomtone.service.jobs.leasing import under_lease
from roomtone.service.jobs.port import (
    DELETE_DATA,
    EXPIRE_RECORDINGS,
    FINISH_RECORDING,
    PURGE_HISTORY,
    SALVAGE_RECORDING,
    NewJob,
)
from roomtone.service.recordings.expiry import expire_recordings
from roomtone.service.recordings.salvage import pause_s, salvage
from roomtone.service.storage.errors import StorageError
from roomtone.service.store.errors import UnknownBot
from roomtone.service.store.history import purge_history

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.deletion.eraser import Eraser
    from roomtone.service.jobs.port import ClaimedJob, Jobs
    from roomtone.service.recordings.finisher import Finisher
    from roomtone.service.storage.port import Storage
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

KINDS = frozenset({FINISH_RECORDING, SALVAGE_RECORDING, EXPIRE_RECORDINGS, DELETE_DATA, PURGE_HISTORY})
_LEASE_S = 6.0
"""Short: after a crash of the server the job waits that long; nobody else is there to take it sooner."""
_CLAIM_WAIT_S = 1.0
_LONGEST_DELAY_S = 300.0
_ATTEMPTS = 12
_AT_ONCE = 4
_HELD_BACK = 2
"""Of these, for workspaces that have none in hand: a bucket that hangs delays its own workspace's alone."""
_NEVER_GIVEN_UP = frozenset({SALVAGE_RECORDING, PURGE_HISTORY})
_PURGE_EVERY = timedelta(days=1)
_SCRUB_EVERY = timedelta(hours=1)
_spread = random.SystemRandom()


def purge_job(run_at: datetime | None = None) -> NewJob:
    """The daily job that deletes old history; there is one at a time."""
    return NewJob(PURGE_HISTORY, {}, run_at, key=PURGE_HISTORY)


class RecordingsWorker:
    """Works off jobs on recordings; ``run`` is its life, ``stop`` ends it once nothing is due.

    Args:
        name: The worker's, as the holder of jobs.
        store: The store.
        jobs: Where its jobs come from.
        storage: Where artifacts lie.
        finisher: Does the finishing.
        sessions: The folder of the sessions' folders.
        eraser: Does the deleting.
    """

    def __init__(
        self,
        name: str,
        store: Store,
        jobs: Jobs,
        storage: Storage,
        finisher: Finisher,
        sessions: Path,
        eraser: Eraser,
    ) -> None:
        self._name = name
        self._store = store
        self._jobs = jobs
        self._storage = storage
        self._finisher = finisher
        self._sessions = sessions
        self._eraser = eraser
        self._claims = FairClaims(jobs, KINDS, _AT_ONCE, _HELD_BACK)
        self._stopping = False
        self._hurried = False

    def stop(self) -> None:
        """Finish what is due, then let ``run`` return."""
        self._stopping = True

    def hurry(self) -> None:
        """Finish only what is in hand; the rest is done after the next start."""
        self._stopping = self._hurried = True

    async def run(self) -> None:
        """Work until ``stop``; several jobs at a time."""
        async with asyncio.TaskGroup() as workers:
            for number in range(_AT_ONCE):
                workers.create_task(self._work(f"{self._name}/{number}"), name=f"recordings:{number}")

    async def _work(self, worker: str) -> None:
        while not self._hurried:
            last_round = self._stopping
            try:
                timeout_s = 0.0 if last_round else _CLAIM_WAIT_S
                async with self._claims.one(worker, _LEASE_S, timeout_s=timeout_s) as job:
                    if job is not None:
                        await under_lease(self._jobs, job, _LEASE_S, self._do)
                    elif last_round:
                        return
            except Exception:
                # The job boundary: the job is due again when its lease is over.
                log.exception("job.failed", worker=worker)
                if last_round:
                    return
                await asyncio.sleep(1.0)

    async def _do(self, job: ClaimedJob) -> None:
        try:
            if await self._attempt(job):
                return
        except UnknownBot:
            log.warning("job.without_bot", kind=job.kind)
        except (StorageError, NotAllDeleted) as problem:
            # Never given up: as soon as there is room, the recording is published.
            await self._again(job, str(problem))
            return
        except IllegalTransition as refusal:
            log.info("job.already_done", kind=job.kind, step=refusal.step, last=refusal.last)
        except Exception as problem:
            log.exception("job.attempt_failed", kind=job.kind, attempts=job.attempts)
            if job.attempts < _ATTEMPTS or job.kind in _NEVER_GIVEN_UP:
                await self._again(job, f"{type(problem).__name__}: {problem}")
                return
            if job.kind == FINISH_RECORDING:
                await self._finisher.give_up(str(job.payload["bot_id"]))
            await self._jobs.give_up(job, f"{type(problem).__name__}: {problem}")
            return
        await self._jobs.complete(job)

    async def _attempt(self, job: ClaimedJob) -> bool:
        """Do the work once; whether the job has been put off to another time."""
        if job.kind == FINISH_RECORDING:
            await self._finisher.finish(str(job.payload["bot_id"]))
        elif job.kind == EXPIRE_RECORDINGS:
            await expire_recordings(self._store, self._eraser)
        elif job.kind == DELETE_DATA:
            if await self._eraser.go_on(str(job.payload["bot_id"])):
                await self._jobs.retry(job, datetime.now(UTC) + _SCRUB_EVERY, "webhooks are on their way")
                return True
        elif job.kind == SALVAGE_RECORDING:
            saved = await salvage(self._store, self._storage, self._sessions, str(job.payload["bot_id"]))
            delay_s = None if saved else pause_s(job.attempts)
            if delay_s is not None:
                at = datetime.now(UTC) + timedelta(seconds=delay_s)
                await self._jobs.retry(job, at, "the files cannot be played")
                return True
        elif job.kind == PURGE_HISTORY:
            now = datetime.now(UTC)
            log.info("history.purged", **await purge_history(self._store.database, now=now))
            await self._jobs.retry(job, now + _PURGE_EVERY, "")
            return True
        return False

    async def _again(self, job: ClaimedJob, problem: str) -> None:
        delay_s = min(2.0 ** min(job.attempts, 12), _LONGEST_DELAY_S) * (0.5 + _spread.random() / 2)
        log.warning("job.retried", kind=job.kind, attempts=job.attempts, problem=problem)
        await self._jobs.retry(job, datetime.now(UTC) + timedelta(seconds=delay_s), problem)
