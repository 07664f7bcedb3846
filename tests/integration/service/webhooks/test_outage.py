"""A receiver that is down for ten minutes while 200 events pile up, in simulated time, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from meetstream.webhooks import parse_webhook
from standardwebhooks.webhooks import Webhook

from roomtone.bot.lifecycle import Happening, Step
from roomtone.outbound.policy import AddressPolicy
from roomtone.service.jobs.embedded import EmbeddedJobs
from roomtone.service.store.database import open_database
from roomtone.service.store.store import Store
from roomtone.service.webhooks.delivery import DeliveryOptions, DeliveryWorker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from roomtone.bot.request import BotRequest
    from roomtone.service.store.database import Database

BOTS = 5
EVENTS_EACH = 40
LONGEST_S = 60.0


@dataclass
class Clock:
    """Real time, and a leap that grows."""

    leap: timedelta = timedelta()

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC) + self.leap


@dataclass
class Arrival:
    """One attempt as it arrived."""

    headers: dict[str, str]
    raw: bytes


@dataclass
class Receiver:
    """An HTTP server that can be killed and comes back on its port."""

    port: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    server: asyncio.Server | None = None
    handled: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Callable[[int], tuple[int, float]] = lambda _number: (200, 0.0)

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self.server = await asyncio.start_server(self._handle, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def kill(self) -> None:
        """Refuse connections; those that are open are served to their end."""
        assert self.server is not None
        self.server.close()

        async def idle() -> bool:
            return self.handled == 0

        await _until(idle)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def _pause(self, delay_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await self.let_go.wait()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.handled += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
            raw = await reader.readexactly(int(headers["content-length"]))
            self.arrivals.append(Arrival(headers, raw))
            status, delay_s = self.answer(len(self.arrivals))
            await self._pause(delay_s)
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.handled -= 1


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LONGEST_S):
        while not await done():  # noqa: ASYNC110  the database and the receiver have no event for it
            await asyncio.sleep(0.02)


def _worker(store: Store, clock: Clock) -> DeliveryWorker:
    options = DeliveryOptions(AddressPolicy(allow_private=True), timeout_s=2.0, now=clock.now)
    return DeliveryWorker(store.deliveries, store.webhook_secrets, options)


async def _pile_up(store: Store, workspace_id: str, request: BotRequest) -> list[str]:
    bots = [(await store.bots.create_bot(request, workspace_id)).id for _ in range(BOTS)]
    for number in range(EVENTS_EACH):
        for bot_id in bots:
            step = Step.ERROR if number else Step.JOINING
            happening = Happening(step, datetime.now(UTC), message=f"number {number}")
            await store.events.record(bot_id, happening, epoch=None)
    return bots


async def test_nothing_is_lost_or_out_of_order_over_an_outage_and_a_death(
    database: Database, store: Store, workspace_id: str, request_body: BotRequest
):
    """All 200 arrive, in order for each bot, each id once or marked as a repetition.

    The receiver is down for ten minutes, and the worker dies in the middle of what then comes, with attempts
    under way whose answers nobody writes down; its successor starts from the database alone.
    """
    clock, receiver = Clock(), Receiver()
    await receiver.start()
    await receiver.kill()
    request = request_body.model_copy(update={"callback_url": receiver.url})
    bots = await _pile_up(store, workspace_id, request)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(_worker(store, clock).run(), name="first life")
        for _ in range(20):
            clock.leap += timedelta(seconds=30)
            store.deliveries.bell.ring()
            await asyncio.sleep(0.05)
        assert receiver.arrivals == []
        # Every fifth is answered too late for the first life's end.
        receiver.answer = lambda number: (200, 0.3 if number % 5 == 0 else 0.0)
        await receiver.start()
        clock.leap += timedelta(minutes=15)
        store.deliveries.bell.ring()

        async def half_way() -> bool:
            return len(receiver.arrivals) >= 80

        await _until(half_way)
        first.cancel()
    again = await open_database(database.url)
    successor = Store.over(again, EmbeddedJobs(again))
    try:
        worker = _worker(successor, clock)
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run(), name="second life")

            async def all_taken() -> bool:
                return await successor.deliveries.next_due_at() is None

            await _until(all_taken)
            worker.stop(1.0)
        await receiver.kill()
        _check(receiver, bots)
        left = [d.state for bot_id in bots for d in await successor.deliveries.of_bot(bot_id)]
        assert left == ["delivered"] * BOTS * EVENTS_EACH
    finally:
        await again.close()


def _check(receiver: Receiver, bots: list[str]) -> None:
    seen: dict[str, int] = {}
    order: dict[str, list[str]] = {bot_id: [] for bot_id in bots}
    for arrival in receiver.arrivals:
        webhook_id = arrival.headers["webhook-id"]
        attempt = int(arrival.headers["x-roomtone-attempt"])
        if webhook_id in seen:
            assert attempt > max(1, seen[webhook_id])
        else:
            body = json.loads(arrival.raw)
            order[body["bot_id"]].append(body["message"])
        seen[webhook_id] = attempt
    for told in order.values():
        assert told == [f"number {number}" for number in range(EVENTS_EACH)]


async def test_a_slow_receiver_holds_up_nobody_else(
    store: Store, workspace_id: str, request_body: BotRequest
):
    """While one receiver is silent on many bots' events, everything to the other arrives, of the same bots too."""
    slow, quick = Receiver(), Receiver()
    slow.answer = lambda _number: (200, 3600.0)
    await slow.start()
    await quick.start()
    values = {"url": quick.url, "description": "", "events": [], "custom_attributes": {}, "enabled": True}
    endpoint = await store.webhook_endpoints.create(workspace_id, values)
    request = request_body.model_copy(update={"callback_url": slow.url})
    for _ in range(40):
        bot = await store.bots.create_bot(request, workspace_id)
        await store.events.record(bot.id, Happening(Step.JOINING, datetime.now(UTC)), epoch=None)
    options = DeliveryOptions(AddressPolicy(allow_private=True), timeout_s=3600.0)
    worker = DeliveryWorker(store.deliveries, store.webhook_secrets, options)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(worker.run(), name="webhooks")

        async def all_quick() -> bool:
            return len(quick.arrivals) == 40

        await _until(all_quick)
        task.cancel()
    assert len(slow.arrivals) == 8
    slow.let_go.set()
    await slow.kill()
    await quick.kill()
    secrets = await store.webhook_secrets.of(workspace_id)
    for arrival in quick.arrivals:
        verified = Webhook(secrets.current).verify(arrival.raw, arrival.headers)
        signature = arrival.headers["x-meetstream-signature"]
        assert parse_webhook(arrival.raw, signature, secrets.current) == verified
        assert arrival.headers["x-meetstream-timestamp"].endswith("Z")
    assert not any("x-meetstream-signature" in arrival.headers for arrival in slow.arrivals)
    assert (await store.webhook_endpoints.get(endpoint.id, workspace_id)).enabled


async def test_410_disables_an_endpoint_and_replay_brings_back_what_it_missed(
    store: Store, workspace_id: str, request_body: BotRequest
):
    """Nothing is sent after a 410 until the endpoint is enabled again; then what was given up can be replayed."""
    receiver, clock = Receiver(), Clock()
    receiver.answer = lambda _number: (410, 0.0)
    await receiver.start()
    values = {"url": receiver.url, "description": "", "events": [], "custom_attributes": {}, "enabled": True}
    endpoint = await store.webhook_endpoints.create(workspace_id, values)
    request = request_body.model_copy(update={"callback_url": None})
    bot = await store.bots.create_bot(request, workspace_id)
    for step in (Step.JOINING, Step.IN_MEETING):
        await store.events.record(bot.id, Happening(step, datetime.now(UTC)), epoch=None)
    worker = _worker(store, clock)

    async def nothing_pending() -> bool:
        return await store.deliveries.next_due_at() is None

    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(), name="webhooks")
        await _until(nothing_pending)
        assert len(receiver.arrivals) == 1
        found = await store.webhook_endpoints.get(endpoint.id, workspace_id)
        assert (found.enabled, found.disabled_because) == (False, "the receiver answered 410")
        await store.events.record(bot.id, Happening(Step.RECORDING, datetime.now(UTC)), epoch=None)
        assert len(await store.deliveries.of_bot(bot.id)) == 2
        receiver.answer = lambda _number: (200, 0.0)
        await store.webhook_endpoints.change(endpoint.id, workspace_id, {"enabled": True})
        for delivery in await store.deliveries.of_bot(bot.id):
            assert delivery.state == "given_up"
            await store.delivery_log.replay(delivery.webhook_id, workspace_id)
        await _until(nothing_pending)
        worker.stop(1.0)
    await receiver.kill()
    assert [json.loads(a.raw)["event"] for a in receiver.arrivals[1:]] == ["bot.joining", "bot.inmeeting"]
    assert receiver.arrivals[1].headers["webhook-id"] == receiver.arrivals[0].headers["webhook-id"]
    assert [a.headers["x-roomtone-attempt"] for a in receiver.arrivals] == ["1", "2", "1"]
