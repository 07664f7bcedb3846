"""Live video against real receivers, good and bad, on port 0, from a recording that really grows."""

import asyncio
import contextlib
import io
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import av
from tests.growing_recording import GrowingRecording
from tests.integration.session.live.test_audio_socket import LONGEST_S, raw_server, shake_hands, until
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from roomtone.bot.session_protocol import RECORDING_NAME
from roomtone.outbound.policy import AddressPolicy
from roomtone.session.live.video_socket import LiveVideoSocket, LiveVideoTiming

PRIVATE = AddressPolicy(allow_private=True)
PATIENT = LiveVideoTiming(
    longest_lag_s=5.0, open_timeout_s=60.0, send_timeout_s=60.0, flush_timeout_s=60.0, ping_every_s=600.0
)
"""For good receivers, which a busy machine must not make bad."""
QUICK = replace(PATIENT, send_timeout_s=0.5, flush_timeout_s=1.0)
"""For what comes too late or never."""


class Streaming:
    """A live video socket of a folder, and what it warned of."""

    def __init__(self, folder: Path, port: int, timing: LiveVideoTiming) -> None:
        self.warnings: list[str] = []
        self.socket = LiveVideoSocket(
            folder / RECORDING_NAME,
            f"ws://127.0.0.1:{port}/",
            bot_id="bot-1",
            policy=PRIVATE,
            on_warning=lambda code, _message: self.warnings.append(code),
            timing=timing,
        )


@asynccontextmanager
async def streaming(folder: Path, port: int, timing: LiveVideoTiming = PATIENT) -> AsyncIterator[Streaming]:
    """It runs, and returns after its end."""
    live = Streaming(folder, port, timing)
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(live.socket.run(), name="live-video")
        yield live
        live.socket.finish()


class Receiver:
    """Keeps every message; hangs up after so many, once; answers pings."""

    def __init__(self, hang_up_after: int | None = None) -> None:
        self.connections: list[list[str | bytes]] = []
        self.close_codes: list[int | None] = []
        self.hang_up_after = hang_up_after

    async def handle(self, connection: ServerConnection) -> None:
        """Keep one connection's messages."""
        messages: list[str | bytes] = []
        self.connections.append(messages)
        with contextlib.suppress(ConnectionClosed):
            async for message in connection:
                messages.append(message)
                if isinstance(message, str) and "ping" in message:
                    ping = json.loads(message)
                    pong = {
                        "type": "video_latency_pong",
                        "seq": ping["seq"],
                        "sent_at_ms": ping["sent_at_ms"],
                    }
                    await connection.send(json.dumps(pong | {"server_received_at_ms": 1, "bot_id": "bot-1"}))
                if len(messages) == self.hang_up_after:
                    self.hang_up_after = None
                    break
        self.close_codes.append(connection.close_code)

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[int]:
        """Listen; gives the port."""
        async with serve(self.handle, "127.0.0.1", port, compression=None, max_size=None) as server:
            yield server.sockets[0].getsockname()[1]


def texts(messages: list[str | bytes]) -> list[dict[str, object]]:
    """What was said in text, without pings."""
    said = [json.loads(message) for message in messages if isinstance(message, str)]
    return [message for message in said if message["type"] != "video_latency_ping"]


def file_of(messages: list[str | bytes]) -> bytes:
    """What the binary messages are, joined."""
    return b"".join(message for message in messages if isinstance(message, bytes))


def picture_times(mp4: bytes) -> list[float]:
    """When each picture that decodes without complaint is shown, seconds since the recording's beginning."""
    with av.open(io.BytesIO(mp4), "r") as container:
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        return [round(frame.time, 3) for frame in container.decode(video=0) if frame.time is not None]


async def test_what_arrives_is_the_recording_to_the_last_picture(tmp_path):
    """Start with the true values, the file as it grew and was completed, the end with its length, 1000."""
    receiver = Receiver()
    async with receiver.listening() as port:
        async with streaming(tmp_path, port) as live:
            recording = GrowingRecording(tmp_path)
            for _ in range(4):
                recording.grow(1.0)
                await asyncio.sleep(0.05)
            await until(lambda: live.socket.counts.bytes_sent)
            recording.grow(0.4)
            recording.finish()
        await until(lambda: receiver.close_codes)
    (messages,) = receiver.connections
    start, end = texts(messages)
    assert start == {
        "type": "video_stream_start",
        "bot_id": "bot-1",
        "codec": "h264",
        "audio_codec": "aac",
        "container": "fmp4",
        "width": 320,
        "height": 180,
        "framerate": 25,
        "audio_sample_rate": 48_000,
        "audio_channels": 1,
        "audio_bitrate": "96k",
        "mime_type": start["mime_type"],
    }
    assert str(start["mime_type"]).startswith('video/mp4; codecs="avc1.42')
    assert end == {"type": "video_stream_end", "bot_id": "bot-1", "duration_seconds": 4.4}
    assert messages[0] == json.dumps(start)
    assert messages[-1] == json.dumps(end)
    assert picture_times(file_of(messages)) == picture_times(recording.path.read_bytes())
    assert len(picture_times(file_of(messages))) == 110
    assert receiver.close_codes == [1000]
    assert live.socket.counts.bytes_dropped == 0
    assert live.warnings == []


async def test_receiver_that_comes_back_begins_with_a_key_frame(tmp_path):
    """Each connection is a stream of its own that decodes: start, init, and from a key frame on."""
    receiver = Receiver(hang_up_after=5)
    async with receiver.listening() as port:
        async with streaming(tmp_path, port) as live:
            recording = GrowingRecording(tmp_path)
            recording.grow(3.0)
            await until(lambda: live.warnings)
            recording.grow(3.0)
            await until(lambda: len(receiver.connections) == 2 and len(receiver.connections[1]) > 2)
            recording.finish()
        await until(lambda: len(receiver.close_codes) == 2)
    _, second = receiver.connections
    assert [message["type"] for message in texts(second)] == ["video_stream_start", "video_stream_end"]
    times = picture_times(file_of(second))
    assert times[0] in {2.0, 4.0}
    assert times == [round(times[0] + n / 25, 3) for n in range(len(times))]
    assert times[-1] == 5.96
    assert live.warnings == ["live_video_disconnected", "live_video_connected"]
    assert live.socket.counts.reconnects == 1


async def test_receiver_that_comes_late_begins_with_the_newest_key_frame(tmp_path):
    """What was recorded while nobody listened is not sent later: it is counted, bytes and seconds."""
    receiver = Receiver()
    async with receiver.listening() as port:
        pass
    async with streaming(tmp_path, port) as live:
        recording = GrowingRecording(tmp_path)
        recording.grow(11.0)
        await until(lambda: "live_video_unreachable" in live.warnings)
        await until(lambda: live.socket.counts.dropped_s > 5)
        async with receiver.listening(port):
            await until(lambda: receiver.connections and file_of(receiver.connections[0]))
            recording.grow(1.0)
            recording.finish()
            await until(lambda: texts(receiver.connections[0])[-1]["type"] == "video_stream_end")
    assert picture_times(file_of(receiver.connections[0]))[0] in {6.0, 8.0, 10.0}
    assert live.socket.counts.bytes_dropped > 0


async def test_receiver_that_never_reads_is_given_up_and_costs_no_memory(tmp_path):
    """The backlog knows places in the file alone, and no more of them than wait."""

    async def handle(reader, writer):
        await shake_hands(reader, writer)
        reader._transport.pause_reading()
        await asyncio.sleep(3600)

    async with raw_server(handle) as port, streaming(tmp_path, port, QUICK) as live:
        recording = GrowingRecording(tmp_path)
        for _ in range(10):
            recording.grow(6.0)
            await asyncio.sleep(0.1)
        await until(lambda: "live_video_disconnected" in live.warnings)
        await until(lambda: live.socket.counts.bytes_dropped > 1_000_000)
        assert len(live.socket._backlog) <= 20
        recording.finish()


async def test_stay_without_a_recording_ends_without_a_word(tmp_path):
    """The files could not be made: the connection is closed in time, and nothing was promised on it."""
    receiver = Receiver()
    async with receiver.listening() as port:
        async with streaming(tmp_path, port, QUICK):
            await until(lambda: receiver.connections)
        await until(lambda: receiver.close_codes)
    assert receiver.connections == [[]]


async def test_file_that_is_no_recording_is_told_and_nothing_else_happens(tmp_path):
    """A file of something else is a warning, not an end."""
    (tmp_path / RECORDING_NAME).write_bytes(b"\0\0\0\x02nonsense, and more of it")
    receiver = Receiver()
    async with receiver.listening() as port, streaming(tmp_path, port) as live:
        await until(lambda: live.warnings)
    assert live.warnings == ["live_video_failed"]


async def test_pings_are_answered_and_measured(tmp_path):
    """A ping goes out between fragments; its round trip is kept."""
    receiver = Receiver()
    timing = replace(PATIENT, ping_every_s=0.1)
    async with receiver.listening() as port, streaming(tmp_path, port, timing) as live:
        recording = GrowingRecording(tmp_path)
        recording.grow(2.5)
        await until(lambda: live.socket.counts.round_trip_s is not None)
        recording.finish()
    (messages,) = receiver.connections
    pings = [json.loads(m) for m in messages if isinstance(m, str) and "ping" in m]
    assert pings[0]["seq"] == 1
    assert abs(pings[0]["sent_at_ms"] - time.time() * 1000) < 60_000
