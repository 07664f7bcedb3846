"""A meeting that goes on while its recordings are paused: nothing of the pause is in any file or stream."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from tests.measuring import running_clock
from tests.measuring.sound import read_sound
from websockets.asyncio.server import serve

from roomtone.bot.live_audio_frame import decode_frame
from roomtone.bot.session_protocol import PauseRecording, ResumeRecording
from roomtone.bot.stream_manifest import read_manifest
from roomtone.session.capture.pauses import RESUME_GUARD_S

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.session.conftest import SessionProcess

# It compares clocks to hundredths of a second, for which the machine has to be its own.
pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLACK_S = 0.1
"""How exactly silence must begin and end."""
BLACK_LUMA = 20.0
SILENT = 1e-4


class LiveReceiver:
    """Takes live audio and keeps every sample at its position."""

    def __init__(self) -> None:
        self.sound: dict[str, dict[int, bytes]] = {}

    async def handle(self, connection: Any) -> None:
        """Ask for positions and keep all frames."""
        position, n_samples = 0, 0
        in_tick: set[str] = set()
        await connection.send(json.dumps({"type": "ack", "positions": True}))
        async for message in connection:
            if isinstance(message, str):
                said = json.loads(message)
                if said["type"] == "position":
                    position, in_tick = said["position"], set()
                continue
            frame = decode_frame(message)
            assert frame is not None
            if frame.speaker_id in in_tick:
                position, in_tick = position + n_samples, set()
            in_tick.add(frame.speaker_id)
            n_samples = len(frame.pcm) // 2
            self.sound.setdefault(frame.speaker_name, {})[position] = frame.pcm

    def of(self, name: str) -> np.ndarray:
        """A speaker's sound from the recording's first sample on, as floats; what was not sent is NaN."""
        frames = self.sound[name]
        whole = np.full(max(frames) + 960, np.nan, np.float32)
        for position, pcm in frames.items():
            samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
            whole[position : position + len(samples)] = samples
        return whole


def meeting(folder: Path) -> dict[str, Any]:
    """Somebody whose picture and voice tell at every moment how far they have run."""
    running_clock.write_film(folder / "film.mp4")
    running_clock.write_sound(folder / "sound.wav")
    person = {
        "name": "Clock",
        "joins_s": 0.3,
        "camera": str(folder / "film.mp4"),
        "camera_size": "640x360",
        "says": [{"at_s": 0.6, "file": str(folder / "sound.wav")}],
    }
    host = {"name": "Host", "host": True}
    return {"client": "practice", "title": "Pause", "clock": "bot_admitted", "participants": [host, person]}


async def paused_stay(session: SessionProcess) -> tuple[float, float]:
    """Record, pause, resume, leave; when it was paused and resumed, in seconds of the recording."""
    began = (await session.until("recording_started")).at
    await session.recorded(3.5)
    session.send(PauseRecording(command_id="p"))
    paused = await session.until("command_answered")
    await asyncio.sleep(1.7)
    session.send(ResumeRecording(command_id="r"))
    resumed = await session.until("command_answered")
    assert (paused.ok, paused.command_id, resumed.ok, resumed.command_id) == (True, "p", True, "r")
    await asyncio.sleep(2.4)
    session.leave()
    await session.end()
    return (paused.at - began).total_seconds(), (resumed.at - began).total_seconds()


def sound_s(sound: np.ndarray) -> tuple[list[float], list[float]]:
    """Times at which something is to be heard, and how far the meeting's clock had run then."""
    times, told = [], []
    for start in range(0, len(sound) - running_clock.WINDOW, running_clock.WINDOW):
        window = sound[start : start + running_clock.WINDOW]
        if not np.isnan(window).any() and np.abs(window).min() < 0.5 and np.sqrt((window**2).mean()) > 0.1:
            if (np.convolve(np.abs(window), np.ones(240), "valid") < 240 * SILENT).any():
                continue  # on the edge of a silence
            times.append((start + running_clock.WINDOW / 2) / 48_000)
            told.append(running_clock.told_by_tone_s(window))
    return times, told


def check_sound(what: str, sound: np.ndarray, pause: tuple[float, float]) -> None:
    """Silence exactly in the pause, and the same clock before and after it."""
    paused_s, resumed_s = pause
    middle = sound[round(paused_s * 48_000) + 4_800 : round((resumed_s + RESUME_GUARD_S) * 48_000) - 1_200]
    heard = np.flatnonzero(np.abs(sound) > SILENT)
    before = heard[heard < round((paused_s + 1) * 48_000)].max() / 48_000
    after = heard[heard > round((paused_s + 1) * 48_000)].min() / 48_000
    times, told = (np.array(one) for one in sound_s(sound))
    offsets = told - times
    early, late = offsets[(times > 1.5) & (times < paused_s)], offsets[times > resumed_s]
    print(
        f"{what}: told {paused_s:.3f}..{resumed_s:.3f} s, silent {before:.3f}..{after:.3f} s, "
        f"clock {np.median(early):.3f} s before, {np.median(late):.3f} s after"
    )
    assert np.abs(middle).max() == 0, f"{what}: something is heard in the pause"
    assert paused_s - SLACK_S < before < paused_s + SLACK_S
    assert resumed_s < after < resumed_s + RESUME_GUARD_S + SLACK_S
    assert len(early) > 20
    assert len(late) > 20
    assert abs(np.median(early) - np.median(late)) < 0.05
    said_in_pause = told - np.median(early)
    assert not ((said_in_pause > paused_s + 0.1) & (said_in_pause < resumed_s)).any()


def lumas(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times of all frames, their mean luma, and that of the part of them that changes all the time."""
    frames = []
    with av.open(str(path), "r") as container:
        for frame in container.decode(video=0):
            luma = frame.to_ndarray(format="yuv420p")[: frame.height : 4, ::4]
            frames.append((float(frame.time or 0), luma))
    times = np.array([at_s for at_s, _ in frames])
    pictures = np.stack([picture for _, picture in frames]).astype(np.float32)
    shown = pictures[(times > 2.0) & (times < 3.3)]
    changing = np.abs(shown[-1] - shown[0] - (shown[-1] - shown[0]).max() * 0.8) < 4
    return times, pictures.mean(axis=(1, 2)), pictures[:, changing].mean(axis=1)


def check_picture(what: str, path: Path, pause: tuple[float, float], most_late_s: float) -> None:
    """Black in the pause, no picture of the pause anywhere, and the same clock before and after it."""
    paused_s, resumed_s = pause
    times, brightness, clock_luma = lumas(path)
    is_black = brightness < BLACK_LUMA
    black = times[is_black & (times > 2)]
    told = np.array([running_clock.told_by_luma_s(luma) for luma in clock_luma])
    offsets = told - times
    early = np.median(offsets[(times > 2) & (times < paused_s) & ~is_black])
    late = np.median(offsets[(times > resumed_s + 1) & ~is_black])
    gaps = np.diff(times[times > 1])
    print(
        f"{what}: told {paused_s:.3f}..{resumed_s:.3f} s, black {black.min():.3f}..{black.max():.3f} s, "
        f"clock {early:.3f} s before, {late:.3f} s after, {len(times)} frames, longest gap {gaps.max():.3f} s"
    )
    assert abs(black.min() - paused_s) < SLACK_S
    assert is_black[(times > paused_s + SLACK_S) & (times < resumed_s + RESUME_GUARD_S)].all()
    assert black.max() < resumed_s + RESUME_GUARD_S + most_late_s
    assert abs(early - late) < 0.15
    shown_s = (told - early)[~is_black & (times > 2)]
    assert not ((shown_s > paused_s + 0.25) & (shown_s < resumed_s - 0.1)).any()


def check_streams(directory: Path, pause: tuple[float, float]) -> None:
    """The participant's own files: nothing of the pause is in them, and there is something before and after."""
    paused_s, resumed_s = pause
    segments = read_manifest((directory / "streams.jsonl").read_text().splitlines())
    heard, seen = [], []
    for segment in (one for one in segments if one.name == "Clock"):
        path, start_s = directory / "streams" / segment.file, segment.start_sample / 48_000
        if segment.kind == "audio":
            heard += list(np.flatnonzero(np.abs(read_sound(path)) > 0.01) / 48_000 + start_s)
            continue
        with av.open(str(path), "r") as container:
            for frame in container.decode(video=0):
                luma = frame.to_ndarray(format="yuv420p")[: frame.height].mean()
                seen.append((float(frame.time or 0) + start_s, running_clock.told_by_luma_s(float(luma))))
    times, shown = np.array([one[0] for one in seen]), np.array([one[1] for one in seen])
    own = np.array(heard)
    early, late = times[times < resumed_s - 1], times[times > resumed_s - 1]
    print(
        f"streams: heard {own.min():.3f}..{own[own < resumed_s - 0.5].max():.3f}, "
        f"{own[own > resumed_s - 0.5].min():.3f}..{own.max():.3f} s, "
        f"seen {early.min():.3f}..{early.max():.3f}, {late.min():.3f}..{late.max():.3f} s"
    )
    for one in (own, times):
        # Opus reaches a few milliseconds back and forth.
        assert not ((one > paused_s + 0.05) & (one < resumed_s + 0.05)).any()
        assert (one < paused_s).any()
        assert (one > resumed_s).any()
    shown -= np.median((shown - times)[(times > 2) & (times < paused_s)])
    assert not ((shown > paused_s + 0.25) & (shown < resumed_s - 0.1)).any()


@pytest.mark.timeout(180)
async def test_a_pause_leaves_no_trace(stage, start_session, tmp_path: Path):
    """Sound in MP3, MP4 and live, pictures of tracks and of the display: all dark and silent, in their place."""
    link = await stage(meeting(tmp_path))
    receiver = LiveReceiver()
    async with serve(receiver.handle, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        live = {"live_audio_required": {"websocket_url": f"ws://127.0.0.1:{port}/"}}
        streams = {"audio_separate_streams": True, "video_separate_streams": True}
        tracks = await start_session(link, {"video_required": True, **live, **streams}, "tracks")
        grid = {"video_layout": "grid_view"}
        screen = await start_session(
            link, {"video_required": True, "recording_config": grid, "bot_name": "Second"}, "screen"
        )
        async with asyncio.TaskGroup() as tasks:
            stays = [tasks.create_task(paused_stay(session), name="stay") for session in (tracks, screen)]
    kinds = {
        event.picture for one in (tracks, screen) for event in one.events if event.type == "recording_started"
    }
    assert kinds == {"track", "screen"}
    for session, stay, late_s in ((tracks, stays[0], 0.3), (screen, stays[1], 1.0)):
        name, pause = session.directory.name, stay.result()
        check_picture(f"{name}: picture", session.directory / "recording.mp4", pause, late_s)
        check_sound(f"{name}: MP4", read_sound(session.directory / "recording.mp4"), pause)
        check_sound(f"{name}: MP3", read_sound(session.directory / "audio.mp3"), pause)
        turns = [json.loads(line) for line in (session.directory / "timeline.jsonl").read_text().splitlines()]
        assert len(turns) == 2
        assert turns[0]["end_s"] == pytest.approx(pause[0], abs=SLACK_S)
        assert turns[1]["start_s"] == pytest.approx(pause[1] + RESUME_GUARD_S, abs=SLACK_S)
        await session.all_gone(within_s=2)
    check_sound("live", receiver.of("Clock"), stays[0].result())
    check_streams(tracks.directory, stays[0].result())
