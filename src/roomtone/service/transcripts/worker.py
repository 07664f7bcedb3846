"""The worker for transcripts: a few at a time, beside everything else, given back when the server stops."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.lifecycle import IllegalTransition
from roomtone.service.jobs.fair_claims import FairClaims
from roomtone.service.jobs.leasing import under_lease
from roomtone.service.jobs.port import TRANSCRIBE, TRANSCRIBE_ELSEWHERE
from roomtone.service.storage.errors import StorageError
from roomtone.service.store.errors import UnknownBot
from roomtone.service.transcripts.errors import Interrupted
from roomtone.speech.errors import TranscriptionError

if TYPE_CHECKING:
    from roomtone.service.jobs.port import ClaimedJob, Jobs
    from roomtone.service.transcripts.transcriber import Transcriber

log = structlog.get_logger(__name__)

_LEASE_S = 6.0
"""Short: after a crash of the server the job waits that long."""
_AT_ONCE = {TRANSCRIBE: (2, 0), TRANSCRIBE_ELSEWHERE: (12, 4)}
"""How many workers, and how many of them are held back for workspaces that have nothing made. What is made
here takes the processor; somebody else's service is only waited for, sometimes for hours."""
_ATTEMPTS = 8
"""Starts of the server count too; after so many something is wrong with the job itself."""
_LONGEST_DELAY_S = 300.0


class TranscriptsWorker:
    """Works off jobs for transcripts; ``run`` is its life, ``stop`` ends it.

    Args:
        name: The worker's, as the holder of jobs.
        jobs: Where its jobs come from.
        transcriber: Does them.
        first_delay_s: How long to wait after the first failed attempt; it doubles.
        claim_wait_s: How long to wait for a job at a time, and so for ``stop`` to be seen.
    """

    def __init__(
        self,
        name: str,
        jobs: Jobs,
        transcriber: Transcriber,
        *,
        first_delay_s: float = 2.0,
        claim_wait_s: float = 0.5,
    ) -> None:
        self._claim_wait_s = claim_wait_s
        self._first_delay_s = first_delay_s
        self._name = name
        self._jobs = jobs
        self._transcriber = transcriber
        self._stopping = False

    def stop(self) -> None:
        """Give back what is in hand and let ``run`` return: a transcript may take hours, and is resumed."""
        self._stopping = True
        self._transcriber.stop()

    async def run(self) -> None:
        """Work until ``stop``."""
        await self._transcriber.tidy()
        async with asyncio.TaskGroup() as workers:
            for kind, (at_once, held_back) in _AT_ONCE.items():
                claims = FairClaims(self._jobs, {kind}, at_once, held_back)
                for number in range(at_once):
                    name = f"{kind}:{number}"
                    workers.create_task(self._work(f"{self._name}/{name}", claims), name=name)

    async def _work(self, worker: str, claims: FairClaims) -> None:
        while not self._stopping:
            try:
                async with claims.one(worker, _LEASE_S, timeout_s=self._claim_wait_s) as job:
                    if job is not None:
                        await under_lease(self._jobs, job, _LEASE_S, self._do)
            except Exception:
                # The job boundary: the job is due again when its lease is over.
                log.exception("job.failed", worker=worker)
                await asyncio.sleep(1.0)

    async def _do(self, job: ClaimedJob) -> None:
        transcript_id = str(job.payload["transcript_id"])
        try:
            await self._transcriber.make(transcript_id)
        except (UnknownBot, IllegalTransition) as problem:
            log.info("transcript.not_wanted", transcript_id=transcript_id, problem=type(problem).__name__)
        except Interrupted:
            await self._jobs.retry(job, datetime.now(UTC), "the server stopped")
            return
        except TranscriptionError as problem:
            if problem.retryable and job.attempts < _ATTEMPTS:
                await self._again(job, str(problem))
                return
            await self._transcriber.give_up(transcript_id, str(problem))
        except StorageError as problem:
            # Not given up before the transcript's own deadline: the storage may be back in an hour.
            await self._again(job, str(problem))
            return
        except Exception as problem:
            log.exception("job.attempt_failed", kind=job.kind, attempts=job.attempts)
            if job.attempts < _ATTEMPTS:
                await self._again(job, f"{type(problem).__name__}: {problem}")
                return
            await self._transcriber.give_up(transcript_id, "the server could not make it; its log says why")
        await self._jobs.complete(job)

    async def _again(self, job: ClaimedJob, problem: str) -> None:
        delay_s = min(self._first_delay_s * 2.0 ** min(job.attempts - 1, 12), _LONGEST_DELAY_S)
        log.warning("job.retried", kind=job.kind, attempts=job.attempts, problem=problem)
        await self._jobs.retry(job, datetime.now(UTC) + timedelta(seconds=delay_s), problem)
