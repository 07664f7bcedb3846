"""Who comes and goes arrives at real receivers: signed, in order, again after a failure."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from meetstream.webhooks import parse_webhook
from standardwebhooks.webhooks import Webhook
from tests.integration.service.webhooks.test_outage import Clock, Receiver

from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.participant_events import JOINED, LEFT
from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import ParticipantMoved
from roomtone.outbound.policy import AddressPolicy
from roomtone.service.webhooks.delivery import DeliveryOptions, DeliveryWorker

if TYPE_CHECKING:
    from roomtone.service.store.store import Store

NOW = datetime.now(UTC)


def moved(action: Literal["join", "leave"]) -> ParticipantMoved:
    """Somebody comes or goes."""
    return ParticipantMoved(at=NOW, action=action, participant_id="1", name="Zoë", recorded_s=0.5)


async def test_movements_arrive_in_order_and_again_after_a_failure(store: Store, workspace_id: str) -> None:
    """At the bot's own receiver, which is busy first, and at an endpoint that names them; each with its signature."""
    people, ours, hook = Receiver(), Receiver(), Receiver()
    for receiver in (people, ours, hook):
        await receiver.start()
    people.answer = lambda number: (503 if number == 1 else 200, 0.0)
    values = {"url": ours.url, "description": "", "events": [LEFT], "custom_attributes": {}, "enabled": True}
    await store.webhook_endpoints.create(workspace_id, values)
    wanted = [{"type": "webhook", "url": people.url, "events": [JOINED, LEFT]}]
    request = BotRequest.model_validate(
        {
            "meeting_link": "http://127.0.0.1:9/practice/room",
            "callback_url": hook.url,
            "recording_config": {"realtime_endpoints": wanted},
        }
    )
    bot = await store.bots.create_bot(request, workspace_id)
    await store.events.record(bot.id, Happening(Step.JOINING, NOW), epoch=None)
    for action in ("join", "leave"):
        await store.participant_events.record(bot.id, moved(action), epoch=0)
    clock = Clock()
    options = DeliveryOptions(AddressPolicy(allow_private=True), timeout_s=2.0, now=clock.now)
    worker = DeliveryWorker(store.deliveries, store.webhook_secrets, options)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(), name="worker")
        while await store.deliveries.next_due_at() is not None:
            clock.leap += timedelta(seconds=1)
            store.deliveries.bell.ring()
            await asyncio.sleep(0.02)
        worker.stop(1.0)
    for receiver in (people, ours, hook):
        await receiver.kill()
    told = [json.loads(one.raw)["event"] for one in people.arrivals]
    assert told == [JOINED, JOINED, LEFT]
    first, again, _ = people.arrivals
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert [one.headers["x-roomtone-attempt"] for one in people.arrivals] == ["1", "2", "1"]
    secret = (await store.webhook_secrets.of(workspace_id)).current
    Webhook(secret).verify(again.raw, again.headers)
    assert "x-meetstream-signature" not in again.headers
    (left,) = ours.arrivals
    assert parse_webhook(left.raw, left.headers["x-meetstream-signature"], secret)["event"] == LEFT
    assert [json.loads(one.raw)["event"] for one in hook.arrivals] == ["bot.joining"]
