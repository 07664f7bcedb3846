"""The delivery worker: works off the outbox, in order for each bot; a slow receiver delays its own alone."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx2
import structlog

from roomtone.outbound.errors import OutboundError
from roomtone.outbound.http import guarded_http_client
from roomtone.service.store.outbox import GONE
from roomtone.service.webhooks.retrying import Answer, retry_at
from roomtone.service.webhooks.signature import headers, key_of, meetstream_headers
from roomtone.service.webhooks.turns import AT_ONCE, Lane, busy_receivers, chosen, lane_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.outbound.policy import AddressPolicy
    from roomtone.service.store.deliveries import Deliveries, Delivery
    from roomtone.service.store.webhook_secrets import WebhookSecrets

log = structlog.get_logger(__name__)

_LONGEST_SLEEP_S = 5.0
_USER_AGENT = "Roomtone"
_spread = random.SystemRandom()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DeliveryOptions:
    """How webhooks are sent.

    Attributes:
        policy: Where they may go.
        timeout_s: Longest wait for an answer.
        give_up_after: How long an event is tried.
        now: The clock of schedules and timestamps.
    """

    policy: AddressPolicy
    timeout_s: float = 15.0
    give_up_after: timedelta = timedelta(hours=24)
    now: Callable[[], datetime] = _now


class DeliveryWorker:
    """Sends what is due; ``run`` is its life, ``stop`` ends it.

    What was sent and not yet written down when the process dies is sent again, with the same ``webhook-id``
    and a higher ``X-Roomtone-Attempt``.
    """

    def __init__(self, deliveries: Deliveries, secrets: WebhookSecrets, options: DeliveryOptions) -> None:
        self._deliveries = deliveries
        self._secrets = secrets
        self._options = options
        self._tls = ssl.create_default_context()
        self._in_flight: dict[Lane, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._flush_until_s: float | None = None

    def stop(self, flush_s: float) -> None:
        """Send what is due now, for at most so many seconds; what is left is sent after the next start."""
        self._flush_until_s = time.monotonic() + flush_s
        self._deliveries.bell.ring()

    async def run(self) -> None:
        """Deliver until ``stop``; attempts that still run when the time is over are abandoned."""
        async with asyncio.TaskGroup() as attempts:
            while not self._time_is_over():
                ticket = self._deliveries.bell.ticket()
                try:
                    started = await self._start_due(attempts)
                    if self._flush_until_s is not None and not started and not self._in_flight:
                        break
                    sleep_s = await self._sleep_s()
                except Exception:
                    # The job boundary: the outbox waits until the database is back.
                    log.exception("webhooks.outbox_unreadable")
                    sleep_s = 1.0
                await self._deliveries.bell.wait(ticket, sleep_s)
            for task in list(self._tasks):
                task.cancel()

    def _time_is_over(self) -> bool:
        return self._flush_until_s is not None and time.monotonic() >= self._flush_until_s

    async def _start_due(self, attempts: asyncio.TaskGroup) -> int:
        started = 0
        while True:
            # An attempt that ends while the query runs may still be due in its answer.
            busy = dict(self._in_flight)
            due = await self._deliveries.due(
                limit=AT_ONCE + len(busy), now=self._options.now(), without=busy_receivers(busy)
            )
            mine = chosen(due, busy)
            if not mine:
                return started
            for delivery in await self._deliveries.begin(mine):
                self._in_flight[lane_of(delivery)] = delivery.receiver
                task = attempts.create_task(self._attempt(delivery), name=f"webhook:{delivery.id}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                started += 1

    async def _sleep_s(self) -> float:
        longest_s = 0.1 if self._flush_until_s is not None else _LONGEST_SLEEP_S
        now = self._options.now()
        # What is due by now waits for an attempt to end, which rings the bell.
        due_at = await self._deliveries.next_due_at(after=now)
        if due_at is None:
            return longest_s
        return min(longest_s, max(0.05, (due_at - now).total_seconds()))

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            answer = await self._send(delivery)
            await self._write_down(delivery, answer)
        except Exception:
            # The job boundary: it stays due and is attempted again.
            log.exception("webhook.attempt_failed", bot_id=delivery.bot_id, delivery_id=delivery.id)
            await asyncio.sleep(1.0)
        finally:
            self._in_flight.pop(lane_of(delivery), None)
            self._deliveries.bell.ring()

    async def _send(self, delivery: Delivery) -> Answer:
        options = self._options
        body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
        sent = await self._headers(delivery, body)
        client = guarded_http_client(options.policy, timeout_s=options.timeout_s, tls=self._tls)
        try:
            # The body of the answer is not read: a receiver may drip it for ever.
            async with client, client.stream("POST", delivery.url, content=body, headers=sent) as response:
                return Answer(response.status_code, response.headers.get("retry-after"))
        except httpx2.TimeoutException:
            return Answer(None, error=f"no answer within {options.timeout_s:g} s")
        except (OutboundError, httpx2.HTTPError, httpx2.InvalidURL) as problem:
            return Answer(None, error=f"{type(problem).__name__}: {problem}"[:500])

    async def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        now = self._options.now()
        secrets = await self._secrets.of(delivery.workspace_id, now=now)
        keys = [key_of(secret) for secret in secrets.all]
        sent = {
            "Content-Type": "application/json",
            "User-Agent": _USER_AGENT,
            "X-Roomtone-Attempt": str(delivery.attempts),
        }
        sent |= headers(keys, delivery.webhook_id, int(now.timestamp()), body)
        if delivery.endpoint_id is not None:
            sent |= meetstream_headers(secrets.current, now, body)
        return sent

    async def _write_down(self, delivery: Delivery, answer: Answer) -> None:
        known = {"bot_id": delivery.bot_id, "delivery_id": delivery.id, "status": answer.status}
        if answer.taken:
            log.debug("webhook.delivered", **known)
            await self._deliveries.delivered(delivery.id, answer.status or 0)
            return
        if answer.status == GONE:
            log.warning("webhook.receiver_gone", endpoint_id=delivery.endpoint_id, **known)
            await self._deliveries.gone(delivery)
            return
        at = retry_at(
            answer,
            attempts=delivery.attempts,
            tried_since=delivery.tried_since,
            now=self._options.now(),
            give_up_after=self._options.give_up_after,
            jitter=_spread.random(),
        )
        if at is None:
            log.warning("webhook.given_up", attempts=delivery.attempts, **known)
            await self._deliveries.given_up(delivery.id, status=answer.status, error=answer.problem)
        else:
            log.info("webhook.retried", attempts=delivery.attempts, **known)
            await self._deliveries.failed(delivery.id, at, status=answer.status, error=answer.problem)
