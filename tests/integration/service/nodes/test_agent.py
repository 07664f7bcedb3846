"""What the agent does with sessions that misbehave, and with its slots."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.request import BotRequest
from roomtone.service.jobs.port import FINISH_RECORDING, START_BOT
from roomtone.service.nodes.agent import NodeAgent

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.service.nodes.conftest import RunAgent

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
POLITE = 'say("joining")\nsys.stdin.readline()\nsay("ended", reason="remove_requested")'


async def create(store: Store, workspace_id: str, *, video: bool = True) -> Bot:
    """A bot that is due."""
    return await store.bots.create_bot(BotRequest(meeting_link=LINK, video_required=video), workspace_id)


async def until(store: Store, bot: Bot, step: Step) -> Bot:
    """The bot, once it is at a step."""
    async with asyncio.timeout(60):
        while (now := await store.bots.get(bot.id)).step is not step:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return now


async def test_a_silent_session_is_killed(store: Store, workspace_id: str, run_agent: RunAgent):
    """A session that says nothing for the length of a heartbeat is killed, and the bot's end says why."""
    async with run_agent('say("joining")\ntime.sleep(60)', heartbeat_s=1.0):
        ended = await until(store, await create(store, workspace_id), Step.STOPPED)
    assert ended.end_reason is EndReason.SESSION_CRASHED
    assert "silent" in str(ended.end_detail)


async def test_an_end_without_an_exit_is_enough(
    store: Store, workspace_id: str, tmp_path: Path, run_agent: RunAgent
):
    """The end is recorded with the session's last line; its exit is waited for behind the scenes."""
    program = (
        'say("joining")\nsay("ended", reason="silence")\n'
        'while not (folder / "may go").exists():\n    time.sleep(0.05)'
    )
    with structlog.testing.capture_logs() as logged:
        async with run_agent(program, leave_grace_s=300.0):
            ended = await until(store, await create(store, workspace_id), Step.STOPPED)
            assert ended.end_reason is EndReason.SILENCE
            assert not any(line["event"] == "session.exited" for line in logged)
            (folder,) = (tmp_path / "sessions").iterdir()
            (folder / "may go").touch()
    assert [line["killed"] for line in logged if line["event"] == "session.exited"] == [""]


async def test_an_end_that_cannot_be_recorded_is_recorded_when_it_can(
    store: Store, workspace_id: str, tmp_path: Path, run_agent: RunAgent
):
    """With a full disk nothing is written for a while, not even a journal; the session's own reason is kept."""
    program = (
        'say("joining")\nwhile not (folder / "may end").exists():\n    time.sleep(0.05)\n'
        'say("ended", reason="disk_full", detail="7 MB are free", recorded_s=12.5)'
    )
    async with run_agent(program) as agent:
        bot = await until(store, await create(store, workspace_id), Step.JOINING)
        async with store.database.write() as transaction:
            await transaction.connection.exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON bot_events BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
        (folder,) = (tmp_path / "sessions").iterdir()
        (folder / "may end").touch()
        await asyncio.sleep(1.0)
        assert (await store.bots.get(bot.id)).step is Step.JOINING
        async with store.database.write() as transaction:
            await transaction.connection.exec_driver_sql("DROP TRIGGER full")
        ended = await until(store, bot, Step.STOPPED)
        assert isinstance(agent, NodeAgent)
    assert (ended.end_reason, ended.end_detail) == (EndReason.DISK_FULL, "7 MB are free")
    assert [event.body.get("end_detail") for event in await store.events.of_bot(bot.id)][
        -1
    ] == "7 MB are free"
    assert ended.recorded_s == 12.5


async def test_a_program_that_cannot_be_started_fails_the_bot(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, tmp_path: Path, run_agent: RunAgent
):
    """The bot ends with a reason, and its finishing is enqueued as for every end."""
    async with run_agent("") as agent:
        # The folder of the sessions is a file: no session can have its own.
        (tmp_path / "sessions").rmdir()
        (tmp_path / "sessions").write_text("in the way")
        ended = await until(store, await create(store, workspace_id), Step.STOPPED)
        assert isinstance(agent, NodeAgent)
    assert ended.end_reason is EndReason.INTERNAL_ERROR
    assert await jobs.claim("test", {FINISH_RECORDING}, 5) is not None


async def test_bots_wait_for_slots(store: Store, jobs: EmbeddedJobs, workspace_id: str, run_agent: RunAgent):
    """Two slots hold one bot with video; the next begins when it is over."""
    async with run_agent(POLITE, capacity=2):
        first = await until(store, await create(store, workspace_id), Step.JOINING)
        second = await create(store, workspace_id)
        await asyncio.sleep(1.5)
        assert (await store.bots.get(second.id)).step is Step.CREATED
        assert await jobs.claim("another node", {START_BOT}, 5) is not None
        await store.bots.request_removal(first.id)
        await until(store, first, Step.STOPPED)


async def test_a_bot_that_never_spoke_is_started_again(store: Store, workspace_id: str, run_agent: RunAgent):
    """A claim whose node died before its session said anything goes back to the queue."""
    bot = await create(store, workspace_id)
    assert await store.leases.claim_bot(bot.id, "node", 60) == 1
    async with run_agent(POLITE):
        # The first start is still enqueued here, as it is when the node dies before it completes the job.
        begun = await until(store, bot, Step.JOINING)
    assert begun.epoch == 2


async def test_a_lost_lease_ends_the_session_without_a_word(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, tmp_path: Path
):
    """When another node holds the bot, this one kills its session and records nothing more."""
    import sys

    from tests.integration.service.nodes.conftest import PREFACE

    from roomtone.service.nodes.agent import AgentOptions

    sessions = tmp_path / "sessions"
    sessions.mkdir()
    program = PREFACE + 'say("joining")\nwhile True:\n    say("progress", state="x")\n    time.sleep(0.1)'
    options = AgentOptions("node", sessions, [sys.executable, "-c", program], 4, 1.0, lease_s=1.0)
    agent = NodeAgent(store, jobs, options)
    bot = await create(store, workspace_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(agent.run(), name="agent")
        await until(store, bot, Step.JOINING)
        later = (await store.bots.get(bot.id)).lease_until
        assert later is not None
        taken = await store.leases.claim_bot(bot.id, "other", 60, now=later.replace(year=later.year + 1))
        assert taken == 2
        await asyncio.sleep(1.5)
        agent.stop()
    assert (await store.bots.get(bot.id)).step is Step.JOINING
    held = replace(bot, epoch=2)
    await store.events.record(held.id, Happening(Step.LEAVING, held.created_at), epoch=2)
