"""What bots are told, through a running server to their sessions and back."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.acceptance.service.conftest import LONGEST_WAIT_S
from tests.quiet_machine import in_time

if TYPE_CHECKING:
    from tests.acceptance.service.conftest import Receiver, ServerProcess

WORDS = "words that nobody is to find again"


async def told(server: ServerProcess, bot_id: str, command: str, body: Any = None) -> httpx2.Response:
    """Tell a bot something."""
    async with httpx2.AsyncClient(base_url=server.url, timeout=LONGEST_WAIT_S) as client:
        headers = {"Authorization": f"Token {server.key}"}
        return await client.post(f"/api/v1/bots/{bot_id}/{command}", json=body, headers=headers)


async def is_paused(server: ServerProcess, bot_id: str) -> bool:
    """What the details say."""
    answer = await server.get(f"/api/v1/bots/{bot_id}/detail")
    return bool(answer.json()["bot_details"]["recording_paused"])


def rows(server: ServerProcess) -> list[tuple[str, str, dict[str, Any]]]:
    """Kind, state and line of every command."""
    with sqlite3.connect(server.data_dir / "roomtone.db") as database:
        found = database.execute("SELECT kind, state, line FROM bot_commands ORDER BY created_at").fetchall()
    return [(kind, state, json.loads(line)) for kind, state, line in found]


async def test_a_bot_does_what_it_is_told(server: ServerProcess, receiver: Receiver):
    """Each answer comes quickly and once; nothing that was to be written is kept or logged."""
    bot_id = await server.create_bot(receiver.url)
    await receiver.wait_for(bot_id, "bot.recording")
    began_s = asyncio.get_running_loop().time()
    answers = [await told(server, bot_id, "pause_recording")]
    assert await is_paused(server, bot_id)
    answers.append(await told(server, bot_id, "send_message", {"message": WORDS}))
    answers.append(await told(server, bot_id, "send_image", {"img_url": "https://example.com/a.png"}))
    answers.append(await told(server, bot_id, "resume_recording"))
    assert not await is_paused(server, bot_id)
    assert in_time(asyncio.get_running_loop().time() - began_s, 5)
    assert [answer.status_code for answer in answers] == [200] * 4
    await told(server, bot_id, "pause_recording")
    assert (await server.get(f"/api/v1/bots/{bot_id}/remove_bot")).status_code == 200
    await receiver.wait_for(bot_id, "bot.done")
    assert (await told(server, bot_id, "resume_recording")).status_code == 409
    assert not await is_paused(server, bot_id)
    assert {(state, json.dumps(line)) for _, state, line in rows(server)} == {("done", "{}")}
    assert WORDS not in server.log


async def test_a_command_does_not_outlive_its_server(own_server: ServerProcess, receiver: Receiver):
    """What a session had not answered when the server was killed has failed after the next start."""
    bot_id = await own_server.create_bot(receiver.url, {"stubborn": True})
    await receiver.wait_for(bot_id, "bot.recording")

    async def ask() -> None:
        try:
            await told(own_server, bot_id, "send_message", {"message": WORDS})
        except httpx2.TransportError:
            return

    async with asyncio.timeout(LONGEST_WAIT_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(ask(), name="ask")
        while [state for _, state, _ in rows(own_server)] != ["sent"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        own_server.kill()
    assert rows(own_server)[0][2]["text"] == WORDS
    own_server.start()
    async with asyncio.timeout(LONGEST_WAIT_S):
        while rows(own_server)[0][1] == "sent":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert rows(own_server) == [("send_message", "failed", {})]


@pytest.mark.parametrize("own_server", [{"ROOMTONE_COMMAND_TIMEOUT_S": "60"}], indirect=True, ids=["patient"])
async def test_a_session_that_is_killed_answers_nobody(own_server: ServerProcess, receiver: Receiver):
    """Whoever waits is told at once that the bot is gone."""
    bot_id = await own_server.create_bot(receiver.url, {"stubborn": True})
    await receiver.wait_for(bot_id, "bot.recording")
    session = own_server.session_of(bot_id)
    async with asyncio.timeout(LONGEST_WAIT_S), asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(told(own_server, bot_id, "pause_recording"), name="ask")
        while [state for _, state, _ in rows(own_server)] != ["sent"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        session.kill()
    assert asked.result().status_code == 503
    assert "ended" in asked.result().json()["message"]
