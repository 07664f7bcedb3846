"""The receiver that ``docs/protocols/live-audio.md`` shows, run as it stands there."""

import asyncio
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from roomtone.bot.live_audio_frame import LengthBytes
from roomtone.bot.speaker import NO_SPEAKER, Speaker
from roomtone.outbound.policy import AddressPolicy
from roomtone.session.capture.model import Samples, Tick
from roomtone.session.live.audio_socket import LiveAudioSocket

PAGE = Path(__file__).parents[4] / "docs" / "protocols" / "live-audio.md"
ADA, GRACE = Speaker("ada:1", "Ada Łovelace"), Speaker("grace", "Grace")


def voice(number: int) -> Samples:
    """A tick's samples, all of them the number."""
    return np.full(960, number, np.int16)


@pytest.mark.parametrize("length_bytes", [2, 4])
async def test_it_writes_aligned_files(tmp_path: Path, length_bytes: LengthBytes):
    """Who comes late, leaves and returns has silence in between; a time without anybody is kept."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(code.splitlines()) < 50
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-u",
        "-c",
        code,
        "0",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        warnings: list[str] = []
        live = LiveAudioSocket(
            f"ws://127.0.0.1:{int(line.split()[-1])}/",
            bot_id="b",
            length_bytes=length_bytes,
            policy=AddressPolicy(allow_private=True),
            on_warning=lambda code, _: warnings.append(code),
        )
        who = (
            [[ADA]] * 5
            + [[ADA, GRACE]] * 5
            + [[GRACE]] * 5
            + [[]] * 5
            + [[GRACE, ADA]] * 5
            + [[NO_SPEAKER]] * 5
        )
        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(live.run(), name="live-audio")
            for number, speakers in enumerate(who):
                live.on_tick(Tick(number * 960, 0.0, {speaker: voice(number + 1) for speaker in speakers}))
            while live.counts.frames_sent < sum(map(len, who)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            live.finish()
            await running
        await asyncio.sleep(0.2)
    finally:
        process.kill()
        await process.wait()
    assert warnings == []
    for speaker, name in ((ADA, "ada_1"), (GRACE, "grace"), (NO_SPEAKER, "NoSpeaker")):
        heard = np.fromfile(tmp_path / f"{name}.pcm", "<i2")[::960].tolist()
        expected = [number + 1 if speaker in speakers else 0 for number, speakers in enumerate(who)]
        while expected[-1] == 0:
            expected.pop()
        assert heard == expected


def test_the_pages_bytes_are_the_golden_ones():
    """The worked examples are what the encoder makes."""
    golden = Path(__file__).parents[3] / "unit" / "bot" / "golden"
    for width in (2, 4):
        (shown,) = re.findall(rf"{width} bytes:(.*)", PAGE.read_text())
        assert bytes.fromhex(shown) == bytes.fromhex((golden / f"alice-{width}.hex").read_text())
