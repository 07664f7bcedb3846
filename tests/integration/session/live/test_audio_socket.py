"""The live stream against real receivers, good and bad, on port 0."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request
from websockets.server import ServerProtocol

from roomtone.bot.live_audio_frame import LengthBytes, LiveAudioFrame, decode_frame
from roomtone.bot.speaker import Speaker
from roomtone.outbound.policy import AddressPolicy
from roomtone.session.capture.model import Tick
from roomtone.session.live.audio_socket import LiveAudioCounts, LiveAudioSocket, LiveAudioTiming

SPEAKERS = [Speaker("ada", "Ada Łovelace"), Speaker("grace", "Grace")]
PRIVATE = AddressPolicy(allow_private=True)
QUICK = LiveAudioTiming(queue_s=1.0, open_timeout_s=1.0, send_timeout_s=0.5, flush_timeout_s=0.5)
"""For receivers that miss their deadlines."""
PATIENT = LiveAudioTiming(queue_s=1.0, open_timeout_s=60.0, send_timeout_s=60.0, flush_timeout_s=60.0)
"""For good ones, which a busy machine must not make bad."""
LONGEST_S = 100.0
LEAST_TICKS = 10_000
"""More than twice what the sockets of the system hold, so that most of it has to be dropped."""


def tick(n: int) -> Tick:
    """The tick of that number; every sample of both speakers is the number."""
    samples = np.full(960, n % 30_000, np.int16)
    return Tick(n * 960, n * 0.02, dict.fromkeys(SPEAKERS, samples))


class Streaming:
    """A live socket that runs, and the codes of its warnings."""

    def __init__(
        self, port: int, policy: AddressPolicy, timing: LiveAudioTiming, length_bytes: LengthBytes
    ) -> None:
        self.warnings: list[str] = []
        self.socket = LiveAudioSocket(
            f"ws://127.0.0.1:{port}/",
            bot_id="bot-1",
            length_bytes=length_bytes,
            policy=policy,
            on_warning=lambda code, _message: self.warnings.append(code),
            timing=timing,
        )

    @property
    def counts(self) -> LiveAudioCounts:
        """The socket's counts."""
        return self.socket.counts

    @property
    def waiting(self) -> int:
        """Ticks in the queue."""
        return len(self.socket._queue)

    def on_tick(self, tick: Tick) -> None:
        """Give the socket a tick."""
        self.socket.on_tick(tick)


@asynccontextmanager
async def streaming(
    port: int,
    *,
    policy: AddressPolicy = PRIVATE,
    timing: LiveAudioTiming = QUICK,
    length_bytes: LengthBytes = 4,
) -> AsyncIterator[Streaming]:
    """A live socket that streams to a port of this machine, and finishes in time."""
    live = Streaming(port, policy, timing, length_bytes)
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(live.socket.run(), name="live-audio")
        yield live
        live.socket.finish()


class Receiver:
    """Keeps every message; ``hang_up_after`` closes a connection after so many messages, once."""

    def __init__(self, hang_up_after: int | None = None) -> None:
        self.connections: list[list[str | bytes]] = []
        self.close_codes: list[int | None] = []
        self.hang_up_after = hang_up_after

    async def handle(self, connection: ServerConnection) -> None:
        """Keep one connection's messages."""
        messages: list[str | bytes] = []
        self.connections.append(messages)
        try:
            async for message in connection:
                messages.append(message)
                if len(messages) == 1:
                    await connection.send(json.dumps({"type": "ack", "message": "thanks", "positions": True}))
                if len(messages) == self.hang_up_after:
                    self.hang_up_after = None
                    return
        except ConnectionClosed:
            pass
        finally:
            self.close_codes.append(connection.close_code)

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[int]:
        """Listen; gives the port."""
        async with serve(self.handle, "127.0.0.1", port, compression=None) as server:
            yield server.sockets[0].getsockname()[1]


async def until(condition: Callable[[], object], timeout_s: float = LONGEST_S) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def frames(messages: list[str | bytes]) -> list[LiveAudioFrame]:
    """The frames among the messages."""
    decoded = [decode_frame(message) for message in messages if isinstance(message, bytes)]
    return [frame for frame in decoded if frame is not None]


@pytest.mark.parametrize("length_bytes", [2, 4])
async def test_every_sample_of_every_speaker_arrives_in_order_and_the_end_is_a_normal_close(length_bytes):
    """Ready, then every tick of both speakers, once, aligned; at the end what is left and code 1000."""
    receiver = Receiver()
    async with receiver.listening() as port:
        async with streaming(port, length_bytes=length_bytes, timing=PATIENT) as live:
            for n in range(40):
                live.on_tick(tick(n))
                await asyncio.sleep(0.001)
        await until(lambda: receiver.close_codes)
    (messages,) = receiver.connections
    assert json.loads(messages[0])["type"] == "ready"
    assert json.loads(messages[0])["bot_id"] == "bot-1"
    heard = frames(messages)
    assert [(f.speaker_id, f.speaker_name) for f in heard] == [
        (s.speaker_id, s.speaker_name) for _ in range(40) for s in SPEAKERS
    ]
    for speaker in SPEAKERS:
        pcm = b"".join(f.pcm for f in heard if f.speaker_id == speaker.speaker_id)
        assert (np.frombuffer(pcm, "<i2") == np.repeat(np.arange(40), 960)).all()
    assert receiver.close_codes == [1000]
    assert (live.counts.frames_sent, live.counts.frames_dropped, live.counts.reconnects) == (80, 0, 0)
    assert live.warnings == []


async def test_receiver_that_hangs_up_is_dialled_again_and_the_stream_goes_on():
    """After a reconnect: ready again, a position, then the oldest ticks that waited; none doubled."""
    receiver = Receiver(hang_up_after=22)
    async with receiver.listening() as port:
        async with streaming(port, timing=PATIENT) as live:
            for n in range(10):
                live.on_tick(tick(n))
            await until(lambda: live.warnings)
            for n in range(10, 30):
                live.on_tick(tick(n))
            await until(lambda: len(receiver.connections) == 2 and len(receiver.connections[1]) >= 42)
        await until(lambda: len(receiver.close_codes) == 2)
    first, second = receiver.connections
    assert len(frames(first)) == 20
    assert json.loads(second[0])["type"] == "ready"
    assert json.loads(second[1]) == {"type": "position", "position": 10 * 960, "sample_rate": 48000}
    assert [np.frombuffer(f.pcm, "<i2")[0] for f in frames(second)] == [
        n for n in range(10, 30) for _ in "ab"
    ]
    assert live.warnings == ["live_audio_disconnected", "live_audio_connected"]
    assert live.counts.reconnects == 1


async def test_receiver_that_comes_late_gets_the_newest_queue_seconds():
    """While nobody listens the queue keeps its bound: the oldest whole ticks go, and are counted."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    receiver = Receiver()
    async with streaming(port, timing=PATIENT) as live:
        for n in range(120):
            live.on_tick(tick(n))
        await until(lambda: "live_audio_unreachable" in live.warnings)
        assert live.counts.frames_dropped == 2 * 70
        async with receiver.listening(port):
            await until(lambda: receiver.connections and len(receiver.connections[0]) == 102)
    assert json.loads(receiver.connections[0][1])["position"] == 70 * 960


@asynccontextmanager
async def raw_server(handle):
    """A TCP server of one's own manners; ``handle(reader, writer)``."""
    running: set[asyncio.Task[None]] = set()

    async def accept(reader, writer):
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await handle(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=1024)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The server's half of the opening handshake, and nothing after."""
    protocol = ServerProtocol()
    head = await reader.readuntil(b"\r\n\r\n")
    protocol.receive_data(head)
    (request,) = protocol.events_received()
    assert isinstance(request, Request)
    protocol.send_response(protocol.accept(request))
    writer.write(b"".join(protocol.data_to_send()))
    await writer.drain()


async def feed_until_given_up(live: Streaming) -> tuple[int, float]:
    """Ticks as fast as they can be put, and many; with the longest time that one took, but for one in a hundred.

    Those are left to the machine: thousands are put, and its scheduler takes the processor from some of them.
    """
    taken_s: list[float] = []
    n = 0
    while n < LEAST_TICKS or "live_audio_disconnected" not in live.warnings:
        for _ in range(20):
            begun_s = time.monotonic()
            live.on_tick(tick(n))
            taken_s.append(time.monotonic() - begun_s)
            n += 1
        await asyncio.sleep(0.001)
    return n, sorted(taken_s)[int(0.99 * n)]


async def test_receiver_that_never_reads_blocks_nothing_and_is_given_up():
    """It shakes hands and reads no more: the queue stays bounded, the connection is dropped in time."""

    async def handle(reader, writer):
        await shake_hands(reader, writer)
        reader._transport.pause_reading()
        await asyncio.sleep(3600)

    async with raw_server(handle) as port, streaming(port) as live:
        n_ticks, longest_s = await feed_until_given_up(live)
        assert longest_s < 0.05
        assert live.waiting <= 50
        assert live.counts.frames_dropped > n_ticks


async def test_receiver_that_reads_a_byte_at_a_time_blocks_nothing():
    """A trickle is no reading: the deadline of a tick counts, not of a byte."""

    async def handle(reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await shake_hands(reader, writer)
        while await reader.read(1):  # noqa: ASYNC110  slowness is the point
            await asyncio.sleep(0.2)

    async with raw_server(handle) as port, streaming(port) as live:
        _, longest_s = await feed_until_given_up(live)
        assert longest_s < 0.05
        assert live.waiting <= 50


async def test_receiver_that_never_answers_the_handshake_is_left_in_time():
    """An open port that says nothing is unreachable; the end of the stay does not wait for it."""

    async def handle(reader, _writer):
        await reader.read()

    async with raw_server(handle) as port:
        async with streaming(port) as live:
            live.on_tick(tick(0))
            await until(lambda: live.warnings)
        assert live.warnings == ["live_audio_unreachable"]
        assert live.counts.connections == 0
        slow = LiveAudioTiming(open_timeout_s=10 * LONGEST_S, flush_timeout_s=0.2)
        async with streaming(port, timing=slow):
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b""])
async def test_receiver_that_speaks_something_else_is_unreachable(answer):
    """A refusal, another protocol, a connection closed at once: a warning, once, and tried again."""

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with raw_server(handle) as port, streaming(port) as live:
        await until(lambda: live.counts.failed_attempts >= 2)
    assert live.warnings == ["live_audio_unreachable"]


async def test_redirect_is_not_followed():
    """A receiver cannot send the bot somewhere else."""

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with raw_server(handle) as port, streaming(port) as live:
        await until(lambda: live.counts.failed_attempts >= 1)
    assert live.warnings == ["live_audio_unreachable"]


async def test_private_address_is_refused_with_its_own_warning():
    """Without leave to dial private networks nothing is sent to loopback."""
    receiver = Receiver()
    async with receiver.listening() as port, streaming(port, policy=AddressPolicy()) as live:
        await until(lambda: live.counts.failed_attempts >= 2)
    assert live.warnings == ["live_audio_refused"]
    assert receiver.connections == []


async def test_cancelled_stream_leaves_no_connection():
    """A session that is torn down does not wait for its receiver: it hangs up without a goodbye."""
    receiver = Receiver()
    async with receiver.listening() as port:
        live = LiveAudioSocket(
            f"ws://127.0.0.1:{port}", bot_id="b", length_bytes=4, policy=PRIVATE, on_warning=lambda *_: None
        )
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(live.run(), name="live-audio")
            await until(lambda: receiver.connections)
            running.cancel()
            await asyncio.wait({running})
        await until(lambda: receiver.close_codes)
    assert receiver.close_codes == [1006]
