"""The receiver of live video: files that play, one a connection, and pongs."""

from __future__ import annotations

import asyncio
import json

import pytest
from tests.growing_recording import GrowingRecording
from websockets.asyncio.client import connect

from roomtone.listening.errors import CannotListen
from roomtone.listening.video_receiver import LiveVideoReceiver
from roomtone.outbound.policy import AddressPolicy
from roomtone.session.live.video_socket import LiveVideoSocket


async def test_what_a_bot_sends_becomes_a_file_that_is_its_recording(tmp_path):
    """Header and fragments joined, byte for byte those of the recording; the end is noted."""
    async with LiveVideoReceiver(tmp_path / "live.mp4") as receiver, asyncio.timeout(60):
        socket = LiveVideoSocket(
            tmp_path / "recording.mp4",
            receiver.url,
            bot_id="bot-1",
            policy=AddressPolicy(allow_private=True),
            on_warning=lambda *_: None,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(socket.run(), name="live-video")
            recording = GrowingRecording(tmp_path)
            recording.grow(3.0)
            while not receiver.counts.connections:  # noqa: ASYNC110  a receiver has no event for it
                await asyncio.sleep(0.01)
            recording.finish()
            socket.finish()
    kept = (tmp_path / "live.mp4").read_bytes()
    first_fragment = kept.index(b"moof") - 4
    assert kept[first_fragment:] in recording.path.read_bytes()
    assert receiver.counts.duration_s == pytest.approx(3.0, abs=0.05)
    assert receiver.counts.bytes_taken == len(kept)
    assert receiver.counts.start is not None
    assert receiver.counts.start["width"] == 320


async def test_every_connection_is_a_file_and_pings_are_answered(tmp_path):
    """Whoever connects again begins a new one; what is no JSON is passed over."""
    async with LiveVideoReceiver(tmp_path / "live.mp4") as receiver, asyncio.timeout(60):
        for number in (1, 2):
            async with connect(receiver.url) as sender:
                await sender.send(bytes([number]))
                await sender.send("no JSON")
                await sender.send("[1]")
                await sender.send(json.dumps({"type": "video_latency_ping", "seq": 3, "sent_at_ms": 5}))
                pong = json.loads(await sender.recv())
                assert (pong["type"], pong["seq"], pong["sent_at_ms"]) == ("video_latency_pong", 3, 5)
    assert (tmp_path / "live.mp4").read_bytes() == b"\1"
    assert (tmp_path / "live-2.mp4").read_bytes() == b"\2"


async def test_address_that_is_taken_is_told(tmp_path):
    """Two cannot listen at one port."""
    async with LiveVideoReceiver(tmp_path / "a.mp4") as receiver:
        port = int(receiver.url.rstrip("/").rpartition(":")[2])
        with pytest.raises(CannotListen, match="choose another --video-port"):
            async with LiveVideoReceiver(tmp_path / "b.mp4", port=port):
                pass
