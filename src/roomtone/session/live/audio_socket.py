"""The live audio stream: dials the customer's WebSocket and sends every speaker's sound, tick by tick.

Nothing a receiver does reaches the recording: ticks are taken without waiting, the queue is bounded by time,
every wait has a deadline, and a connection that fails is made again, for ever, until the stay is over.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from roomtone.outbound.websocket import OPEN_TIMEOUT_S
from roomtone.session.live.dialling import FLUSH_TIMEOUT_S, SEND_TIMEOUT_S, Dialling, DiallingTiming
from roomtone.session.live.tick_messages import TickMessages, ready_message, wants_positions
from roomtone.session.live.tick_queue import TickQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.client import ClientConnection

    from roomtone.bot.live_audio_frame import LengthBytes
    from roomtone.outbound.policy import AddressPolicy
    from roomtone.session.capture.model import Tick

QUEUE_S = 5.0
"""How much sound waits for a receiver that is slow or away."""
ACK_WAIT_S = 0.2
"""How long sound waits for a receiver's acknowledgement, which may ask for positions; most send none."""


@dataclass(frozen=True, slots=True)
class LiveAudioTiming:
    """Deadlines and bounds, in seconds."""

    queue_s: float = QUEUE_S
    open_timeout_s: float = OPEN_TIMEOUT_S
    send_timeout_s: float = SEND_TIMEOUT_S
    flush_timeout_s: float = FLUSH_TIMEOUT_S


@dataclass(frozen=True, slots=True)
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
    ) -> None:
        self._bot_id = bot_id
        self._length_bytes = length_bytes
        timing = timing or LiveAudioTiming()
        self._queue = TickQueue(max(1, round(timing.queue_s * SAMPLE_RATE_HZ / CHUNK_SAMPLES)))
        self._frames_sent = 0
        self._news = asyncio.Event()
        deadlines = DiallingTiming(timing.open_timeout_s, timing.send_timeout_s, timing.flush_timeout_s)
        self._dialling = Dialling("live_audio", url, policy=policy, on_warning=on_warning, timing=deadlines)

    @property
    def counts(self) -> LiveAudioCounts:
        """The counts so far."""
        return LiveAudioCounts(
            frames_sent=self._frames_sent,
            frames_dropped=self._queue.dropped_frames,
            connections=self._dialling.connections,
            failed_attempts=self._dialling.failed_attempts,
        )

    def on_tick(self, tick: Tick) -> None:
        """Queue one tick; never waits. After ``finish`` ticks are ignored."""
        if not self._dialling.finishing.is_set():
            self._queue.put(tick)
            self._news.set()

    def finish(self) -> None:
        """The stay is over: ``run`` sends what is left, closes with 1000 and returns, within about 3 s."""
        self._dialling.finish()
        self._news.set()

    async def run(self) -> None:
        """Dial, stream, dial again; returns after ``finish``. Cancelled, it drops the connection at once."""
        await self._dialling.run(self._stream)
        self._queue.drop_all()

    async def _stream(self, connection: ClientConnection) -> str:
        """Send and listen; gives why it ended."""
        framing = TickMessages(self._length_bytes)
        acknowledged = asyncio.Event()

        def hear(message: str | bytes) -> None:
            if wants_positions(message):
                framing.with_positions = True
            acknowledged.set()

        sending = self._send_ticks(connection, framing, acknowledged)
        return await self._dialling.talk(connection, say=sending, hear=hear)

    async def _send_ticks(
        self, connection: ClientConnection, framing: TickMessages, acknowledged: asyncio.Event
    ) -> None:
        """Send until nothing is left after ``finish``; ``TimeoutError`` when the receiver takes nothing."""
        await self._dialling.send(connection, ready_message(self._bot_id))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ACK_WAIT_S):
                await acknowledged.wait()
        while True:
            tick = self._queue.take()
            if tick is not None:
                await self._send_tick(connection, framing, tick)
            elif self._dialling.finishing.is_set():
                return
            else:
                self._news.clear()
                await self._news.wait()

    async def _send_tick(self, connection: ClientConnection, framing: TickMessages, tick: Tick) -> None:
        n_sent = 0
        try:
            async with self._dialling.deadline():
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
            self._frames_sent += n_sent
