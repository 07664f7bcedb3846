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
from roomtone.session.live.audio_socket import LiveAudioSocket, LiveAudioTiming

PAGE = Path(__file__).parents[4] / "docs" / "protocols" / "live-audio.md"
LONGEST_S = 60.0
ADA, GRACE = Speaker("ada:1", "Ada Łovelace"), Speaker("grace", "Grace")
FILES = {ADA: "ada_1", GRACE: "grace", NO_SPEAKER: "NoSpeaker"}


def voice(number: int) -> Samples:
    """A tick's samples, all of them the number."""
    return np.full(960, number, np.int16)


def heard_of(speaker: Speaker, who: list[list[Speaker]]) -> list[int]:
    """A sample of each tick of a speaker's file, to the last in which he is heard."""
    expected = [number + 1 if speaker in speakers else 0 for number, speakers in enumerate(who)]
    while expected[-1] == 0:
        expected.pop()
    return expected


def written(folder: Path) -> dict[str, list[int]]:
    """A sample of each tick of each file, by its name without its suffix."""
    return {path.stem: np.fromfile(path, "<i2")[::960].tolist() for path in folder.glob("*.pcm")}


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
        line = await asyncio.wait_for(process.stdout.readline(), LONGEST_S)
        warnings: list[str] = []
        live = LiveAudioSocket(
            f"ws://127.0.0.1:{int(line.split()[-1])}/",
            bot_id="b",
            length_bytes=length_bytes,
            policy=AddressPolicy(allow_private=True),
            on_warning=lambda code, _: warnings.append(code),
            timing=LiveAudioTiming(
                open_timeout_s=LONGEST_S, send_timeout_s=LONGEST_S, flush_timeout_s=LONGEST_S
            ),
        )
        who = (
            [[ADA]] * 5
            + [[ADA, GRACE]] * 5
            + [[GRACE]] * 5
            + [[]] * 5
            + [[GRACE, ADA]] * 5
            + [[NO_SPEAKER]] * 5
        )
        expected = {name: heard_of(speaker, who) for speaker, name in FILES.items()}
        async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(live.run(), name="live-audio")
            for number, speakers in enumerate(who):
                live.on_tick(Tick(number * 960, 0.0, {speaker: voice(number + 1) for speaker in speakers}))
            while live.counts.frames_sent < sum(map(len, who)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            live.finish()
            await running
        async with asyncio.timeout(LONGEST_S):
            while written(tmp_path) != expected:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        process.kill()
        await process.wait()
    assert warnings == []


def test_the_pages_bytes_are_the_golden_ones():
    """The worked examples are what the encoder makes."""
    golden = Path(__file__).parents[3] / "unit" / "bot" / "golden"
    for width in (2, 4):
        (shown,) = re.findall(rf"{width} bytes:(.*)", PAGE.read_text())
        assert bytes.fromhex(shown) == bytes.fromhex((golden / f"alice-{width}.hex").read_text())
