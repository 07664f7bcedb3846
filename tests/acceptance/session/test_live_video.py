"""Live video out of a real session: the recording itself, while it is made."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from tests.acceptance.session.conftest import meeting_script
from tests.video_receiver import VideoReceiver

from roomtone.bot.end_reasons import EndReason

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

pytestmark = pytest.mark.browser


def frames(file: BinaryIO | Path) -> dict[str, list[tuple[float | None, bytes]]]:
    """Time and content of every decoded frame, by kind."""
    found: dict[str, list[tuple[float | None, bytes]]] = {"video": [], "audio": []}
    with av.open(file if isinstance(file, io.BytesIO) else str(file), "r") as container:
        for frame in container.decode(video=0, audio=0):
            assert isinstance(frame, av.VideoFrame | av.AudioFrame)
            kind = "video" if isinstance(frame, av.VideoFrame) else "audio"
            content = b"".join(bytes(plane) for plane in frame.planes)
            found[kind].append((frame.time, hashlib.sha256(content).digest()))
    return found


async def test_live_video_is_the_recording_frame_for_frame(stage, start_session, capsys):
    """What a receiver joined decodes to what the file has, picture and sound; and it is young when it comes."""
    receiver = VideoReceiver()
    async with receiver.listening() as url:
        script = meeting_script("pattern", ends={"at_s": 6.0, "how": "ended"})
        asked = {"video_required": True, "live_video_required": {"websocket_url": url}}
        session = await start_session(await stage(script), asked)
        ended = await session.end()
    assert ended.reason is EndReason.MEETING_ENDED
    assert [event.code for event in session.events if event.type == "warning"] == []
    assert receiver.close_codes == [1000]
    start, *_, end = receiver.texts
    assert (start["type"], start["bot_id"], start["width"], start["height"]) == (
        "video_stream_start",
        "bot-1",
        1280,
        720,
    )
    assert 20 <= start["framerate"] <= 31
    assert end["type"] == "video_stream_end"
    assert abs(end["duration_seconds"] - ended.recorded_s) < 0.5
    came, kept = frames(io.BytesIO(receiver.file)), frames(session.directory / "recording.mp4")
    assert [content for _, content in came["video"]] == [content for _, content in kept["video"]]
    assert [content for _, content in came["audio"]] == [content for _, content in kept["audio"]]
    assert len(came["video"]) > 90
    assert ended.statistics.live_video is not None
    assert ended.statistics.live_video.bytes_dropped == 0
    assert ended.statistics.live_video.round_trip_s is not None
    begun = next(event.at for event in session.events if event.type == "recording_started")
    ages = receiver.picture_ages(begun.timestamp())
    p50, p95 = np.percentile(ages, [50, 95])
    with capsys.disabled():
        print(f"\nlive video: picture to receiver p50 {p50:.3f} s, p95 {p95:.3f} s, of {len(ages)}")
    assert len(ages) > 90
