"""Webhooks as a receiver sees them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks.webhooks import Webhook
from tests.acceptance.service.conftest import LONGEST_WAIT_S

if TYPE_CHECKING:
    from tests.acceptance.service.conftest import Receiver, ServerProcess

SHORT = {"lasts_s": 0.2, "end": "meeting_ended"}
REFUSALS = 3


def is_marked(body: dict[str, Any]) -> bool:
    """Whether it is of a bot whose script has the mark."""
    return "mark" in body["custom_attributes"]["script"]


def secret_of(server: ServerProcess) -> str:
    """The signing secret, where an operator finds it."""
    return Path(server.data_dir / "webhook.secret").read_text().strip()


async def test_every_webhook_is_signed(server: ServerProcess, receiver: Receiver):
    """A receiver with a Standard Webhooks library and the server's secret accepts every delivery."""
    bot_id = await server.create_bot(receiver.url, SHORT)
    await receiver.wait_for(bot_id, "bot.done")
    webhook = Webhook(secret_of(server))
    for arrival in receiver.arrivals:
        assert webhook.verify(arrival.raw, arrival.headers) == arrival.body
        assert abs(datetime.now(UTC).timestamp() - int(arrival.headers["webhook-timestamp"])) < 60
        assert arrival.headers["content-type"] == "application/json"
    ids = [arrival.headers["webhook-id"] for arrival in receiver.arrivals]
    assert len(set(ids)) == len(ids)
    assert (server.data_dir / "webhook.secret").stat().st_mode & 0o777 == 0o600


async def test_a_receiver_that_is_back_gets_everything_in_order(server: ServerProcess, receiver: Receiver):
    """What was refused comes again with the same id and body, before anything later."""
    receiver.answer = lambda _body: 200 if len(receiver.arrivals) >= REFUSALS else 503
    bot_id = await server.create_bot(receiver.url, SHORT)
    await receiver.wait_for(bot_id, "bot.done")
    refused = [arrival for arrival in receiver.arrivals if arrival.answered == 503]
    assert len(refused) == REFUSALS
    assert {arrival.body["bot_event"] for arrival in refused} == {"bot.joining"}
    assert len({(arrival.headers["webhook-id"], arrival.raw) for arrival in refused}) == 1
    events = receiver.events(bot_id)
    assert events[0] == "bot.joining"
    assert len(events) == 8


@pytest.mark.parametrize(
    "own_server", [{"ROOMTONE_WEBHOOK_TIMEOUT_S": "3600"}], indirect=True, ids=["patient"]
)
async def test_a_slow_receiver_holds_up_its_own_bot_alone(own_server: ServerProcess, receiver: Receiver):
    """While one bot's receiver sleeps on its first event, another bot's webhooks all arrive."""
    receiver.delay_s = lambda body: 3600.0 if is_marked(body) else 0.0
    slow = await own_server.create_bot(receiver.url, {**SHORT, "mark": True})
    async with asyncio.timeout(LONGEST_WAIT_S):
        while not receiver.connections:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    quick = await own_server.create_bot(receiver.url, SHORT)
    await receiver.wait_for(quick, "bot.done")
    assert receiver.events(slow) == []


async def test_410_ends_the_deliveries_of_a_bot(server: ServerProcess, receiver: Receiver):
    """A receiver that answers 410 hears nothing more of that bot, and everything of the next."""
    receiver.answer = lambda body: 410 if is_marked(body) else 200
    receiver.delay_s = lambda _body: 0.2
    first = await server.create_bot(receiver.url, {**SHORT, "mark": True})
    second = await server.create_bot(receiver.url, SHORT)
    await receiver.wait_for(second, "bot.done")
    async with asyncio.timeout(LONGEST_WAIT_S):
        while "Done" not in str((await server.get(f"/api/v1/bots/{first}/status")).json()):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    assert [arrival.answered for arrival in receiver.arrivals if arrival.body["bot_id"] == first] == [410]


async def test_redirects_are_not_followed(server: ServerProcess, receiver: Receiver):
    """A 3xx is a failure like any other, and nothing goes to the place it names."""
    receiver.headers = f"Location: {receiver.url}/elsewhere\r\n"
    receiver.answer = lambda _body: 307
    bot_id = await server.create_bot(receiver.url, SHORT)
    async with asyncio.timeout(LONGEST_WAIT_S):
        while len(receiver.arrivals) < REFUSALS:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert {arrival.body["bot_event"] for arrival in receiver.arrivals} == {"bot.joining"}
    receiver.answer = lambda _body: 200
    await receiver.wait_for(bot_id, "bot.done")
