"""Leases: one holder at a time, fenced by the epoch."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.jobs.port import START_BOT
from roomtone.service.store.bots import Removal
from roomtone.service.store.errors import StaleEpoch

if TYPE_CHECKING:
    from roomtone.bot.request import BotRequest
    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=11)


@pytest.fixture
async def bot_id(store: Store, workspace_id: str, request_body: BotRequest) -> str:
    """A bot that nobody holds."""
    return (await store.bots.create_bot(request_body, workspace_id)).id


async def test_only_one_of_many_claims_wins(store: Store, bot_id: str):
    """Of twenty claims at once, exactly one gets the bot."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(store.leases.claim_bot(bot_id, f"node {n}", 10), name=f"claim {n}")
            for n in range(20)
        ]
    assert sorted(task.result() or 0 for task in tasks) == [0] * 19 + [1]


async def test_a_lease_that_is_over_can_be_taken_and_fences_the_old_holder(store: Store, bot_id: str):
    """The second holder has the next epoch; the first one's writes and renewals are refused from then on."""
    assert await store.leases.claim_bot(bot_id, "first", 10, now=NOW) == 1
    assert await store.leases.claim_bot(bot_id, "second", 10, now=NOW + timedelta(seconds=9)) is None
    assert await store.leases.claim_bot(bot_id, "second", 10, now=LATER) == 2
    assert await store.leases.renew_leases("first", {bot_id: 1}, 10, now=LATER) == frozenset()
    with pytest.raises(StaleEpoch):
        await store.events.record(bot_id, Happening(Step.JOINING, LATER), epoch=1)
    assert await store.events.of_bot(bot_id) == []
    await store.events.record(bot_id, Happening(Step.JOINING, LATER), epoch=2)


async def test_the_same_node_claiming_again_fences_itself(store: Store, bot_id: str):
    """A restarted node of the same name has a new epoch, so its former life cannot write."""
    assert await store.leases.claim_bot(bot_id, "node", 10, now=NOW) == 1
    assert await store.leases.claim_bot(bot_id, "node", 10, now=LATER) == 2
    assert await store.leases.renew_leases("node", {bot_id: 1}, 10, now=LATER) == frozenset()
    assert await store.leases.renew_leases("node", {bot_id: 2}, 10, now=LATER) == {bot_id}


async def test_renewing_keeps_a_bot(store: Store, bot_id: str):
    """A renewed lease is not over when the first one would have been."""
    await store.leases.claim_bot(bot_id, "node", 10, now=NOW)
    held = {bot_id: 1, "unknown": 1}
    assert await store.leases.renew_leases("node", held, 10, now=NOW + timedelta(seconds=5)) == {bot_id}
    assert await store.leases.claim_bot(bot_id, "other", 10, now=LATER) is None
    assert await store.leases.renew_leases("node", {}, 10) == frozenset()


async def test_an_ended_bot_is_held_by_nobody(store: Store, bot_id: str):
    """The stop ends the lease: it cannot be claimed or renewed, and is listed as unfinished until done."""
    await store.leases.claim_bot(bot_id, "node", 10)
    assert [b.id for b in await store.leases.held_by("node")] == [bot_id]
    stop = Happening(Step.STOPPED, datetime.now(UTC), EndReason.SILENCE)
    await store.events.record(bot_id, stop, epoch=1)
    assert await store.leases.renew_leases("node", {bot_id: 1}, 10) == frozenset()
    assert await store.leases.claim_bot(bot_id, "node", 10) is None
    assert await store.leases.held_by("node") == []
    assert [b.id for b in await store.leases.unfinished("node")] == [bot_id]
    await store.events.record(bot_id, Happening(Step.DONE, datetime.now(UTC)), epoch=None)
    assert await store.leases.unfinished("node") == []


async def test_a_bot_given_back_is_started_again(store: Store, jobs: EmbeddedJobs, bot_id: str):
    """Giving a bot back frees it and enqueues one new start; a stale epoch cannot."""
    first = await jobs.claim("worker", [START_BOT], 10)
    assert first is not None
    await store.leases.claim_bot(bot_id, "node", 10)
    assert not await store.leases.requeue(bot_id, 7)
    assert await store.leases.requeue(bot_id, 1)
    assert await store.leases.requeue(bot_id, 1)
    await jobs.complete(first)
    assert await jobs.claim("worker", [START_BOT], 10) is not None
    assert await jobs.claim("worker", [START_BOT], 10) is None
    assert await store.leases.claim_bot(bot_id, "other", 10) == 2


async def test_a_bot_given_back_can_be_cancelled(store: Store, bot_id: str):
    """Between two starts nobody holds the bot, so removing it ends it at once."""
    await store.leases.claim_bot(bot_id, "node", 10)
    await store.events.record(bot_id, Happening(Step.JOINING, NOW), epoch=1)
    assert await store.leases.requeue(bot_id, 1)
    assert await store.bots.request_removal(bot_id) is Removal.CANCELLED
    assert (await store.bots.get(bot_id)).step is Step.DONE
