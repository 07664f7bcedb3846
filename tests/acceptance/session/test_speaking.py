"""The bot speaks in a practice meeting: what a scripted participant hears of it, and what is in the recording."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.acceptance.session.conftest import CLIPS
from tests.measuring.sound import find_clip, read_sound

from roomtone.bot.session_protocol import Speak, StopSpeaking
from roomtone.practice.script_parser import parse_script
from roomtone.practice.server import PracticeServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.acceptance.session.conftest import SessionProcess

    from roomtone.practice.ear import Ear

pytestmark = pytest.mark.browser

CLIP = CLIPS / "austen-0880.flac"
LOUD = 0.02


@asynccontextmanager
async def listening_meeting(**fields: Any) -> AsyncIterator[PracticeServer]:
    """A meeting with Ada in it, who hears."""
    ada = {"name": "Ada", "host": True, "hears": True, **fields.pop("ada", {})}
    script = parse_script({"clock": "bot_admitted", "participants": [ada], **fields}, CLIPS)
    async with PracticeServer(script) as server:
        yield server


def ear_of(server: PracticeServer) -> Ear:
    """Ada's, for the bot."""
    assert server.meeting.mesh is not None
    (ear,) = server.meeting.mesh.ears.values()
    return ear


def onset_s(ear: Ear, after_s: float) -> float:
    """When the first loud piece after a moment came; infinity: none has."""
    loud = (at_s for at_s, samples in ear.heard if at_s > after_s and np.abs(samples).max() > LOUD * 32768)
    return next(loud, float("inf"))


def last_loud_s(ear: Ear) -> float:
    """When the last loud piece came."""
    return max(at_s for at_s, samples in ear.heard if np.abs(samples).max() > LOUD * 32768)


def pcm_file(folder: Path, clip: np.ndarray, name: str) -> Path:
    """A clip as orders name it."""
    path = folder / name
    path.write_bytes(np.round(clip * 32767).astype("<i2").tobytes())
    return path


def loud_since_s(ear: Ear, after_s: float) -> float:
    """How much loud sound came after a moment, in seconds of sound."""
    loud = [
        samples.size for at_s, samples in ear.heard if at_s > after_s and np.abs(samples).max() > LOUD * 32768
    ]
    return sum(loud) / 48_000


async def until_heard(ear: Ear, after_s: float) -> float:
    """Wait for the first sound after a moment; gives when it came.

    Three seconds, counted in looks, of which a machine that stands still makes none.
    """
    for _ in range(150):
        if onset_s(ear, after_s) < float("inf"):
            break
        await asyncio.sleep(0.02)
    assert onset_s(ear, after_s) < float("inf"), "nothing was heard"
    return onset_s(ear, after_s)


async def until_clip(ear: Ear, clip: np.ndarray, correlation: float) -> None:
    """Wait until all of a clip was heard, so well, and nothing after it."""
    for tries_left in reversed(range(20)):
        heard = (np.concatenate([samples for _, samples in ear.heard]) / 32768).astype(np.float32)
        match = await asyncio.to_thread(find_clip, heard, clip)
        if match.correlation > correlation:
            break
        assert tries_left, match
        await asyncio.sleep(0.5)
    await asyncio.sleep(1.0)


async def test_the_bot_speaks_and_is_interrupted(start_session: Callable[..., Any], tmp_path: Path) -> None:
    """Said whole, heard by Ada and recorded once under the bot's name, at its time; then cut off at once."""
    clip = read_sound(CLIP)
    clip = clip[np.flatnonzero(np.abs(clip) > LOUD)[0] :][: 3 * 48_000]
    async with listening_meeting() as server:
        session: SessionProcess = await start_session(
            server.url, {"bot_name": "Speaker Bot", "audio_separate_streams": True}
        )
        await session.until("recording_started")
        began = await session.until("progress")
        files = [pcm_file(tmp_path, clip, f"{name}.pcm") for name in ("one", "two")]
        sent_s = time.monotonic()
        session.send(Speak(command_id="1", path=str(files[0])))
        answer = await session.until("command_answered")
        assert (answer.command_id, answer.ok) == ("1", True)
        ear = ear_of(server)
        await until_heard(ear, sent_s)
        await asyncio.sleep(len(clip) / 48_000)
        await until_clip(ear, clip, 0.9)

        again_s = time.monotonic()
        session.send(Speak(command_id="2", path=str(files[1])))
        await until_heard(ear, again_s)
        await asyncio.sleep(0.5)
        session.send(StopSpeaking(command_id="3"))
        stopped_s = time.monotonic()
        await asyncio.sleep(2.0)
        assert loud_since_s(ear, stopped_s) < 1.0
        assert not any(file.exists() for file in files)
        session.leave()
        ended = await session.end()
    recorded = read_sound(session.directory / "audio.mp3")
    match = find_clip(recorded, clip)
    assert match.correlation > 0.9
    assert match.at_s > began.recorded_s - 1.0
    timeline = [json.loads(line) for line in (session.directory / "timeline.jsonl").read_text().splitlines()]
    assert {turn["speaker_name"] for turn in timeline} == {"Speaker Bot"}
    assert abs(timeline[0]["start_s"] - match.at_s) < 0.3
    assert ended.statistics.audio_world == "none"


@pytest.mark.slow
async def test_a_bot_that_the_host_mutes_says_no_more(
    start_session: Callable[..., Any], tmp_path: Path
) -> None:
    """What is left is dropped, its owner is told, and it stays muted."""
    clip = np.tile(read_sound(CLIP), 4)[: 20 * 48_000]
    muted = [{"at_s": 6.0, "what": "bot_muted_by_host"}]
    async with listening_meeting(events=muted) as server:
        session: SessionProcess = await start_session(server.url, {"bot_name": "Speaker Bot"})
        await session.until("recording_started")
        session.send(Speak(command_id="1", path=str(pcm_file(tmp_path, clip, "long.pcm"))))
        warning = await session.until("warning")
        assert (warning.code, warning.severity) == ("bot_muted", "notice")
        muted_s = time.monotonic()
        await asyncio.sleep(2.0)
        assert last_loud_s(ear_of(server)) < muted_s
        session.leave()
        await session.end()


@pytest.mark.slow
async def test_how_soon_it_is_heard_and_silent(
    start_session: Callable[..., Any], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Heard within 300 ms of the order, the opening of the microphone included; silent within 100 ms of the other."""
    at = np.arange(5 * 48_000) / 48_000
    tone = 0.3 * np.sin(2 * np.pi * 500 * at)
    began: list[float] = []
    ended: list[float] = []
    async with listening_meeting() as server:
        session: SessionProcess = await start_session(server.url)
        await session.until("recording_started")
        await asyncio.sleep(3.0)
        for place in range(12):
            sent_s = time.monotonic()
            session.send(Speak(command_id=f"s{place}", path=str(pcm_file(tmp_path, tone, f"{place}.pcm"))))
            await session.until("command_answered")
            began.append(await until_heard(ear_of(server), sent_s) - sent_s)
            await asyncio.sleep(1.0)
            stopped_s = time.monotonic()
            session.send(StopSpeaking(command_id=f"t{place}"))
            await asyncio.sleep(2.5)
            ended.append(last_loud_s(ear_of(server)) - stopped_s)
        session.leave()
        await session.end()
    for name, times in (("heard", began), ("silent", ended)):
        p50, p95 = (round(float(np.percentile(times, part)) * 1000) for part in (50, 95))
        record_property(f"{name}_ms", (p50, p95))
        print(f"{name} after {p50} ms (median), {p95} ms (p95)")
    assert np.median(began) < 0.3
    assert np.median(ended) < 0.1 + 0.1, (
        "what is on its way, and in the listener's own buffer, is still heard"
    )
