"""Commands to running bots: given once, answered once, and nothing of them kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import CommandAnswered, SendMessage, parse_order
from roomtone.service.store.bot_commands import LOST

if TYPE_CHECKING:
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
async def bot_id(store: Store, workspace_id: str) -> str:
    """A bot that ``node`` holds."""
    link = "http://127.0.0.1:9/practice/room"
    bot = await store.bots.create_bot(BotRequest(meeting_link=link), workspace_id)
    await store.leases.claim_bot(bot.id, "node", 60)
    return bot.id


def answered(command_id: str, *, ok: bool = True) -> CommandAnswered:
    """A session's answer."""
    if ok:
        return CommandAnswered(at=NOW, command_id=command_id, ok=True)
    return CommandAnswered(at=NOW, command_id=command_id, ok=False, problem="not_possible", message="no chat")


async def test_a_command_is_given_once_and_to_its_bots_node_alone(store: Store, bot_id: str):
    """The holder takes it as the session reads it, in the order in which they came; another node has nothing."""
    first = await store.commands.add(bot_id, "send_message", {"text": "one"})
    second = await store.commands.add(bot_id, "pause_recording")
    assert await store.commands.take("other", [bot_id]) == []
    assert await store.commands.take("node", []) == []
    taken = await store.commands.take("node", [bot_id])
    assert [command.id for command in taken] == [first, second]
    assert parse_order(taken[0].line) == SendMessage(command_id=first, text="one")
    assert await store.commands.take("node", [bot_id]) == []


async def test_an_answer_settles_it_and_its_words_are_gone(store: Store, bot_id: str):
    """Whoever waits has the answer at once; what was to be written is not kept, and a second answer is nothing."""
    command_id = await store.commands.add(bot_id, "send_message", {"text": "secret words"})
    await store.commands.take("node", [bot_id])
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(store.commands.settle(command_id, 600.0), name="settle")
        await asyncio.sleep(0.05)
        await store.commands.answer(answered(command_id, ok=False), bot_id)
    await store.commands.answer(answered(command_id), bot_id)
    told = waiting.result()
    assert (told.state, told.problem, told.answer, told.line) == ("failed", "not_possible", "no chat", {})
    assert (await store.commands.get(command_id)).state == "failed"


async def test_a_command_that_nobody_takes_is_withdrawn(store: Store, bot_id: str):
    """After its deadline it has failed, and nobody is given it any more; one that was sent stays open."""
    command_id = await store.commands.add(bot_id, "send_message", {"text": "late"})
    told = await store.commands.settle(command_id, 0.05)
    assert (told.state, told.problem, told.line) == ("failed", LOST, {})
    assert await store.commands.take("node", [bot_id]) == []
    sent_id = await store.commands.add(bot_id, "send_message", {"text": "slow"})
    await store.commands.take("node", [bot_id])
    assert (await store.commands.settle(sent_id, 0.05)).state == "sent"


async def test_pausing_is_kept_with_the_bot_once_it_is_so(store: Store, bot_id: str):
    """Neither asking nor a refusal changes it; the session's yes does, for its own bot alone."""

    async def told(kind: str, *, ok: bool, by: str = bot_id) -> bool:
        command_id = await store.commands.add(bot_id, kind)
        await store.commands.answer(answered(command_id, ok=ok), by)
        return (await store.bots.get(bot_id)).recording_paused

    assert await told("pause_recording", ok=False) is False
    assert await told("pause_recording", ok=True, by="somebody") is False
    assert await told("pause_recording", ok=True) is True
    assert await told("send_message", ok=True) is True
    assert await told("resume_recording", ok=True) is False


async def test_the_end_of_a_session_fails_what_is_open(store: Store, bot_id: str):
    """For one bot at its session's end, and for all of a node when it begins anew."""
    command_id = await store.commands.add(bot_id, "pause_recording")
    assert await store.commands.fail_open(bot_id, "over") == 1
    assert (await store.commands.settle(command_id, 1.0)).answer == "over"
    await store.commands.add(bot_id, "pause_recording")
    assert await store.commands.fail_open_of("other", "again") == 0
    assert await store.commands.fail_open_of("node", "again") == 1
    assert await store.commands.fail_open_of("node", "again") == 0
