"""Many bots due at once, and few slots: none is lost, late ones say why, and the order is fair."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Step
from roomtone.bot.request import BotRequest
from roomtone.service.jobs.port import START_BOT
from roomtone.service.nodes.agent import AgentOptions, NodeAgent
from roomtone.service.store.schedule import Move
from roomtone.service.store.tables import bots

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.service.nodes.conftest import RunAgent

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

SLOTS = 2
EVERY_TENTH = 10
LINK = "http://127.0.0.1:9/practice/room"
AT = '"at":"2026-01-01T00:00:00Z"'
PROGRAM = f"""
read start
echo '{{"type":"joining",{AT}}}'
echo '{{"type":"in_meeting",{AT}}}'
echo '{{"type":"recording_started",{AT},"picture":"none"}}'
echo '{{"type":"ended",{AT},"reason":"meeting_ended","recorded_s":1.5}}'
"""
"""A meeting that is over at once."""


async def made(store: Store, workspace_id: str, join_at: datetime, *, video: bool = False) -> str:
    """A bot that was scheduled an hour ago; its id."""
    request = BotRequest(meeting_link=LINK, video_required=video, join_at=join_at)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    return (await store.bots.create_bot(request, workspace_id, now=an_hour_ago)).id


async def all_ended(store: Store, ids: list[str]) -> list[Bot]:
    """Every bot, once all have ended."""
    left = select(func.count()).select_from(bots).where(bots.c.ended_at.is_(None))
    async with asyncio.timeout(60):
        while True:
            async with store.database.read() as connection:
                if (await connection.execute(left)).scalar_one() == 0:
                    break
            await asyncio.sleep(0.1)
    return [await store.bots.get(bot_id) for bot_id in ids]


@pytest.mark.parametrize("count", [40, pytest.param(200, marks=pytest.mark.slow)])
async def test_many_in_one_minute_with_two_slots(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, tmp_path: Path, count: int
):
    """Each starts once, at most two at a time, in the order in which they became due, and says why it is late."""
    sessions = tmp_path / "sessions"
    sessions.mkdir()
    minute = datetime.now(UTC) + timedelta(seconds=1) - timedelta(minutes=1)
    ids = [
        await made(
            store, workspace_id, minute + timedelta(seconds=59 * n / count), video=n % EVERY_TENTH == 0
        )
        for n in range(count)
    ]
    agent = NodeAgent(store, jobs, AgentOptions("node", sessions, ["sh", "-c", PROGRAM], SLOTS))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(agent.run(), name="agent")
        ended = await all_ended(store, ids)
        agent.stop()
    assert Counter(bot.end_reason for bot in ended) == {EndReason.MEETING_ENDED: count}
    assert {bot.epoch for bot in ended} == {1}
    assert await jobs.due({START_BOT}, limit=1) == []
    for bot in ended:
        events = await store.events.of_bot(bot.id)
        steps = [event.step for event in events]
        assert steps[:2] == [Step.SCHEDULED, Step.JOINING]
        assert steps[-1] is Step.STOPPED
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        late = events[1].body.get("late_s")
        if late is not None:
            assert events[1].body["late_reason"] in {"no_free_slot", "service_not_running"}
            said = re.fullmatch(
                r"The bot is joining the meeting (\d+) s late: (it waited|the service) .*", events[1].message
            )
            assert said is not None
            assert float(said[1]) == pytest.approx(late, abs=0.6)
    reasons = Counter(bot.late_reason for bot in ended)
    # The last ones came to their time when all before them were waiting.
    assert reasons["no_free_slot"] > count / 2
    assert reasons[None] <= SLOTS * 5


POLITE = 'say("joining")\nsys.stdin.readline()\nsay("ended", reason="remove_requested")'


async def steps_of(store: Store, ids: list[str]) -> list[Step]:
    """How far bots are."""
    return [(await store.bots.get(bot_id)).step for bot_id in ids]


async def until(store: Store, bot_id: str, step: Step) -> Bot:
    """The bot, once it is at a step."""
    async with asyncio.timeout(60):
        while (bot := await store.bots.get(bot_id)).step is not step:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return bot


async def test_a_bot_that_needs_more_room_is_passed_for_a_minute_and_then_waited_for(
    store: Store, workspace_id: str, run_agent: RunAgent
):
    """One of two slots is taken; a bot with video waits, audio bots that are due later begin or wait with it."""
    now = datetime.now(UTC)
    async with run_agent(POLITE, capacity=2) as agent:
        first = await made(store, workspace_id, now - timedelta(seconds=30))
        await until(store, first, Step.JOINING)
        heavy = await made(store, workspace_id, now - timedelta(seconds=20), video=True)
        passing = await made(store, workspace_id, now - timedelta(seconds=10))
        await until(store, passing, Step.JOINING)
        # As if the node had been serving, and the heavy one waiting, for more than a minute.
        agent._queue._serving_since = now - timedelta(minutes=5)
        await store.bots.request_removal(heavy)
        heavy = await made(store, workspace_id, now - timedelta(seconds=90), video=True)
        behind = await made(store, workspace_id, now - timedelta(seconds=80))
        await store.bots.request_removal(passing)
        await until(store, passing, Step.STOPPED)
        await asyncio.sleep(0.5)
        assert await steps_of(store, [heavy, behind]) == [Step.SCHEDULED, Step.SCHEDULED]
        await store.bots.request_removal(first)
        started = await until(store, heavy, Step.JOINING)
        assert started.late_reason == "no_free_slot"
        assert started.late_s is not None
        assert started.late_s > 89
        await asyncio.sleep(0.2)
        assert await steps_of(store, [behind]) == [Step.SCHEDULED]


async def test_a_bot_whose_time_came_while_nobody_served_says_so(
    store: Store, workspace_id: str, run_agent: RunAgent
):
    """It joins however late it is, and says what it waited for; one in time says nothing."""
    due_at = datetime.now(UTC) - timedelta(minutes=10)
    late = await made(store, workspace_id, due_at)
    async with run_agent(POLITE, capacity=8):
        bot = await until(store, late, Step.JOINING)
        assert bot.late_reason == "service_not_running"
        joining = (await store.events.of_bot(late))[-1]
        late_s = joining.body["late_s"]
        assert 600 <= late_s <= (datetime.now(UTC) - due_at).total_seconds()
        assert joining.message == (
            f"The bot is joining the meeting {late_s:.0f} s late: the service was not running when it was due."
        )
        for _ in range(5):  # a machine that stands still makes one late, and not all
            in_time = await made(store, workspace_id, datetime.now(UTC))
            if (await until(store, in_time, Step.JOINING)).late_s is None:
                break
        assert "late_s" not in (await store.events.of_bot(in_time))[-1].body


async def test_a_bot_that_was_moved_after_its_start_was_due_waits_for_its_new_time(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, run_agent: RunAgent
):
    """An old start that is still there, as after a crash, does not bring it in."""
    bot_id = await made(store, workspace_id, datetime.now(UTC) + timedelta(seconds=60))
    assert await store.leases.claim_bot(bot_id, "node", 60) == 1
    assert await store.leases.requeue(bot_id, 1)
    await store.schedule.move(bot_id, workspace_id, Move(datetime.now(UTC) + timedelta(hours=1)))
    assert len(await jobs.due({START_BOT}, limit=5)) == 1
    async with run_agent(POLITE):
        async with asyncio.timeout(60):
            while await jobs.due({START_BOT}, limit=5):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        assert await steps_of(store, [bot_id]) == [Step.SCHEDULED]
        await store.schedule.move(bot_id, workspace_id, Move(datetime.now(UTC)))
        await until(store, bot_id, Step.JOINING)
