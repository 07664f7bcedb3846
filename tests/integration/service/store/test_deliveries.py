"""Deliveries: in order for each bot, each with one id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.lifecycle import Happening, Step

if TYPE_CHECKING:
    from roomtone.bot.request import BotRequest
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
STAY = (Step.JOINING, Step.IN_MEETING, Step.RECORDING)


@pytest.fixture
async def two_bots(store: Store, workspace_id: str, request_body: BotRequest) -> tuple[str, str]:
    """Two bots with three events each, taken in turns."""
    first = await store.bots.create_bot(request_body, workspace_id)
    second = await store.bots.create_bot(request_body, workspace_id)
    for step in STAY:
        for bot in (first, second):
            await store.events.record(bot.id, Happening(step, NOW), epoch=None)
    return first.id, second.id


async def test_only_the_earliest_of_each_bot_is_due(store: Store, two_bots: tuple[str, str]):
    """A later event waits until the earlier one is delivered or given up; other bots do not wait."""
    first, second = two_bots
    due = {delivery.bot_id: delivery for delivery in await store.deliveries.due()}
    assert {bot_id: delivery.sequence for bot_id, delivery in due.items()} == {first: 1, second: 1}
    await store.deliveries.delivered(due[first].id, 200)
    await store.deliveries.given_up(due[second].id, status=410, error="gone")
    assert [(d.bot_id, d.sequence) for d in await store.deliveries.due()] == [(first, 2), (second, 2)]


async def test_a_failed_attempt_holds_up_its_own_bot_alone(store: Store, two_bots: tuple[str, str]):
    """While one bot's receiver is waited for, nothing of that bot is due and the other's goes on."""
    first, second = two_bots
    mine = next(d for d in await store.deliveries.due() if d.bot_id == first)
    (mine,) = await store.deliveries.begin([mine])
    again_at = datetime.now(UTC) + timedelta(hours=1)
    await store.deliveries.failed(mine.id, again_at, status=503, error="busy")
    assert [d.bot_id for d in await store.deliveries.due()] == [second]
    (retried,) = [d for d in await store.deliveries.due(now=again_at) if d.bot_id == first]
    assert (retried.id, retried.webhook_id, retried.attempts) == (mine.id, mine.webhook_id, 1)
    assert (retried.last_status, retried.last_error, retried.body) == (503, "busy", mine.body)


async def test_every_delivery_has_its_own_id(store: Store, two_bots: tuple[str, str]):
    """Webhook ids are unique and have no full stop, which the signature could not take."""
    ids = [d.webhook_id for bot_id in two_bots for d in await store.deliveries.of_bot(bot_id)]
    assert len(set(ids)) == 6
    assert not any("." in webhook_id for webhook_id in ids)


@pytest.mark.usefixtures("two_bots")
async def test_what_is_finished_stays_finished(store: Store):
    """A late answer to an attempt does not change a delivery that is over."""
    (mine, _) = await store.deliveries.due()
    await store.deliveries.begin([mine])
    await store.deliveries.delivered(mine.id, 204)
    assert await store.deliveries.begin([mine]) == []
    await store.deliveries.failed(mine.id, NOW, status=None, error="timeout")
    kept = next(d for d in await store.deliveries.of_bot(mine.bot_id) if d.id == mine.id)
    assert (kept.state, kept.last_status, kept.attempts) == ("delivered", 204, 1)
    assert kept.finished_at is not None


async def test_the_next_time_to_look_is_known(store: Store, workspace_id: str, request_body: BotRequest):
    """next_due_at is the earliest head's time; None when nothing is pending. New events ring the bell."""
    assert await store.deliveries.next_due_at() is None
    bot = await store.bots.create_bot(request_body, workspace_id)
    ticket = store.deliveries.bell.ticket()
    await store.events.record(bot.id, Happening(Step.JOINING, NOW), epoch=None)
    assert await store.deliveries.bell.wait(ticket, 0.1)
    (mine,) = await store.deliveries.due()
    again_at = datetime.now(UTC) + timedelta(minutes=5)
    await store.deliveries.failed(mine.id, again_at, status=None, error="refused")
    assert await store.deliveries.next_due_at() == again_at
    ticket = store.deliveries.bell.ticket()
    await store.deliveries.delivered(mine.id, 200)
    assert await store.deliveries.bell.wait(ticket, 0.1)
    assert await store.deliveries.next_due_at() is None
