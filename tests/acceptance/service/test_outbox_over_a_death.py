"""The outbox over kill -9 of the server: nothing is lost, nothing out of order, repetitions are marked."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx2
from meetstream.webhooks import parse_webhook
from standardwebhooks.webhooks import Webhook

if TYPE_CHECKING:
    from tests.acceptance.service.conftest import Arrival, Receiver, ServerProcess

BOTS = 34
WHOLE_LIFE = ["bot.scheduled", "bot.stopped", "bot.done"]
LONGEST_S = 100.0


async def _cancelled_bots(client: httpx2.AsyncClient, receiver: Receiver) -> list[str]:
    """Bots that are scheduled and cancelled: three events each, and no meeting."""
    body = {
        "meeting_link": "http://127.0.0.1:9/practice/standin",
        "callback_url": receiver.url,
        "join_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }
    bots = []
    for _ in range(BOTS):
        made = await client.post("/api/v1/bots/create_bot", json=body)
        bots.append(made.json()["bot_id"])
        assert (await client.post(f"/api/v1/bots/{bots[-1]}/remove_bot")).status_code == 200
    return bots


def _lanes(receiver: Receiver) -> dict[tuple[str, bool], list[Arrival]]:
    """Arrivals by bot and receiver; a workspace endpoint's carry MeetStream's signature."""
    lanes: dict[tuple[str, bool], list[Arrival]] = {}
    for arrival in receiver.arrivals:
        lane = (arrival.body["bot_id"], "x-meetstream-signature" in arrival.headers)
        lanes.setdefault(lane, []).append(arrival)
    return lanes


def _check(arrivals: list[Arrival]) -> None:
    """In order for a lane; an id that comes again says so."""
    seen: dict[str, int] = {}
    told = []
    for arrival in arrivals:
        webhook_id, attempt = arrival.headers["webhook-id"], int(arrival.headers["x-roomtone-attempt"])
        assert attempt > seen.get(webhook_id, 0)
        if webhook_id not in seen:
            told.append(arrival.body["bot_event"])
        seen[webhook_id] = attempt
    assert told == WHOLE_LIFE


async def test_what_piled_up_arrives_over_two_deaths(own_server: ServerProcess, receiver: Receiver):
    """Two hundred deliveries pile up at a receiver that is down; the server is killed then, and again midway.

    Each is sent to the bot's callback_url and to an endpoint of the workspace, which verify with the packages
    that receivers use.
    """
    receiver.answer = lambda _body: 503
    headers = {"Authorization": f"Token {own_server.key}"}
    async with httpx2.AsyncClient(base_url=own_server.url, headers=headers, timeout=LONGEST_S) as client:
        made = await client.post("/api/v1/webhooks/endpoints", json={"url": receiver.url + "/all"})
        secret = made.json()["secret"]
        bots = await _cancelled_bots(client, receiver)
    assert secret == (own_server.data_dir / "webhook.secret").read_text().strip()
    own_server.kill()
    receiver.arrivals.clear()
    receiver.answer = lambda _body: 200
    receiver.delay_s = lambda _body: 0.05
    own_server.start()
    deadline_s = time.monotonic() + LONGEST_S
    while len(receiver.arrivals) < BOTS * 3:
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.01)
    own_server.kill()
    own_server.start()
    while len({a.headers["webhook-id"] for a in receiver.arrivals}) < BOTS * 6:
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.05)
    lanes = _lanes(receiver)
    assert set(lanes) == {(bot_id, endpoint) for bot_id in bots for endpoint in (False, True)}
    for (_, is_endpoint), arrivals in lanes.items():
        _check(arrivals)
        for arrival in arrivals:
            assert Webhook(secret).verify(arrival.raw, arrival.headers) == arrival.body
            if is_endpoint:
                signature = arrival.headers["x-meetstream-signature"]
                assert parse_webhook(arrival.raw, signature, secret) == arrival.body
