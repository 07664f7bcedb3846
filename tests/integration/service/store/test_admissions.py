"""Making bots once, from several servers at a time, and reading what older ones kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from roomtone.bot.request import BotRequest
from roomtone.service.jobs.embedded import EmbeddedJobs
from roomtone.service.store.admissions import Admission, Limits
from roomtone.service.store.database import open_database
from roomtone.service.store.errors import TooManyBots
from roomtone.service.store.store import Store
from roomtone.service.store.tables import bots

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from roomtone.service.store.database import Database

LINK = "http://127.0.0.1:9/practice/room"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
async def second_store(database: Database) -> AsyncIterator[Store]:
    """The same database as another process opens it: with connections of its own."""
    again = await open_database(database.url)
    yield Store.over(again, EmbeddedJobs(again))
    await again.close()


async def test_two_servers_make_one_bot(store: Store, second_store: Store, workspace_id: str):
    """Requests that race through two sets of connections end in one bot for each name."""
    request = BotRequest(meeting_link=LINK, deduplication_key="standup")
    by_header = [
        each.admissions.admit(BotRequest(meeting_link=LINK), workspace_id, idempotency_key="order-7")
        for each in (store, second_store) * 5
    ]
    by_body = [each.admissions.admit(request, workspace_id) for each in (store, second_store) * 5]
    admitted = await asyncio.gather(*by_header, *by_body)
    for part, again in ((admitted[:10], Admission.REPLAYED), (admitted[10:], Admission.DEDUPLICATED)):
        assert Counter(how for how, _ in part) == {Admission.CREATED: 1, again: 9}
        assert len({bot.id for _, bot in part}) == 1
    assert len((await store.bots.list_bots(workspace_id)).bots) == 2


async def test_the_last_place_is_given_once(store: Store, second_store: Store, workspace_id: str):
    """Two servers do not both take the last bot that a limit leaves."""
    asked = [
        each.admissions.admit(BotRequest(meeting_link=LINK), workspace_id, limits=Limits(3, 0))
        for each in (store, second_store) * 4
    ]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, TooManyBots)]
    assert (len(refused), len(outcomes)) == (5, 8)
    assert len((await store.bots.list_bots(workspace_id)).bots) == 3


async def test_the_queue_is_of_bots_that_are_due(store: Store, workspace_id: str):
    """A scheduled bot waits in the queue from when it may start, and only while nobody has it."""
    later = BotRequest(meeting_link=LINK, join_at=NOW + timedelta(minutes=10))
    now = BotRequest(meeting_link=LINK)
    limits = Limits(queued_bots=1)
    _, scheduled = await store.admissions.admit(later, workspace_id, limits=limits, now=NOW)

    async def admit(at: datetime) -> None:
        await store.admissions.admit(now, workspace_id, limits=limits, join_lead_s=5, now=at)

    due = NOW + timedelta(minutes=10, seconds=-5)
    with pytest.raises(TooManyBots) as full:
        await admit(due)
    assert full.value.retry_after_s == 30
    await store.leases.claim_bot(scheduled.id, "node", 10)
    await admit(due)
    with pytest.raises(TooManyBots):
        await admit(due)
    await store.admissions.admit(later, workspace_id, limits=limits, now=NOW)


async def test_a_bot_of_an_older_version_stays_readable(store: Store, workspace_id: str):
    """What is refused today does not hide a bot that was taken when it was not."""
    bot = await store.bots.create_bot(BotRequest(meeting_link="https://zoom.us/j/84512345678"), workspace_id)
    kept = bot.request.model_dump(mode="json")
    kept["automatic_leave"] |= {"waiting_room_timeout": 1800}
    kept["recording_config"]["transcript"] = {"provider": {"name": "deepgram", "model": 7}}
    async with store.database.write() as transaction:
        await transaction.connection.execute(update(bots).values(request=kept))
    [read] = (await store.bots.list_bots(workspace_id)).bots
    assert read == await store.bots.get(bot.id)
    assert read.request.automatic_leave.waiting_room_timeout == 600
    assert read.request.recording_config.transcript is None
