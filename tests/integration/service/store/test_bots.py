"""Bots in the store: made with their job, listed, removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Status, Step
from roomtone.service.jobs.port import START_BOT
from roomtone.service.store.bots import BotFilter, Removal
from roomtone.service.store.errors import UnknownBot
from roomtone.service.store.events import Facts

if TYPE_CHECKING:
    from roomtone.bot.request import BotRequest
    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


async def test_a_bot_is_made_with_its_start_job(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, request_body: BotRequest
):
    """A bot to join at once is Active and its start is due now."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    assert (bot.status, bot.step, bot.request) == (Status.ACTIVE, Step.CREATED, request_body)
    job = await jobs.claim("worker", [START_BOT], 10)
    assert job is not None
    assert job.payload == {"bot_id": bot.id}
    assert await store.events.of_bot(bot.id) == []


async def test_a_bot_for_later_is_scheduled_and_started_a_little_before(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, request_body: BotRequest
):
    """A future join_at gives bot.scheduled, and a start that is due only its lead before."""
    soon = datetime.now(UTC) + timedelta(seconds=10)
    later = request_body.model_copy(update={"join_at": soon})
    bot = await store.bots.create_bot(later, workspace_id, join_lead_s=9.5)
    assert bot.status is Status.SCHEDULED
    assert [event.event for event in await store.events.of_bot(bot.id)] == ["bot.scheduled"]
    assert await jobs.claim("worker", [START_BOT], 10) is None
    assert await jobs.claim("worker", [START_BOT], 10, timeout_s=3) is not None


async def test_a_bot_for_the_past_joins_at_once(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, request_body: BotRequest
):
    """A past join_at is as none at all."""
    past = request_body.model_copy(update={"join_at": datetime.now(UTC) - timedelta(days=1)})
    bot = await store.bots.create_bot(past, workspace_id, join_lead_s=5)
    assert bot.status is Status.ACTIVE
    assert await jobs.claim("worker", [START_BOT], 10) is not None


async def test_an_unknown_workspace_leaves_neither_bot_nor_job(
    store: Store, jobs: EmbeddedJobs, request_body: BotRequest
):
    """When the bot cannot be stored, its job is not either."""
    with pytest.raises(Exception, match="FOREIGN KEY"):
        await store.bots.create_bot(request_body, "no such workspace")
    assert await jobs.claim("worker", [START_BOT], 10) is None


async def test_other_workspaces_have_no_such_bot(store: Store, workspace_id: str, request_body: BotRequest):
    """A bot is found by its own workspace alone."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    assert (await store.bots.get(bot.id, workspace_id=workspace_id)).id == bot.id
    with pytest.raises(UnknownBot):
        await store.bots.get(bot.id, workspace_id="another")
    with pytest.raises(UnknownBot):
        await store.bots.request_removal(bot.id, "another")


async def test_pages_give_every_bot_once_newest_first(
    store: Store, workspace_id: str, request_body: BotRequest
):
    """Going from page to page gives all bots in order, also those made in the same instant."""
    made = []
    for n in range(7):
        at = NOW + timedelta(seconds=n // 3)
        made.append((await store.bots.create_bot(request_body, workspace_id, now=at)).id)
    seen: list[str] = []
    after = None
    while True:
        page = await store.bots.list_bots(workspace_id, limit=2, after=after)
        seen += [bot.id for bot in page.bots]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == sorted(made)
    ordered = [(await store.bots.get(bot_id)).created_at for bot_id in seen]
    assert ordered == sorted(ordered, reverse=True)


async def test_filters_narrow_a_list(store: Store, workspace_id: str, request_body: BotRequest):
    """Status, platform and time each leave out what does not fit."""
    old = await store.bots.create_bot(request_body, workspace_id, now=NOW - timedelta(days=2))
    new = await store.bots.create_bot(request_body, workspace_id, now=NOW)
    await store.bots.request_removal(old.id)

    async def found(which: BotFilter) -> list[str]:
        return [bot.id for bot in (await store.bots.list_bots(workspace_id, which)).bots]

    assert await found(BotFilter()) == [new.id, old.id]
    assert await found(BotFilter(status="Done")) == [old.id]
    assert await found(BotFilter(platform="Practice")) == [new.id, old.id]
    assert await found(BotFilter(platform="Zoom")) == []
    assert await found(BotFilter(created_from=NOW)) == [new.id]
    assert await found(BotFilter(created_before=NOW)) == [old.id]
    assert (await store.bots.list_bots("another")).bots == []


async def test_a_bot_not_started_is_cancelled_at_once(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, request_body: BotRequest
):
    """Removing a bot that nobody holds ends it, tells so, and withdraws its start."""
    later = request_body.model_copy(update={"join_at": datetime.now(UTC) + timedelta(hours=1)})
    bot = await store.bots.create_bot(later, workspace_id)
    assert await store.bots.request_removal(bot.id, workspace_id) is Removal.CANCELLED
    ended = await store.bots.get(bot.id)
    assert (ended.end_reason, ended.status) == (EndReason.REMOVE_REQUESTED, Status.DONE)
    events = [event.event for event in await store.events.of_bot(bot.id)]
    assert events == ["bot.scheduled", "bot.stopped", "bot.done"]
    assert await jobs.claim("worker", [START_BOT], 10) is None
    assert await store.leases.claim_bot(bot.id, "node", 10) is None
    assert await store.bots.request_removal(bot.id) is Removal.ALREADY_ENDED


async def test_a_held_bot_is_asked_to_leave(store: Store, workspace_id: str, request_body: BotRequest):
    """Removing a bot that a node holds rings the node, which finds it among its removals until it ends."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    epoch = await store.leases.claim_bot(bot.id, "node", 10)
    ticket = store.leases.removals.ticket()
    assert await store.bots.request_removal(bot.id) is Removal.REQUESTED
    assert await store.leases.removals.wait(ticket, 1)
    assert await store.leases.removals_requested("node") == [bot.id]
    assert await store.leases.removals_requested("other") == []
    stop = Happening(Step.STOPPED, datetime.now(UTC), EndReason.REMOVE_REQUESTED)
    await store.events.record(bot.id, stop, epoch=epoch)
    assert await store.leases.removals_requested("node") == []


async def test_recordings_expire_when_done_and_due(store: Store, workspace_id: str, request_body: BotRequest):
    """A done bot is due for expiry from expires_at on, until that is recorded."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.SILENCE), epoch=None)
    assert await store.bots.expired_recordings(now=NOW) == []
    await store.events.record(bot.id, Happening(Step.DONE, NOW), epoch=None, facts=Facts(expires_at=NOW))
    assert await store.bots.expired_recordings(now=NOW - timedelta(seconds=1)) == []
    assert [b.id for b in await store.bots.expired_recordings(now=NOW)] == [bot.id]
    await store.events.record(
        bot.id, Happening(Step.EXPIRED, NOW, details={"deleted_objects": 0}), epoch=None
    )
    assert await store.bots.expired_recordings(now=NOW) == []
    assert (await store.bots.get(bot.id)).status is Status.MEDIA_EXPIRED
