"""A recording that is paused while a voice and a picture go on, and what is on the disk at every moment."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import time
from typing import TYPE_CHECKING, Literal

import av
import numpy as np
import pytest
from tests.integration.session.capture.recording_material import packets
from tests.measuring.sound import read_sound

from roomtone.bot.speaker import CHUNK_SAMPLES
from roomtone.session.capture.attribution import Attribution
from roomtone.session.capture.model import (
    AudioChunk,
    CaptionHeard,
    ChatMessage,
    Tick,
    TrackOpened,
    TrackSource,
)
from roomtone.session.ending import EndingCell
from roomtone.session.recording_run import RecordingRun

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.session.capture.recorders.port import PictureSink
    from roomtone.session.capture.speaker_timeline import Turn

CHUNK_S = CHUNK_SAMPLES / 48_000


class Pictures:
    """A source whose pictures never stop, whatever it is told."""

    kind: Literal["track", "screen"] = "track"

    def __init__(self) -> None:
        self.told: list[str] = []
        packets(6, 0.0)  # made now: it takes longer than pictures may take

    def pause(self) -> None:
        """Go on."""
        self.told.append("pause")

    def resume(self, _not_before_s: float) -> None:
        """Go on."""
        self.told.append("resume")

    async def run(self, sink: PictureSink) -> None:
        """Dark grey, never black; a key frame each 2 s."""
        for packet in packets(6, time.monotonic()):
            await asyncio.sleep(max(0.0, packet.at_s - time.monotonic()))
            sink(packet)


class Ear:
    """Hears every tick, as a live stream does."""

    def __init__(self) -> None:
        self.ticks: list[Tick] = []

    def on_tick(self, tick: Tick) -> None:
        """Keep it."""
        self.ticks.append(tick)


class Meeting:
    """A recording with one voice that never stops."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.pictures = Pictures()
        self.turns: list[Turn] = []
        self.ear = Ear()
        self.run = RecordingRun(
            directory,
            attribution=Attribution(),
            pictures=[self.pictures],
            earlier=[TrackOpened(1, "audio", TrackSource.RTC, "t", "s", "0", time.monotonic())],
            ending=EndingCell(),
            warn=lambda *_: None,
            on_turn=self.turns.append,
        )
        self.run._hub.subscribe("ear", self.ear)

    async def speak(self) -> None:
        """A tone, 20 ms after 20 ms, each 40 ms on its way."""
        tone = (8000 * np.sin(2 * np.pi * 500 * np.arange(CHUNK_SAMPLES) / 48_000)).astype(np.int16)
        began_s = time.monotonic()
        for number in itertools.count():
            at_s = began_s + number * CHUNK_S
            await asyncio.sleep(max(0.0, at_s + 0.04 - time.monotonic()))
            self.run.feed(AudioChunk(1, at_s, number * CHUNK_SAMPLES, tone))


def loud_s(path: Path) -> np.ndarray:
    """Times at which something is to be heard."""
    return np.flatnonzero(np.abs(read_sound(path)) > 1e-4) / 48_000


def dark_s(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Times of black pictures and of others."""
    with av.open(str(path), "r") as container:
        seen = [
            (float(frame.time or 0), frame.to_ndarray(format="yuv420p")[: frame.height].mean())
            for frame in container.decode(video=0)
        ]
    return np.array([t for t, luma in seen if luma < 20]), np.array([t for t, luma in seen if luma >= 20])


async def test_nothing_of_a_pause_is_anywhere(tmp_path: Path):
    """Neither during it, as a killed process would leave the files, nor after it, nor live, nor in the turns."""
    meeting, killed = Meeting(tmp_path), tmp_path / "killed"
    run = meeting.run
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run.run(), name="run")
        speaking = tasks.create_task(meeting.speak(), name="speak")
        await asyncio.sleep(1.5)
        run.pause()
        paused_s = time.monotonic() - run.start_s
        run.pause()
        await asyncio.sleep(1.6)
        killed.mkdir()
        for name in ("audio.mp3", "recording.mp4"):
            shutil.copy(tmp_path / name, killed / name)
        assert run.is_paused
        run.resume()
        resumed_s = time.monotonic() - run.start_s
        await asyncio.sleep(1.6)
        speaking.cancel()
        end_s = time.monotonic()
        await run.finish(end_s)
        await running
    length_s = end_s - run.start_s
    assert meeting.pictures.told == ["pause", "resume"]
    for folder in (killed, tmp_path):
        for name in ("audio.mp3", "recording.mp4"):
            loud = loud_s(folder / name)
            in_pause = loud[(loud > paused_s + 0.05) & (loud < resumed_s)]
            # A codec's window reaches back a little from the first sound after.
            assert not in_pause[in_pause < resumed_s - 0.03].size, (folder.name, name)
            assert loud.min() < 0.2
        black, seen = dark_s(folder / "recording.mp4")
        assert not ((seen > paused_s + 0.02) & (seen < resumed_s)).any(), folder.name
        assert black.min() == pytest.approx(paused_s, abs=0.05)
    after = loud_s(tmp_path / "audio.mp3")
    assert after[after > paused_s + 0.5].min() == pytest.approx(resumed_s + 0.08, abs=0.06)
    assert len(read_sound(tmp_path / "recording.mp4")) / 48_000 == pytest.approx(length_s, abs=0.1)
    heard = {
        tick.at_s - run.start_s: [v for v in tick.voices.values() if v.any()] for tick in meeting.ear.ticks
    }
    assert not [
        at_s
        for at_s, voices in heard.items()
        if voices and paused_s < at_s + CHUNK_S - 1e-6 and at_s < resumed_s
    ]
    assert len(heard) == pytest.approx(length_s / CHUNK_S, abs=3)
    assert [round(turn.start_s, 1) for turn in meeting.turns] == pytest.approx(
        [meeting.turns[0].start_s, resumed_s + 0.08], abs=0.1
    )
    assert meeting.turns[0].end_s <= paused_s + CHUNK_S


async def test_what_may_be_written_down(tmp_path: Path):
    """Chat is kept in a pause, captions are not; a recording that is over cannot be paused."""
    run = Meeting(tmp_path).run
    now_s = time.monotonic()
    caption = CaptionHeard("1", "a", "words", is_final=True, at_s=now_s + 1)
    chat = ChatMessage("1", "a", "A", "words", now_s + 1)
    assert run.may_keep(caption)
    run.pause()
    assert (run.may_keep(caption), run.may_keep(chat)) == (False, True)
    run.resume()
    await run.finish(time.monotonic())
    run.pause()
    assert not run.is_paused
