"""Dialling a customer's WebSocket again and again while a meeting lasts: what live sockets have in common.

Every wait has a deadline, a connection that fails is made again, for ever, until the stay is over, and the
operator is told once for each change.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from websockets.exceptions import WebSocketException

from roomtone.outbound.errors import AddressRefused, OutboundError
from roomtone.outbound.websocket import (
    CLOSE_TIMEOUT_S,
    MAX_MESSAGE_BYTES,
    OPEN_TIMEOUT_S,
    guarded_websocket,
)
from roomtone.session.live.reconnect_delay import ReconnectDelay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from websockets.asyncio.client import ClientConnection

    from roomtone.outbound.policy import AddressPolicy

SEND_TIMEOUT_S = 5.0
"""Longest time one message may take to be taken by the receiver; then the connection is given up."""
REST_S = 0.002
BYTES_A_SECOND = 16 * 1024 * 1024
"""After a message of a receiver that is only listened to the next one is read so much later: one that floods
would have the processor for itself, which the recording needs."""
FLUSH_TIMEOUT_S = 2.0
"""Longest time for sending what is left when the stay is over."""


@dataclass(frozen=True, slots=True)
class DiallingTiming:
    """Deadlines, in seconds."""

    open_timeout_s: float = OPEN_TIMEOUT_S
    send_timeout_s: float = SEND_TIMEOUT_S
    flush_timeout_s: float = FLUSH_TIMEOUT_S


class Dialling:
    """One receiver, dialled until the stay is over; used on one event loop.

    Args:
        name: Of the output, such as ``live_audio``; the codes of its warnings begin with it.
        url: The customer's ``ws://`` or ``wss://`` URL.
        policy: Which addresses may be dialled.
        on_warning: Told a code and a sentence: ``<name>_refused``, ``<name>_unreachable``,
            ``<name>_disconnected``, ``<name>_failed`` and ``<name>_connected`` (again); once for each change.
        timing: Deadlines.
        max_message_bytes: Longest incoming message; a longer one ends its connection (1009).

    Attributes:
        finishing: Set once the stay is over.
        connections: Connections that were open.
        failed_attempts: Connections that could not be made, and mistakes of ours.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        policy: AddressPolicy,
        on_warning: Callable[[str, str], None],
        timing: DiallingTiming | None = None,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        self.finishing = asyncio.Event()
        self.connections = 0
        self.failed_attempts = 0
        self._name = name
        self._spoken = name.replace("_", " ")
        self._url = url
        self._policy = policy
        self._on_warning = on_warning
        self._timing = timing or DiallingTiming()
        self._max_message_bytes = max_message_bytes
        self._delay = ReconnectDelay()
        self._give_up_s = float("inf")
        self._attempt: asyncio.Timeout | None = None
        self._warned = ""

    @property
    def reconnects(self) -> int:
        """Connections after the first."""
        return max(0, self.connections - 1)

    def finish(self) -> None:
        """The stay is over: what is left has ``flush_timeout_s``. May be called twice."""
        if not self.finishing.is_set():
            self._give_up_s = time.monotonic() + self._timing.flush_timeout_s
            self.finishing.set()
            if self._attempt is not None and not self._attempt.expired():
                self._attempt.reschedule(self._give_up_s)

    async def run(self, converse: Callable[[ClientConnection], Awaitable[str]]) -> None:
        """Dial, converse, dial again; returns after ``finish``. Cancelled, it drops the connection at once.

        Args:
            converse: Talks over an open connection until that or the stay ends, as ``talk`` does; gives why
                it ended. It is closed afterwards with 1000 when the stay is over, else with 1001.
        """
        while not self.finishing.is_set():
            begun_s = time.monotonic()
            try:
                connection = await self._dial()
                begun_s = time.monotonic()
                if connection is not None:
                    await self._serve(connection, converse)
            except Exception as problem:  # noqa: BLE001  a mistake of ours here must not end the recording
                self._fail("failed", f"{self._spoken} failed: {type(problem).__name__}; trying again")
            lasted_s = time.monotonic() - begun_s
            if not self.finishing.is_set():
                await self._pause(self._delay.after(lasted_s, random.random()))  # noqa: S311  jitter

    async def talk(
        self,
        connection: ClientConnection,
        *,
        say: Coroutine[None, None, None],
        hear: Callable[[str | bytes], Awaitable[None] | None],
    ) -> str:
        """Speak and listen at once until the other side leaves or ``say`` has nothing more to say.

        Args:
            connection: Open.
            say: Sends with ``send``; returns when all was said after ``finish``.
            hear: Told every message, on the event loop; must not block. What it gives is awaited before the
                next one is read, so that a sender can be held back.

        Returns:
            Why it ended, for the operator.
        """
        problem = "the receiver closed the connection"
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(_read(connection, hear), name=f"{self._name}-read")
                sending = tasks.create_task(say, name=f"{self._name}-send")
                await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_COMPLETED)
                reading.cancel()
                sending.cancel()
        except* TimeoutError:
            problem = f"the receiver took nothing for {self._timing.send_timeout_s:.0f} s"
        except* (OSError, WebSocketException):
            pass
        return problem

    async def send(self, connection: ClientConnection, message: str | bytes) -> None:
        """Send one message; ``TimeoutError`` when it is not taken in time."""
        async with self.deadline():
            await connection.send(message)

    def deadline(self) -> asyncio.Timeout:
        """The time that what is sent now may take: ``send_timeout_s``, and no longer than the stay allows."""
        return asyncio.timeout_at(min(time.monotonic() + self._timing.send_timeout_s, self._give_up_s))

    async def _dial(self) -> ClientConnection | None:
        try:
            async with asyncio.timeout(self._timing.open_timeout_s) as self._attempt:
                connection = await guarded_websocket(
                    self._url,
                    self._policy,
                    open_timeout_s=self._timing.open_timeout_s,
                    max_message_bytes=self._max_message_bytes,
                )
        except AddressRefused as refusal:
            self._fail("refused", str(refusal))
        except OutboundError as problem:
            self._fail("unreachable", str(problem))
        except TimeoutError:
            self._fail("unreachable", "the receiver did not answer in time")
        except (OSError, EOFError, WebSocketException, ValueError) as problem:
            self._fail("unreachable", f"the receiver could not be reached: {_told(problem)}")
        else:
            self.connections += 1
            if self._warned:
                self._warn("connected", f"the {self._spoken} receiver is connected")
                self._warned = ""
            return connection
        finally:
            self._attempt = None
        return None

    async def _serve(
        self, connection: ClientConnection, converse: Callable[[ClientConnection], Awaitable[str]]
    ) -> None:
        """Converse until the connection or the stay ends; nothing is open afterwards."""
        try:
            problem = await converse(connection)
            if not self.finishing.is_set():
                self._warn("disconnected", problem)
            with contextlib.suppress(OSError, WebSocketException):
                async with asyncio.timeout(CLOSE_TIMEOUT_S + 0.5):
                    await connection.close(1000 if self.finishing.is_set() else 1001)
        finally:
            connection.transport.abort()

    async def _pause(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self.finishing.wait()
        except TimeoutError:
            pass

    def _fail(self, change: str, message: str) -> None:
        self.failed_attempts += 1
        self._warn(change, message)

    def _warn(self, change: str, message: str) -> None:
        if change != self._warned:
            self._warned = change
            self._on_warning(f"{self._name}_{change}", message)


async def _read(connection: ClientConnection, hear: Callable[[str | bytes], Awaitable[None] | None]) -> None:
    """Hear what the receiver says, so that pings are answered and its close is noticed too."""
    async for message in connection:
        doing = hear(message)
        if doing is None:
            await asyncio.sleep(max(REST_S, len(message) / BYTES_A_SECOND))
        else:
            await doing


def _told(problem: BaseException) -> str:
    """What went wrong, without the URL, which may carry a secret."""
    return getattr(problem, "strerror", None) or type(problem).__name__
