"""What bots are told through the API, with sessions that answer as the test says."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.session_protocol import CommandAnswered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2
    from fastapi import FastAPI

    from roomtone.bot.request import BotRequest
    from roomtone.service.store.store import Store


@pytest.fixture
async def bot_id(store: Store, workspace_id: str, request_body: BotRequest) -> str:
    """A bot that records."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    await store.leases.claim_bot(bot.id, "node", 60)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, datetime.now(UTC)), epoch=1)
    return bot.id


@asynccontextmanager
async def session(store: Store, bot_id: str, **answer: Any) -> AsyncIterator[list[dict[str, Any]]]:
    """A session that answers every command alike; gives the lines it was told."""
    told: list[dict[str, Any]] = []

    async def listen() -> None:
        while True:
            ticket = store.commands.orders.ticket()
            for command in await store.commands.take("node", [bot_id]):
                told.append(command.line)
                said = CommandAnswered(at=datetime.now(UTC), command_id=command.id, **({"ok": True} | answer))
                await store.commands.answer(said, bot_id)
            await store.commands.orders.wait(ticket, 1.0)

    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listen(), name="session")
        yield told
        listening.cancel()


async def test_pausing_and_resuming(client: httpx2.AsyncClient, store: Store, bot_id: str):
    """Both are answered as clients know it, as often as one likes; the details tell what holds."""

    async def paused() -> bool:
        answer = await client.get(f"/api/v1/bots/{bot_id}/detail")
        return bool(answer.json()["bot_details"]["recording_paused"])

    seen = [await paused()]
    async with session(store, bot_id) as told:
        for command in ("pause_recording", "pause_recording", "resume_recording"):
            answer = await client.post(f"/api/v1/bots/{bot_id}/{command}")
            assert answer.status_code == 200
            assert answer.json() == {"status": "accepted", "bot_id": bot_id, "command": command}
            seen.append(await paused())
    assert seen == [False, True, True, False]
    assert [line["type"] for line in told] == ["pause_recording", "pause_recording", "resume_recording"]


async def test_messages_and_pictures(client: httpx2.AsyncClient, store: Store, bot_id: str):
    """Their fields reach the session; metadata is taken."""
    base = f"/api/v1/bots/{bot_id}"
    metadata = {"message_type": "text"}
    async with session(store, bot_id) as told:
        said = await client.post(f"{base}/send_message", json={"message": "Hi", "metadata": metadata})
        shown = await client.post(
            f"{base}/send_image", json={"img_url": "https://example.com/a.png", "display_duration": 5}
        )
    assert (said.json()["command"], shown.json()["command"]) == ("send_message", "send_image")
    assert told[0]["text"] == "Hi"
    assert (told[1]["url"], told[1]["display_s"]) == ("https://example.com/a.png", 5)


@pytest.mark.parametrize(
    ("command", "body", "named"),
    [
        ("send_message", {}, "message"),
        ("send_message", {"message": "  "}, "message"),
        ("send_message", {"message": "x", "metadata": "text"}, "metadata"),
        ("send_image", {}, "img_url"),
        ("send_image", {"img_url": "data:image/png;base64,AAAA"}, "img_url"),
        ("send_image", {"img_url": "iVBORw0KGgoAAAANSUhEUg"}, "img_url"),
        ("send_image", {"img_url": "ftp://example.com/a.png"}, "img_url"),
        ("send_image", {"img_url": "http://[::1/a.png"}, "img_url"),
        ("send_image", {"img_url": "https://e.org/a", "display_duration": 0}, "display_duration"),
    ],
)
async def test_wrong_bodies_are_refused(
    client: httpx2.AsyncClient, bot_id: str, command: str, body: dict[str, Any], named: str
):
    """With the field's name, and before anybody is told anything."""
    answer = await client.post(f"/api/v1/bots/{bot_id}/{command}", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(named + ":")


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        ("not_possible", 409),
        ("not_in_meeting", 409),
        ("not_recording", 503),
        ("refused", 400),
        ("failed", 503),
    ],
)
async def test_what_a_session_could_not_do(
    client: httpx2.AsyncClient, store: Store, bot_id: str, problem: str, status: int
):
    """The session's own words are the answer."""
    async with session(store, bot_id, ok=False, problem=problem, message="the chat is off"):
        answer = await client.post(f"/api/v1/bots/{bot_id}/send_message", json={"message": "Hi"})
    assert (answer.status_code, answer.json()) == (status, {"message": "the chat is off"})


async def test_a_bot_that_is_not_in_a_meeting(
    client: httpx2.AsyncClient, store: Store, workspace_id: str, request_body: BotRequest, stopped_bot: str
):
    """Before its meeting and after it nothing can be done there."""
    waiting = await store.bots.create_bot(request_body, workspace_id)
    for one in (waiting.id, stopped_bot):
        for command in ("pause_recording", "resume_recording"):
            answer = await client.post(f"/api/v1/bots/{one}/{command}")
            assert answer.status_code == 409
            assert "not in a meeting" in answer.json()["message"]


async def test_a_bot_whose_node_is_gone(client: httpx2.AsyncClient, store: Store, bot_id: str):
    """It is said at once that it cannot be reached, with when to try again."""
    past = datetime.now(UTC) - timedelta(hours=1)
    await store.leases.renew_leases("node", {bot_id: 1}, 10, now=past)
    answer = await client.post(f"/api/v1/bots/{bot_id}/pause_recording")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


async def test_a_session_that_never_answers(
    client: httpx2.AsyncClient, app: FastAPI, store: Store, bot_id: str
):
    """Not taken: withdrawn. Taken: a message may still be written, but nobody knows whether it is paused."""
    services = app.state.services
    app.state.services = replace(
        services, settings=services.settings.model_copy(update={"command_timeout_s": 0.1})
    )
    base = f"/api/v1/bots/{bot_id}"
    assert (await client.post(f"{base}/send_message", json={"message": "Hi"})).status_code == 503
    assert await store.commands.take("node", [bot_id]) == []

    async def told(command: str, body: dict[str, Any] | None = None) -> int:
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(client.post(f"{base}/{command}", json=body), name="ask")
            while not await store.commands.take("node", [bot_id]):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return asked.result().status_code

    assert await told("send_message", {"message": "Hi"}) == 200
    assert await told("pause_recording") == 503


async def test_thirty_a_minute(client: httpx2.AsyncClient, store: Store, bot_id: str):
    """Pausing and resuming share what one bot may be asked."""
    async with session(store, bot_id):
        answers = [
            (await client.post(f"/api/v1/bots/{bot_id}/{name}_recording")).status_code
            for name in ("pause", "resume") * 16
        ]
    assert answers[:30] == [200] * 30
    assert 429 in answers[30:]


async def test_nobody_elses_bot(client: httpx2.AsyncClient, store: Store, bot_id: str):
    """For another workspace the bot does not exist."""
    other = await store.keys.create("other", workspace="other")
    headers = {"Authorization": f"Token {other}"}
    for command in ("pause_recording", "resume_recording", "send_message", "send_image"):
        answer = await client.post(f"/api/v1/bots/{bot_id}/{command}", headers=headers, json={"message": "x"})
        assert answer.status_code == 404
