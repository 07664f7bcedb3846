"""The receiver that ``docs/protocols/live-video.md`` shows, run as it stands there."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path

from tests.growing_recording import GrowingRecording
from tests.integration.session.live.test_video_socket import picture_times

from roomtone.outbound.policy import AddressPolicy
from roomtone.session.live.video_socket import LiveVideoSocket, LiveVideoTiming

PAGE = Path(__file__).parents[4] / "docs" / "protocols" / "live-video.md"
LONGEST_S = 60.0


async def test_it_writes_a_file_that_plays(tmp_path: Path):
    """All pictures of the recording are in it, and its pong is understood."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-c", code, "0", cwd=tmp_path, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )  # fmt: skip
    warnings: list[str] = []
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), LONGEST_S)
        live = LiveVideoSocket(
            tmp_path / "recording.mp4",
            f"ws://127.0.0.1:{int(line.split()[-1])}/",
            bot_id="b",
            policy=AddressPolicy(allow_private=True),
            on_warning=lambda code, _: warnings.append(code),
            timing=LiveVideoTiming(
                open_timeout_s=LONGEST_S, send_timeout_s=LONGEST_S, flush_timeout_s=LONGEST_S
            ),
        )
        async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(live.run(), name="live-video")
            recording = GrowingRecording(tmp_path)
            recording.grow(3.0)
            while live.counts.round_trip_s is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            recording.finish()
            live.finish()
            await running
        await asyncio.sleep(0.2)
    finally:
        process.kill()
        await process.wait()
    assert warnings == []
    came = picture_times((tmp_path / "meeting-1.mp4").read_bytes())
    assert came == picture_times(recording.path.read_bytes())
    assert len(came) == 75


def test_the_pages_messages_are_those_that_are_sent():
    """Every JSON example of the page can be read, and has a type that the bot or its receiver knows."""
    shown = re.findall(r"^ {4}(\{.*?\})$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    types = {json.loads(text).get("type") for text in shown}
    assert {"video_stream_start", "video_latency_ping", "video_stream_end"} <= types
