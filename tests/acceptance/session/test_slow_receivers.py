"""A whole session whose every receiver reads a byte a second: it records as if there were none."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import av
import psutil
import pytest
from tests.acceptance.session.conftest import CLIPS, meeting_script
from tests.integration.session.live.test_audio_socket import raw_server
from tests.integration.session.live.test_slow_receivers import trickle
from tests.measuring.sound import likeness, read_sound

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.session_protocol import LiveTranscriptionStart, Warned

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LENGTH_S = 45.0
SETTLED_S = 15.0
GROWTH_MB = 40.0


def longest_gap_s(path: Path) -> float:
    """Longest stretch between two packets of the recording's sound."""
    with av.open(str(path), "r") as container:
        packets = container.demux(container.streams.audio[0])
        times = [float(p.pts * p.time_base) for p in packets if p.pts is not None]
    return max(b - a for a, b in itertools.pairwise(times))


async def test_session_with_receivers_of_a_byte_a_second(stage, start_session, capsys):
    """Every socket is given up and counted; memory stays; picture, sound and their length are whole."""
    script = meeting_script("pattern", ends={"at_s": LENGTH_S, "how": "ended"})
    for participant in script["participants"]:
        participant["says"][0]["every_s"] = 12.0
    async with raw_server(trickle) as port:
        url = f"ws://127.0.0.1:{port}/"
        asked = {
            "video_required": True,
            "live_audio_required": {"websocket_url": url},
            "live_video_required": {"websocket_url": url},
            "socket_connection_url": url,
            "live_transcription_required": {
                "websocket_url": url,
                "webhook_url": f"http://127.0.0.1:{port}/",
                "provider": "local_streaming",
            },
        }
        words = LiveTranscriptionStart(provider="local_streaming")
        session = await start_session(await stage(script), asked, live_transcription=words)
        await session.recorded(SETTLED_S)
        process = psutil.Process(session.process.pid)
        memory_mb = [process.memory_info().rss / 1e6]
        while (at := await session.until("progress")).recorded_s < LENGTH_S - 2:
            memory_mb.append(process.memory_info().rss / 1e6)
            assert at.state == "recording"
        ended = await session.end()
    assert ended.reason is EndReason.MEETING_ENDED
    counted = ended.statistics
    with capsys.disabled():
        print(
            f"\nslow receivers: RSS {memory_mb[0]:.0f} MB, then {min(memory_mb):.0f} to {max(memory_mb):.0f}"
        )
    assert max(memory_mb) - memory_mb[0] < GROWTH_MB
    codes = {event.code for event in session.events if isinstance(event, Warned)}
    assert {"live_audio_disconnected", "live_video_disconnected"} <= codes
    assert counted.live_frames_dropped > 0
    assert counted.live_video is not None
    assert counted.live_video.bytes_dropped > 0
    assert counted.late_samples_dropped == counted.video_frames_dropped == 0
    recording = session.directory / "recording.mp4"
    assert abs(ended.recorded_s - LENGTH_S) < 1.0
    assert longest_gap_s(recording) < 0.05
    sound = read_sound(recording)
    for file in ("austen-0880.flac", "numbers.flac"):
        assert likeness(sound, read_sound(CLIPS / file)) > 0.85
    await session.all_gone(within_s=3)
