"""A receiver that reads a byte a second on every kind of socket at once: nothing grows, all is recorded."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import av
import numpy as np
import psutil
import pytest
from tests.growing_recording import FPS, GrowingRecording
from tests.integration.session.live.test_audio_socket import raw_server, shake_hands
from tests.integration.session.live.test_control_socket import Bot

from roomtone.bot.participant_events import participant_body
from roomtone.bot.session_protocol import ChatSaid
from roomtone.bot.speaker import Speaker
from roomtone.outbound.policy import AddressPolicy
from roomtone.session.capture.model import Tick
from roomtone.session.live.audio_socket import LiveAudioSocket, LiveAudioTiming
from roomtone.session.live.control_socket import ControlSocket
from roomtone.session.live.dialling import DiallingTiming
from roomtone.session.live.port import LiveFeed
from roomtone.session.live.transcription.receivers import SocketReceiver, WebhookReceiver
from roomtone.session.live.video_socket import LiveVideoSocket, LiveVideoTiming
from roomtone.session.live_outputs import LiveOutputs

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = AddressPolicy(allow_private=True)
DEADLINES = DiallingTiming(open_timeout_s=1.0, send_timeout_s=0.5, flush_timeout_s=0.5)
ROUNDS, ROUND_S = 20, 6
"""Two minutes of meeting, as fast as they can be made."""
WARM_ROUNDS = 5
GROWTH_MB = 25
SPEAKERS = [Speaker(f"speaker-{n}", f"Speaker {n}") for n in range(3)]


async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a WebSocket, or a POST without ever answering it, and read a byte a second."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    if await reader.readexactly(4) == b"GET ":
        shaking = asyncio.StreamReader(limit=65_536)
        shaking.feed_data(b"GET " + await reader.readuntil(b"\r\n\r\n"))
        await shake_hands(shaking, writer)
    while await reader.read(1):  # noqa: ASYNC110  slowness is the point
        await asyncio.sleep(1.0)


class Outputs:
    """One of each kind, all to one receiver."""

    def __init__(self, folder: Path, port: int) -> None:
        url, self.warnings = f"ws://127.0.0.1:{port}/", list[str]()

        def warn(code: str, _message: str) -> None:
            self.warnings.append(code)

        audio = LiveAudioTiming(queue_s=5.0, open_timeout_s=1.0, send_timeout_s=0.5, flush_timeout_s=0.5)
        video = LiveVideoTiming(open_timeout_s=1.0, send_timeout_s=0.5, flush_timeout_s=1.0)
        self.audio = LiveAudioSocket(
            url, bot_id="b", length_bytes=4, policy=PRIVATE, on_warning=warn, timing=audio
        )
        self.video = LiveVideoSocket(
            folder / "recording.mp4", url, bot_id="b", policy=PRIVATE, on_warning=warn, timing=video
        )
        self.control = ControlSocket(
            url,
            bot_id="b",
            deeds=Bot(),
            body_of=lambda news: participant_body(
                news, bot_id="b", platform="Practice", custom_attributes={}
            ),
            policy=PRIVATE,
            on_warning=warn,
            timing=DEADLINES,
        )
        self.words = SocketReceiver(url, "b", PRIVATE, warn, DEADLINES)
        self.webhook = WebhookReceiver(f"http://127.0.0.1:{port}/", PRIVATE, warn)
        self.live = LiveOutputs(
            [
                LiveFeed("live_audio", self.audio, on_tick=self.audio.on_tick),
                LiveFeed("live_video", self.video),
                LiveFeed("control_socket", self.control),
                LiveFeed("words", self.words),
                LiveFeed("webhook", self.webhook),
            ],
            warn,
        )

    def meeting(self, number: int) -> None:
        """Let a round of the meeting be heard and told."""
        sound = np.full(960, number, np.int16)
        for n in range(ROUND_S * 50):
            position = (number * ROUND_S * 50 + n) * 960
            self.live.on_tick(Tick(position, position / 48_000, dict.fromkeys(SPEAKERS, sound)))
        for n in range(ROUND_S * 15):
            said = f"{number} {n} " + "words " * 40
            self.control.on_participant(
                ChatSaid(
                    at=datetime.now(UTC),
                    message_id=f"{number}-{n}",
                    participant_id="1",
                    name="Ada",
                    text=said,
                    recorded_s=0.0,
                )
            )
            for receiver in (self.words, self.webhook):
                receiver.put(
                    {
                        "utterance_id": f"{number}-{n}",
                        "speakerId": "1",
                        "transcript": said,
                        "is_final": True,
                        "end_of_turn": True,
                    }
                )


async def test_a_byte_a_second_on_every_socket_costs_no_memory_and_no_sound(tmp_path):
    """Two minutes: memory stays, each output counts what it dropped, the recording has every picture and sample."""
    memory_mb: list[float] = []
    async with raw_server(trickle) as port, asyncio.timeout(110):
        outputs = Outputs(tmp_path, port)
        recording = GrowingRecording(tmp_path)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(outputs.live.run(), name="live")
            for number in range(ROUNDS):
                recording.grow(ROUND_S)
                outputs.meeting(number)
                await asyncio.sleep(0.05)
                memory_mb.append(psutil.Process(os.getpid()).memory_info().rss / 1e6)
            recording.finish()
            outputs.live.finish()
    assert max(memory_mb[WARM_ROUNDS:]) - memory_mb[WARM_ROUNDS] < GROWTH_MB, memory_mb
    assert outputs.audio.counts.frames_dropped > ROUNDS * ROUND_S * 50
    assert outputs.video.counts.bytes_dropped > recording.path.stat().st_size / 2
    assert outputs.control.statistics.messages_dropped > 0
    assert outputs.words.queue.n_dropped > 0
    assert outputs.webhook.queue.n_dropped > 0
    with av.open(str(recording.path), "r") as container:
        packets = [p for p in container.demux(container.streams.video[0]) if p.pts is not None]
    assert len(packets) == ROUNDS * ROUND_S * FPS
    with av.open(str(recording.path), "r") as container:
        length_s = (container.duration or 0) / 1e6
    assert length_s == pytest.approx(ROUNDS * ROUND_S, abs=0.1)
