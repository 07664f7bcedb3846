"""Bringing messages to receivers: a WebSocket, and POSTs; neither slows the other, or who speaks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from typing import TYPE_CHECKING, Any, Protocol

import httpx2

from roomtone.outbound.errors import AddressRefused, OutboundError
from roomtone.outbound.http import guarded_http_client
from roomtone.session.live.dialling import Dialling, DiallingTiming
from roomtone.session.live.reconnect_delay import ReconnectDelay
from roomtone.session.live.tick_messages import READY_TEXT
from roomtone.session.live.transcription.message_queue import MessageQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websockets.asyncio.client import ClientConnection

    from roomtone.outbound.policy import AddressPolicy

POST_TIMEOUT_S = 5.0
"""Longest time for one POST, all of it."""
LONGEST_RETRY_S = 5.0
LAST_POSTS_S = 1.0
"""How long POSTs go on once nothing more is said."""
RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
STREAM = "live_transcription"
"""Says in the first message what the connection carries, for receivers of more than one thing."""
SOCKET = "live_transcription_socket"
WEBHOOK = "live_transcription_webhook"


class Receiver(Protocol):
    """Somebody who gets the messages; used on one event loop."""

    queue: MessageQueue
    n_sent: int

    def put(self, message: Mapping[str, Any]) -> None:
        """Queue a message; never waits."""

    async def run(self) -> None:
        """Deliver; returns soon after ``finish``. It raises nothing."""

    def finish(self) -> None:
        """No message follows: what is left is delivered if that is quick."""


class SocketReceiver:
    """A WebSocket that gets a text message each; see ``Dialling`` for its warnings.

    Args:
        url: Its URL.
        bot_id: What the ``ready`` message names.
        policy: What may be dialled.
        on_warning: Told a code that begins with ``SOCKET``, and a sentence.
        timing: Deadlines.
    """

    def __init__(
        self,
        url: str,
        bot_id: str,
        policy: AddressPolicy,
        on_warning: Callable[[str, str], None],
        timing: DiallingTiming | None = None,
    ) -> None:
        self.queue = MessageQueue()
        self.n_sent = 0
        self._bot_id = bot_id
        self._news = asyncio.Event()
        timing = timing or DiallingTiming(flush_timeout_s=LAST_POSTS_S)
        self._dialling = Dialling(SOCKET, url, policy=policy, on_warning=on_warning, timing=timing)

    def put(self, message: Mapping[str, Any]) -> None:
        """See ``Receiver``."""
        if not self._dialling.finishing.is_set():
            self.queue.put(message, time.monotonic())
            self._news.set()

    def finish(self) -> None:
        """See ``Receiver``."""
        self._dialling.finish()
        self._news.set()

    async def run(self) -> None:
        """See ``Receiver``."""
        await self._dialling.run(self._converse)
        self.queue.drop_all()

    async def _converse(self, connection: ClientConnection) -> str:
        return await self._dialling.talk(connection, say=self._say(connection), hear=lambda _message: None)

    async def _say(self, connection: ClientConnection) -> None:
        ready = {"type": "ready", "bot_id": self._bot_id, "message": READY_TEXT, "stream": STREAM}
        await self._dialling.send(connection, json.dumps(ready))
        while True:
            message = self.queue.take(time.monotonic())
            if message is not None:
                try:
                    await self._dialling.send(connection, message.text)
                except BaseException:
                    self.queue.put_back(message)
                    raise
                self.n_sent += 1
            elif self._dialling.finishing.is_set():
                return
            else:
                self._news.clear()
                await self._news.wait()


class WebhookReceiver:
    """A URL that gets a POST each, one after the other; unsigned: a session holds no secrets.

    What is final is tried again until it is too old; what may change is tried once. An answer of 4xx is an
    answer: the message is dropped.

    Args:
        url: The URL.
        policy: What may be connected to.
        on_warning: Told a code that begins with ``WEBHOOK`` (``_refused``, ``_unreachable``, ``_connected``),
            and a sentence; once for each change.
        timeout_s: Longest time for one POST with its answer.
    """

    def __init__(
        self,
        url: str,
        policy: AddressPolicy,
        on_warning: Callable[[str, str], None],
        timeout_s: float = POST_TIMEOUT_S,
    ) -> None:
        self.queue = MessageQueue()
        self.n_sent = 0
        self._url = url
        self._timeout_s = timeout_s
        self._policy = policy
        self._on_warning = on_warning
        self._news = asyncio.Event()
        self._finishing = asyncio.Event()
        self._delay = ReconnectDelay(LONGEST_RETRY_S)
        self._warned = ""

    def put(self, message: Mapping[str, Any]) -> None:
        """See ``Receiver``."""
        if not self._finishing.is_set():
            self.queue.put(message, time.monotonic())
            self._news.set()

    def finish(self) -> None:
        """See ``Receiver``."""
        self._finishing.set()
        self._news.set()

    async def run(self) -> None:
        """See ``Receiver``."""
        async with asyncio.TaskGroup() as tasks:
            delivering = tasks.create_task(self._deliver(), name=WEBHOOK)
            await self._finishing.wait()
            await asyncio.wait({delivering}, timeout=LAST_POSTS_S)
            delivering.cancel()
        self.queue.drop_all()

    async def _deliver(self) -> None:
        async with guarded_http_client(self._policy, timeout_s=self._timeout_s) as client:
            while True:
                message = self.queue.take(time.monotonic())
                if message is None:
                    if self._finishing.is_set():
                        return
                    self._news.clear()
                    await self._news.wait()
                    continue
                try:
                    problem = await self._post(client, message.text)
                except BaseException:
                    self.queue.drop(message)
                    raise
                if problem is None:
                    self.n_sent += 1
                    self._delay = ReconnectDelay(LONGEST_RETRY_S)
                    self._told("connected", "the webhook answers again")
                elif not problem[0]:
                    self.queue.drop(message)
                    self._told("refused", problem[1])
                else:
                    self.queue.put_back(message)
                    self._told("unreachable", problem[1])
                    await self._pause()

    async def _post(self, client: httpx2.AsyncClient, text: str) -> tuple[bool, str] | None:
        """Whether to try again, and what went wrong; None: it was taken."""
        headers = {"Content-Type": "application/json", "User-Agent": "Roomtone"}
        try:
            response = await client.post(self._url, content=text.encode(), headers=headers)
        except AddressRefused as refusal:
            return False, str(refusal)
        except OutboundError as problem:
            return True, str(problem)
        except (httpx2.HTTPError, OSError, ValueError) as problem:
            return True, f"the webhook could not be reached: {type(problem).__name__}"
        if response.status_code < 300:
            return None
        return response.status_code in RETRIED_STATUSES, f"the webhook answered {response.status_code}"

    async def _pause(self) -> None:
        delay_s = self._delay.after(0.0, random.random())  # noqa: S311  jitter
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await self._finishing.wait()

    def _told(self, change: str, message: str) -> None:
        if change != (self._warned or "connected"):
            self._on_warning(f"{WEBHOOK}_{change}", message)
        self._warned = change
