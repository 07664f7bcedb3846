"""The schedule against what happens at the same moment: a node that is about to start the bot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.request import BotRequest
from roomtone.service.jobs.port import START_BOT
from roomtone.service.store.errors import NotScheduled
from roomtone.service.store.schedule import Move

if TYPE_CHECKING:
    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
LEAD_S = 3600.0


async def due_bot(store: Store, workspace_id: str) -> Bot:
    """A scheduled bot whose start is due because of a long lead."""
    join_at = datetime.now(UTC) + timedelta(seconds=LEAD_S / 2)
    request = BotRequest(meeting_link=LINK, join_at=join_at)
    return await store.bots.create_bot(request, workspace_id, join_lead_s=LEAD_S)


async def test_a_bot_moved_while_its_start_is_in_hand_starts_once_and_later(
    store: Store, jobs: EmbeddedJobs, workspace_id: str
):
    """The node that took the old job cannot take the bot as it knew it; the new job brings it."""
    bot = await due_bot(store, workspace_id)
    in_hand = await jobs.claim("node", {START_BOT}, 5)
    assert in_hand is not None
    for hours in (5, 6):
        assert await store.schedule.move(bot.id, workspace_id, Move(bot.created_at + timedelta(hours=hours)))
    assert await store.leases.claim_bot(bot.id, "node", 60, join_at=bot.join_at) is None
    await jobs.complete(in_hand)
    assert await jobs.claim("node", {START_BOT}, 5) is None
    assert await store.schedule.move(bot.id, workspace_id, Move(datetime.now(UTC)))
    again = await jobs.claim("node", {START_BOT}, 5)
    assert again is not None
    assert again.payload["bot_id"] == bot.id
    assert await jobs.claim("node", {START_BOT}, 5) is None
    moved = await store.bots.get(bot.id)
    assert await store.leases.claim_bot(bot.id, "node", 60, join_at=moved.join_at) == 1


async def test_a_bot_whose_jobs_are_all_in_hand_can_still_be_moved(
    store: Store, jobs: EmbeddedJobs, workspace_id: str
):
    """Each move leaves a job of its own, whatever workers hold."""
    bot = await due_bot(store, workspace_id)
    for number in range(4):
        assert await jobs.claim(f"node {number}", {START_BOT}, 60) is not None
        assert await store.schedule.move(bot.id, workspace_id, Move(datetime.now(UTC)))


async def test_the_lead_counts_from_the_new_time(store: Store, jobs: EmbeddedJobs, workspace_id: str):
    """A bot that is moved to within its lead is due at once."""
    request = BotRequest(meeting_link=LINK, join_at=datetime.now(UTC) + timedelta(days=1))
    bot = await store.bots.create_bot(request, workspace_id)
    change = Move(datetime.now(UTC) + timedelta(seconds=60))
    assert await store.schedule.move(bot.id, workspace_id, change, join_lead_s=120)
    assert await jobs.claim("node", {START_BOT}, 5) is not None


async def test_a_bot_that_is_held_stays_as_it_is(store: Store, workspace_id: str):
    """Nothing is written for a refused move."""
    bot = await due_bot(store, workspace_id)
    await store.leases.claim_bot(bot.id, "node", 60, join_at=bot.join_at)
    with pytest.raises(NotScheduled):
        await store.schedule.move(bot.id, workspace_id, Move(datetime.now(UTC), "New"))
    with pytest.raises(NotScheduled):
        await store.schedule.cancel(bot.id, workspace_id)
    kept = await store.bots.get(bot.id)
    assert (kept.join_at, kept.request.bot_name) == (bot.join_at, "Roomtone")
    assert kept.remove_requested_at is None
