"""Two bots on one machine, each in a meeting of its own."""

from __future__ import annotations

import asyncio
import json
import sys
import wave
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml
from tests.measuring.sound import SAMPLE_RATE_HZ, read_sound

from roomtone.listening.receiver import LiveAudioReceiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.measuring.sound import Signal

TONES_HZ = {"low": 700.0, "high": 1900.0}
MEETING_S = 8.0
PART = SAMPLE_RATE_HZ // 10


def _write_tone(path: Path, frequency_hz: float) -> None:
    at = np.arange(round(MEETING_S * SAMPLE_RATE_HZ))
    tone = (np.sin(2 * np.pi * frequency_hz * at / SAMPLE_RATE_HZ) * 8000).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(tone.tobytes())


@asynccontextmanager
async def _meeting(folder: Path, name: str) -> AsyncIterator[str]:
    _write_tone(folder / f"{name}.wav", TONES_HZ[name])
    script = {
        "client": "practice",
        "clock": "bot_admitted",
        "participants": [{"name": name, "says": [{"at_s": 0.5, "file": f"{name}.wav"}]}],
        "ends": {"at_s": MEETING_S, "how": "ended"},
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(script))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "roomtone", "practice", "--script", str(path), "--port", "0", "--json"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield str(json.loads(await process.stdout.readline())["url"])
    finally:
        process.kill()
        await process.communicate()


async def _record(link: str, output: Path) -> None:
    async with LiveAudioReceiver(output / "live") as receiver:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "roomtone", "join", link),
            *("--no-video", "--output", str(output / "out"), "--live", receiver.url),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(90):
            _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()


def _levels(sound: Signal, frequency_hz: float) -> np.ndarray:
    """Amplitude of one frequency in each tenth of a second."""
    parts = sound[: len(sound) // PART * PART].reshape(-1, PART)
    phase = np.exp(-2j * np.pi * frequency_hz * np.arange(PART) / SAMPLE_RATE_HZ)
    return np.asarray(np.abs((parts * np.hanning(PART) * phase).sum(axis=1)) / PART)


def _share(sound: Signal, name: str, other: str) -> float:
    """The other tone's part of the own one, where that is unbroken: a tone that breaks is a little of any tone.

    The lowest quarter of the tenths of seconds in which the own tone sounds: the other one sounds all the time.
    """
    own, foreign = _levels(sound, TONES_HZ[name]), _levels(sound, TONES_HZ[other])
    assert own.max() > 0.01
    sounding = own > own.max() / 2
    assert sounding.sum() > 20
    return float(np.quantile(foreign[sounding] / own[sounding], 0.25))


@pytest.mark.browser
@pytest.mark.timeout(200)
async def test_neither_is_heard_in_the_other(tmp_path: Path):
    """Each meeting's tone is in its own files and, to a thousandth, absent from the other's, live and recorded."""
    async with AsyncExitStack() as meetings:
        links = {name: await meetings.enter_async_context(_meeting(tmp_path, name)) for name in TONES_HZ}
        async with asyncio.TaskGroup() as tasks:
            for name, link in links.items():
                (tmp_path / name).mkdir()
                tasks.create_task(_record(link, tmp_path / name), name=f"record-{name}")
    for name, other in (("low", "high"), ("high", "low")):
        files = [tmp_path / name / "out" / "audio.mp3", *(tmp_path / name / "live").glob("*.wav")]
        assert len(files) == 2
        for path in files:
            assert _share(read_sound(path), name, other) < 1 / 1000, path
