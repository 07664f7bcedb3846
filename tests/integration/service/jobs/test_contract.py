"""The contract of the jobs port; every adapter runs it.

A second adapter joins by adding its maker to ``ADAPTERS``; nothing here knows how jobs are kept. Adapters are made
with a clock that stands still until a test moves it, and look for what they are not told of once in an hour: what
reaches a waiting worker here has woken it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from roomtone.service.jobs.embedded import EmbeddedJobs
from roomtone.service.jobs.port import ClaimedJob, Jobs, LostJob, NewJob
from roomtone.service.store.tables import workspaces

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.service.jobs.conftest import Clock

    from roomtone.bot.request import BotRequest
    from roomtone.service.store.database import Database
    from roomtone.service.store.store import Store

    Maker = Callable[[Database, Callable[[], datetime], float], Jobs]

ADAPTERS: list[Maker] = [EmbeddedJobs]
KINDS = ["work"]
HOUR_S = 3600.0
LONGEST_S = 60.0
"""How long a test waits for what comes at once."""


@pytest.fixture(params=ADAPTERS)
def port(request: pytest.FixtureRequest, database: Database, clock: Clock) -> Jobs:
    """The adapter under test."""
    jobs: Jobs = request.param(database, clock.now, HOUR_S)
    return jobs


async def _enqueue(database: Database, port: Jobs, job: NewJob) -> int | None:
    async with database.write() as transaction:
        return await port.enqueue(transaction, job)


async def _claim(port: Jobs, worker: str = "worker", lease_s: float = 30) -> ClaimedJob:
    job = await port.claim(worker, KINDS, lease_s)
    assert job is not None
    return job


async def test_a_job_is_done_once(database: Database, port: Jobs):
    """A job is claimed with its payload, completed, and gone."""
    await _enqueue(database, port, NewJob("work", {"n": 1}))
    job = await _claim(port)
    assert (job.kind, job.payload, job.attempts) == ("work", {"n": 1}, 1)
    assert await port.claim("other", KINDS, 30) is None
    await port.complete(job)
    assert await port.claim("other", KINDS, 30) is None


async def test_a_job_of_a_failed_transaction_does_not_exist(database: Database, port: Jobs):
    """Enqueueing is part of the caller's transaction."""

    async def enqueue_and_fail() -> None:
        async with database.write() as transaction:
            await port.enqueue(transaction, NewJob("work", {}))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await enqueue_and_fail()
    assert await port.claim("worker", KINDS, 30) is None


async def test_workers_get_their_kinds_alone(database: Database, port: Jobs):
    """A worker is given no job of a kind it did not name."""
    await _enqueue(database, port, NewJob("other", {}))
    assert await port.claim("worker", KINDS, 30) is None
    assert await port.claim("worker", ["work", "other"], 30) is not None


async def test_the_longest_due_comes_first(database: Database, port: Jobs, clock: Clock):
    """Jobs are taken in the order of their time."""
    for n, seconds in ((1, -1.0), (2, -3.0), (3, -2.0)):
        await _enqueue(database, port, NewJob("work", {"n": n}, clock.at(seconds)))
    assert [(await _claim(port)).payload["n"] for _ in range(3)] == [2, 3, 1]


async def test_a_later_job_waits_for_its_time(database: Database, port: Jobs, clock: Clock):
    """A job is not given before its run_at, and from then on."""
    await _enqueue(database, port, NewJob("work", {}, clock.at(0.7)))
    clock.move(0.69)
    assert await port.claim("worker", KINDS, 30) is None
    clock.move(0.01)
    assert await port.claim("worker", KINDS, 30) is not None


async def test_a_job_becomes_due_while_it_is_waited_for(database: Database):
    """A waiting worker looks again after each length of the polling, without being told."""
    port = EmbeddedJobs(database, poll_s=0.05)
    at = datetime.now(UTC) + timedelta(seconds=0.3)
    await _enqueue(database, port, NewJob("work", {}, at))
    assert await port.claim("worker", KINDS, 30, timeout_s=LONGEST_S) is not None
    assert datetime.now(UTC) >= at


async def test_a_waiting_worker_is_woken_at_once(database: Database, port: Jobs):
    """A job enqueued in this process reaches a waiting worker without a polling delay."""
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as group:
        waiting = group.create_task(port.claim("worker", KINDS, 30, timeout_s=2 * HOUR_S), name="waiting")
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await _enqueue(database, port, NewJob("work", {}))
        assert await waiting is not None


async def test_waiting_ends_in_time(port: Jobs):
    """With nothing to do, a claim gives up after its timeout, however seldom it looks."""
    began_s = asyncio.get_running_loop().time()
    async with asyncio.timeout(LONGEST_S):
        assert await port.claim("worker", KINDS, 30, timeout_s=0.3) is None
    assert asyncio.get_running_loop().time() - began_s >= 0.3


async def test_no_two_workers_get_the_same_job(database: Database, port: Jobs):
    """Ten workers at once over twenty jobs take each job once."""
    for n in range(20):
        await _enqueue(database, port, NewJob("work", {"n": n}))
    taken: list[int] = []

    async def work(name: str) -> None:
        while job := await port.claim(name, KINDS, 30):
            taken.append(job.payload["n"])
            await port.complete(job)

    async with asyncio.TaskGroup() as group:
        for n in range(10):
            group.create_task(work(f"worker {n}"), name=f"worker {n}")
    assert sorted(taken) == list(range(20))


async def test_a_dead_workers_job_is_claimed_again(database: Database, port: Jobs, clock: Clock):
    """After its lease a job goes to the next worker, and the first one's word no longer counts."""
    await _enqueue(database, port, NewJob("work", {}, key="k"))
    lost = await _claim(port, "dead", lease_s=5)
    clock.move(5)
    assert await port.claim("next", KINDS, 30) is None
    clock.move(0.001)
    taken = await _claim(port, "next")
    assert (taken.id, taken.attempts) == (lost.id, 2)
    for late in (
        port.complete(lost),
        port.extend(lost, 30),
        port.retry(lost, clock.now(), "late"),
        port.give_up(lost, "late"),
    ):
        with pytest.raises(LostJob):
            await late
    await port.complete(taken)


async def test_extending_keeps_a_job(database: Database, port: Jobs, clock: Clock):
    """A worker that extends its lease in time keeps the job past the first lease, until the new one is over."""
    await _enqueue(database, port, NewJob("work", {}))
    job = await _claim(port, lease_s=10)
    clock.move(9)
    await port.extend(job, 30)
    clock.move(30)
    assert await port.claim("other", KINDS, 30) is None
    await port.extend(job, 30)
    clock.move(31)
    assert await port.claim("other", KINDS, 30) is not None
    with pytest.raises(LostJob):
        await port.complete(job)


async def test_a_failed_attempt_comes_back(database: Database, port: Jobs, clock: Clock):
    """A retried job is given again at its new time, its attempts counted."""
    await _enqueue(database, port, NewJob("work", {"n": 1}))
    job = await _claim(port)
    await port.retry(job, clock.at(3), "try later")
    assert await port.claim("worker", KINDS, 30) is None
    clock.move(3)
    again = await _claim(port)
    assert (again.payload, again.attempts) == ({"n": 1}, 2)


async def test_a_job_given_up_is_not_given_again(database: Database, port: Jobs):
    """A job that failed for good is over, and another may have its key."""
    await _enqueue(database, port, NewJob("work", {"n": 1}, key="k"))
    await port.give_up(await _claim(port), "hopeless")
    assert await port.claim("worker", KINDS, 30) is None
    assert await _enqueue(database, port, NewJob("work", {"n": 2}, key="k")) is not None
    assert (await _claim(port)).payload == {"n": 2}


async def test_a_key_is_had_by_one_unfinished_job(database: Database, port: Jobs):
    """While a job with a key waits or runs, a second one is not taken; afterwards it is."""
    assert await _enqueue(database, port, NewJob("work", {"n": 1}, key="k")) is not None
    assert await _enqueue(database, port, NewJob("work", {"n": 2}, key="k")) is None
    job = await _claim(port)
    assert await _enqueue(database, port, NewJob("work", {"n": 3}, key="k")) is None
    await port.complete(job)
    assert await _enqueue(database, port, NewJob("work", {"n": 4}, key="k")) is not None
    assert (await _claim(port)).payload == {"n": 4}


async def test_only_a_waiting_job_can_be_withdrawn(database: Database, port: Jobs):
    """Withdrawing takes away a job nobody has, and leaves one that is being worked on."""
    await _enqueue(database, port, NewJob("work", {}, key="waiting"))
    async with database.write() as transaction:
        assert await port.withdraw(transaction, "waiting")
        assert not await port.withdraw(transaction, "waiting")
    assert await port.claim("worker", KINDS, 30) is None
    await _enqueue(database, port, NewJob("work", {}, key="running"))
    job = await _claim(port)
    async with database.write() as transaction:
        assert not await port.withdraw(transaction, "running")
    await port.complete(job)


async def test_due_jobs_can_be_looked_at_and_one_of_them_claimed(
    database: Database, port: Jobs, clock: Clock
):
    """In the order in which they became due; looking takes nothing, and each is claimed once."""
    for n, seconds in enumerate((-5, -10, 100)):
        await _enqueue(database, port, NewJob("work", {"n": n}, clock.at(seconds)))
    await _enqueue(database, port, NewJob("other", {"n": 9}))
    due = await port.due(KINDS, limit=10)
    assert [job.payload["n"] for job in due] == [1, 0]
    assert [job.payload["n"] for job in await port.due(KINDS, limit=1)] == [1]
    second = await port.claim_one(due[1], "worker", 30)
    assert second is not None
    assert (second.payload, second.run_at, second.attempts) == ({"n": 0}, due[1].run_at, 1)
    assert await port.claim_one(due[1], "another", 30) is None
    assert [job.payload["n"] for job in await port.due(KINDS, limit=10)] == [1]
    await port.complete(second)
    assert await port.claim_one(due[1], "another", 30) is None


async def test_looking_for_due_jobs_waits_as_claiming_does(database: Database, port: Jobs):
    """It ends with the first job, or in time with none."""
    began_s = asyncio.get_running_loop().time()
    async with asyncio.timeout(LONGEST_S):
        assert await port.due(KINDS, limit=5, timeout_s=0.2) == []
    assert asyncio.get_running_loop().time() - began_s >= 0.2
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(port.due(KINDS, limit=5, timeout_s=2 * HOUR_S), name="look")
        await asyncio.sleep(0.05)
        await _enqueue(database, port, NewJob("work", {"n": 1}))
    assert [job.payload for job in looking.result()] == [{"n": 1}]


async def test_jobs_of_dead_workers_can_be_taken_back(database: Database, port: Jobs):
    """Jobs of workers whose names begin so are due at once; the others stay with their workers."""
    for number in range(3):
        await _enqueue(database, port, NewJob("work", {"n": number}))
    mine, other = await _claim(port, "node-1/0"), await _claim(port, "node-10/0")
    assert await port.take_back("node-1/") == 1
    with pytest.raises(LostJob):
        await port.complete(mine)
    again = {(await _claim(port)).id for _ in range(2)}
    assert mine.id in again
    assert other.id not in again
    await port.complete(other)


async def test_the_longest_due_of_every_workspace(
    database: Database, port: Jobs, clock: Clock, store: Store, request_body: BotRequest
):
    """One job of each, nobody's among them; a workspace can be left out; what is in hand is not due."""
    bots = []
    for name in ("ours", "theirs"):
        await store.keys.create("key", name)
        async with database.read() as connection:
            found = await connection.execute(select(workspaces.c.id).where(workspaces.c.name == name))
        bots.append(await store.bots.create_bot(request_body, found.scalar_one()))
    ours, theirs = bots
    for n, (seconds, bot_id) in enumerate([(-1, None), (-5, ours.id), (-4, ours.id), (-3, theirs.id)]):
        await _enqueue(database, port, NewJob("work", {"n": n}, clock.at(seconds), bot_id=bot_id))
    await _enqueue(database, port, NewJob("work", {"n": 9}, clock.at(1), bot_id=theirs.id))
    due = await port.due_by_share(KINDS)
    assert [(job.payload["n"], job.share) for job in due] == [
        (1, ours.workspace_id),
        (3, theirs.workspace_id),
        (0, ""),
    ]
    rest = await port.due_by_share(KINDS, without={ours.workspace_id, ""})
    assert [job.payload["n"] for job in rest] == [3]
    assert await port.claim_one(due[0], "worker", 30) is not None
    assert [job.payload["n"] for job in await port.due_by_share(KINDS)] == [2, 3, 0]
