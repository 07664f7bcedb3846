"""The live audio stream: dials the customer's WebSocket and sends every speaker's sound, tick by tick.

Nothing a receiver does reaches the recording: ticks are taken without waiting, the queue is bounded by time,
every wait has a deadline, and a connection that fails is made again, for ever, until the stay is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from websockets.exceptions import WebSocketException

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from roomtone.outbound.errors import AddressRefused, OutboundError
from roomtone.outbound.websocket import CLOSE_TIMEOUT_S, OPEN_TIMEOUT_S, guarded_websocket
from roomtone.session.live.reconnect_delay import ReconnectDelay
from roomtone.session.live.tick_messages import TickMessages, ready_message, wants_positions
from roomtone.session.live.tick_queue import TickQueue

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from websockets.asyncio.client import ClientConnection

    from roomtone.bot.live_audio_frame import LengthBytes
    from roomtone.outbound.policy import AddressPolicy
    from roomtone.session.capture.model import Tick

QUEUE_S = 5.0
"""How much sound waits for a receiver that is slow or away."""
SEND_TIMEOUT_S = 5.0
"""Longest time one tick may take to be taken by the receiver; then the connection is given up."""
ACK_WAIT_S = 0.2
"""How long sound waits for a receiver's acknowledgement, which may ask for positions; most send none."""
FLUSH_TIMEOUT_S = 2.0
"""Longest time for sending what is left when the stay is over."""


@dataclass(frozen=True, slots=True)
class LiveAudioTiming:
    """Deadlines and bounds, in seconds."""

    queue_s: float = QUEUE_S
    open_timeout_s: float = OPEN_TIMEOUT_S
    send_timeout_s: float = SEND_TIMEOUT_S
    flush_timeout_s: float = FLUSH_TIMEOUT_S


@dataclass(slots=True)
class LiveAudioCounts:
    """What went out and what did not.

    Attributes:
        frames_sent: Frames given to a connection.
        frames_dropped: Frames dropped because the receiver was slow or away.
        connections: Connections that were open.
        failed_attempts: Connections that could not be made.
    """

    frames_sent: int = 0
    frames_dropped: int = 0
    connections: int = 0
    failed_attempts: int = 0

    @property
    def reconnects(self) -> int:
        """Connections after the first."""
        return max(0, self.connections - 1)


class LiveAudioSocket:
    """Streams to one receiver; a ``TickSubscriber`` whose ``run`` is a task of the session.

    Args:
        url: The customer's ``ws://`` or ``wss://`` URL.
        bot_id: What the ``ready`` message names.
        length_bytes: Width of the frames' length fields.
        policy: Which addresses may be dialled.
        on_warning: Told a code and a sentence: ``live_audio_refused``, ``live_audio_unreachable``,
            ``live_audio_disconnected``, ``live_audio_failed``, and ``live_audio_connected`` (again); once
            for each change.
        timing: Deadlines and bounds.
        tls: Trust for ``wss``; None: the usual authorities.
    """

    def __init__(
        self,
        url: str,
        *,
        bot_id: str,
        length_bytes: LengthBytes,
        policy: AddressPolicy,
        on_warning: Callable[[str, str], None],
        timing: LiveAudioTiming | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._url = url
        self._bot_id = bot_id
        self._length_bytes = length_bytes
        self._policy = policy
        self._on_warning = on_warning
        self._timing = timing or LiveAudioTiming()
        self._tls = tls
        self._queue = TickQueue(max(1, round(self._timing.queue_s * SAMPLE_RATE_HZ / CHUNK_SAMPLES)))
        self._counts = LiveAudioCounts()
        self._delay = ReconnectDelay()
        self._news = asyncio.Event()
        self._finishing = asyncio.Event()
        self._give_up_s = float("inf")
        self._dialling: asyncio.Timeout | None = None
        self._warned = ""

    @property
    def counts(self) -> LiveAudioCounts:
        """The counts so far."""
        self._counts.frames_dropped = self._queue.dropped_frames
        return self._counts

    def on_tick(self, tick: Tick) -> None:
        """Queue one tick; never waits. After ``finish`` ticks are ignored."""
        if not self._finishing.is_set():
            self._queue.put(tick)
            self._news.set()

    def finish(self) -> None:
        """The stay is over: ``run`` sends what is left, closes with 1000 and returns, within about 3 s."""
        if not self._finishing.is_set():
            self._give_up_s = time.monotonic() + self._timing.flush_timeout_s
            self._finishing.set()
            self._news.set()
            if self._dialling is not None and not self._dialling.expired():
                self._dialling.reschedule(self._give_up_s)

    async def run(self) -> None:
        """Dial, stream, dial again; returns after ``finish``. Cancelled, it drops the connection at once."""
        while not self._finishing.is_set():
            begun_s = time.monotonic()
            try:
                connection = await self._dial()
                begun_s = time.monotonic()
                if connection is not None:
                    await self._serve(connection)
            except Exception as problem:  # noqa: BLE001  a mistake of ours here must not end the recording
                self._fail("live_audio_failed", f"live audio failed: {type(problem).__name__}; trying again")
            lasted_s = time.monotonic() - begun_s
            if not self._finishing.is_set():
                await self._pause(self._delay.after(lasted_s, random.random()))  # noqa: S311  jitter
        self._queue.drop_all()

    async def _dial(self) -> ClientConnection | None:
        try:
            async with asyncio.timeout(self._timing.open_timeout_s) as self._dialling:
                connection = await guarded_websocket(
                    self._url, self._policy, open_timeout_s=self._timing.open_timeout_s, tls=self._tls
                )
        except AddressRefused as refusal:
            self._fail("live_audio_refused", str(refusal))
        except OutboundError as problem:
            self._fail("live_audio_unreachable", str(problem))
        except TimeoutError:
            self._fail("live_audio_unreachable", "the receiver did not answer in time")
        except (OSError, EOFError, WebSocketException, ValueError) as problem:
            self._fail("live_audio_unreachable", f"the receiver could not be reached: {_told(problem)}")
        else:
            self._counts.connections += 1
            if self._warned:
                self._warn("live_audio_connected", "the live audio receiver is connected")
                self._warned = ""
            return connection
        finally:
            self._dialling = None
        return None

    def _fail(self, code: str, message: str) -> None:
        self._counts.failed_attempts += 1
        self._warn(code, message)

    async def _serve(self, connection: ClientConnection) -> None:
        """Stream until the connection or the stay ends; nothing is open afterwards."""
        try:
            problem = await self._stream(connection)
            if not self._finishing.is_set():
                self._warn("live_audio_disconnected", problem)
            with contextlib.suppress(OSError, WebSocketException):
                async with asyncio.timeout(CLOSE_TIMEOUT_S + 0.5):
                    await connection.close(1000 if self._finishing.is_set() else 1001)
        finally:
            connection.transport.abort()

    async def _stream(self, connection: ClientConnection) -> str:
        """Send and listen; gives why it ended."""
        problem = "the receiver closed the connection"
        framing = TickMessages(self._length_bytes)
        acknowledged = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(_read(connection, framing, acknowledged), name="live-audio-read")
                sending = tasks.create_task(
                    self._send_ticks(connection, framing, acknowledged), name="live-audio-send"
                )
                await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_COMPLETED)
                reading.cancel()
                sending.cancel()
        except* TimeoutError:
            problem = f"the receiver took nothing for {self._timing.send_timeout_s:.0f} s"
        except* (OSError, WebSocketException):
            pass
        return problem

    async def _send_ticks(
        self, connection: ClientConnection, framing: TickMessages, acknowledged: asyncio.Event
    ) -> None:
        """Send until nothing is left after ``finish``; ``TimeoutError`` when the receiver takes nothing."""
        async with asyncio.timeout(self._timing.send_timeout_s):
            await connection.send(ready_message(self._bot_id))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ACK_WAIT_S):
                await acknowledged.wait()
        while True:
            tick = self._queue.take()
            if tick is not None:
                await self._send_tick(connection, framing, tick)
            elif self._finishing.is_set():
                return
            else:
                self._news.clear()
                await self._news.wait()

    async def _send_tick(self, connection: ClientConnection, framing: TickMessages, tick: Tick) -> None:
        n_sent = 0
        try:
            async with asyncio.timeout_at(
                min(time.monotonic() + self._timing.send_timeout_s, self._give_up_s)
            ):
                for message in framing.messages(tick):
                    await connection.send(message)
                    n_sent += isinstance(message, bytes)
        except BaseException:
            # Whole ticks wait for the next connection; a part of one would be heard twice.
            if n_sent == 0:
                self._queue.put_back(tick)
            else:
                self._queue.dropped_frames += len(tick.voices) - n_sent
            raise
        finally:
            self._counts.frames_sent += n_sent

    async def _pause(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self._finishing.wait()
        except TimeoutError:
            pass

    def _warn(self, code: str, message: str) -> None:
        if code != self._warned:
            self._warned = code
            self._on_warning(code, message)


async def _read(connection: ClientConnection, framing: TickMessages, acknowledged: asyncio.Event) -> None:
    """Read what the receiver says, so that its wishes are heard, pings answered and its close noticed."""
    async for message in connection:
        if wants_positions(message):
            framing.with_positions = True
        acknowledged.set()


def _told(problem: BaseException) -> str:
    """What went wrong, without the URL, which may carry a secret."""
    return getattr(problem, "strerror", None) or type(problem).__name__
