"""Commands on their way to sessions and back, with little programs as sessions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roomtone.bot.lifecycle import Step
from roomtone.bot.request import BotRequest
from roomtone.service.store.bot_commands import LOST
from roomtone.service.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.service.nodes.conftest import RunAgent

    from roomtone.service.jobs.embedded import EmbeddedJobs

LONGEST_S = 60.0
LINK = "http://127.0.0.1:9/practice/room"
ANSWERING = """
say("joining")
while (line := json.loads(sys.stdin.readline()))["type"] != "leave":
    said = line.get("text", "")
    say("command_answered", command_id=line["command_id"], ok=not said, problem="refused" if said else None,
        message=line["type"])
say("ended", reason="remove_requested")
"""
DYING = 'say("joining")\nsys.stdin.readline()\nsys.exit(3)'


async def joined(store: Store, workspace_id: str) -> str:
    """A bot whose session has begun."""
    bot = await store.bots.create_bot(BotRequest(meeting_link=LINK, video_required=False), workspace_id)
    async with asyncio.timeout(60):
        while (await store.bots.get(bot.id)).step is not Step.JOINING:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return bot.id


async def test_a_session_answers(store: Store, workspace_id: str, run_agent: RunAgent):
    """What is told reaches the session at once, each in its turn, and its word comes back."""
    async with run_agent(ANSWERING, commands_poll_s=10 * LONGEST_S):
        bot_id = await joined(store, workspace_id)
        ids = [
            await store.commands.add(bot_id, "pause_recording"),
            await store.commands.add(bot_id, "send_message", {"text": "x"}),
        ]
        told = [await store.commands.settle(command_id, LONGEST_S) for command_id in ids]
    assert [(one.state, one.problem, one.answer) for one in told] == [
        ("done", None, "pause_recording"),
        ("failed", "refused", "send_message"),
    ]


async def test_another_process_may_have_taken_it_in(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, run_agent: RunAgent
):
    """A command that an API of another process wrote down is found, and its answer too."""
    elsewhere = Store.over(store.database, jobs)
    async with run_agent(ANSWERING):
        bot_id = await joined(store, workspace_id)
        command_id = await elsewhere.commands.add(bot_id, "resume_recording")
        told = await elsewhere.commands.settle(command_id, LONGEST_S)
    assert told.state == "done"


async def test_a_session_that_dies_fails_its_commands_at_once(
    store: Store, workspace_id: str, run_agent: RunAgent
):
    """Nobody waits for a deadline."""
    async with run_agent(DYING):
        bot_id = await joined(store, workspace_id)
        command_id = await store.commands.add(bot_id, "send_message", {"text": "x"})
        async with asyncio.timeout(LONGEST_S):
            told = await store.commands.settle(command_id, 10 * LONGEST_S)
    assert (told.state, told.problem, told.line) == ("failed", LOST, {})


async def test_what_a_former_life_was_told_is_not_done(store: Store, workspace_id: str, run_agent: RunAgent):
    """A command from before the start has failed; the bot's next session never hears of it."""
    bot = await store.bots.create_bot(BotRequest(meeting_link=LINK, video_required=False), workspace_id)
    await store.leases.claim_bot(bot.id, "node", 60)
    command_id = await store.commands.add(bot.id, "send_message", {"text": "refuse me"})
    async with run_agent(ANSWERING):
        async with asyncio.timeout(60):
            while (await store.bots.get(bot.id)).step is not Step.JOINING:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        told = await store.commands.get(command_id)
    assert (told.state, told.problem) == ("failed", LOST)


async def test_a_bot_that_is_leaving_takes_no_commands(
    store: Store, workspace_id: str, tmp_path: Path, run_agent: RunAgent
):
    """It is said at once, not after a deadline."""
    program = (
        'say("joining")\nsys.stdin.readline()\n(folder / "leaving").touch()\n'
        'while not (folder / "may go").exists():\n    time.sleep(0.05)\n'
        'say("ended", reason="remove_requested")'
    )
    async with run_agent(program, leave_grace_s=10 * LONGEST_S), asyncio.timeout(LONGEST_S):
        bot_id = await joined(store, workspace_id)
        (folder,) = (tmp_path / "sessions").iterdir()
        await store.bots.request_removal(bot_id)
        while not (folder / "leaving").exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        told = await store.commands.settle(
            await store.commands.add(bot_id, "pause_recording"), 10 * LONGEST_S
        )
        assert told.answer == "The bot takes no commands now."
        (folder / "may go").touch()
