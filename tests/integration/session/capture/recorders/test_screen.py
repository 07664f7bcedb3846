"""The screen recorder on a real display."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import itertools
import time
from typing import TYPE_CHECKING

import av
import psutil
import pytest

from roomtone.session.capture.pauses import RESUME_GUARD_S
from roomtone.session.capture.recorders.screen import ScreenPictures
from roomtone.session.capture.recording_errors import PictureUnavailable, RecordingDiskFull
from roomtone.session.display import Display, open_display

if TYPE_CHECKING:
    from roomtone.session.capture.model import VideoPacket


class _XRoot:
    """Fills the root window of a display, through libX11."""

    def __init__(self, display: Display) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._connection = ctypes.c_void_p(self._x.XOpenDisplay(display.name.encode()))
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._connection))

    def fill(self, level: int) -> None:
        """Paint all of it in one grey, 0 to 255; returns when the server has done it."""
        self._x.XSetWindowBackground(self._connection, self._root, ctypes.c_ulong(level * 0x010101))
        self._x.XClearWindow(self._connection, self._root)
        self._x.XSync(self._connection, 0)

    def close(self) -> None:
        """Close the connection."""
        self._x.XCloseDisplay(self._connection)


async def _record(display: Display, seconds: float) -> list[tuple[float, VideoPacket]]:
    """Arrival (capture clock) and packet of everything that came in that time."""
    taken: list[tuple[float, VideoPacket]] = []
    recorder = ScreenPictures(display.name, environment=display.environment)
    try:
        async with asyncio.timeout(seconds):
            await recorder.run(lambda packet: taken.append((time.monotonic(), packet)))
    except TimeoutError:
        return taken
    raise AssertionError


async def test_a_display_becomes_h264_on_the_capture_clock():
    """1280x720 at 25-30 a second, a key frame first and every 2 s, stamped when it was seen."""
    async with open_display() as display:
        taken = await _record(display, 6)
    packets = [packet for _, packet in taken]
    assert packets[0].is_key
    assert 24 <= (len(packets) - 1) / (packets[-1].at_s - packets[0].at_s) <= 31
    stamps = [packet.at_s for packet in packets]
    assert all(later > earlier for earlier, later in itertools.pairwise(stamps))
    keys = [packet.at_s for packet in packets if packet.is_key]
    assert all(later - earlier < 2.3 for earlier, later in itertools.pairwise(keys))
    ages_s = sorted(arrived_s - packet.at_s for arrived_s, packet in taken)
    assert ages_s[0] >= 0
    assert ages_s[len(ages_s) // 2] < 0.1
    decoder = av.CodecContext.create("h264", "r")
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    assert len(frames) >= len(packets) - 2
    assert {(frame.width, frame.height, frame.format.name) for frame in frames} == {(1280, 720, "yuv420p")}


async def test_what_is_drawn_is_seen_at_its_time():
    """A change of the whole display is stamped within 80 ms of its drawing."""
    async with open_display() as display:
        connection = await asyncio.to_thread(_XRoot, display)
        with contextlib.closing(connection):
            taken: list[VideoPacket] = []
            drawn_s: list[float] = []

            async def draw() -> None:
                for level in (255, 0) * 4:
                    await asyncio.sleep(0.4)
                    drawn_s.append(time.monotonic())
                    connection.fill(level)
                await asyncio.sleep(0.5)
                recording.cancel()

            async with asyncio.TaskGroup() as tasks:
                recorder = ScreenPictures(display.name, environment=display.environment)
                recording = tasks.create_task(recorder.run(taken.append), name="record")
                tasks.create_task(draw(), name="draw")
    decoder = av.CodecContext.create("h264", "r")
    levels = [
        (packet.at_s, int(frame.to_ndarray(format="gray")[360, 640]) > 128)
        for packet in taken
        for frame in decoder.decode(av.Packet(packet.data))
    ]
    seen_s = [at_s for (_, before), (at_s, now) in itertools.pairwise(levels) if before != now]
    assert len(seen_s) == len(drawn_s)
    assert all(-0.01 < seen - drawn < 0.08 for seen, drawn in zip(seen_s, drawn_s, strict=True))


async def test_the_end_of_the_display_is_told_and_nothing_is_left():
    """A display that dies ends the recorder with a typed reason; ffmpeg is gone."""
    async with open_display() as display:
        running = asyncio.Event()
        recorder = ScreenPictures(
            display.name, environment=display.environment, is_display_alive=display.is_alive
        )

        async def kill_display() -> None:
            await running.wait()
            for child in psutil.Process().children():
                if child.name() == "Xvfb":
                    child.kill()

        async def record() -> None:
            with pytest.raises(PictureUnavailable) as caught:
                await recorder.run(lambda _: running.set())
            assert caught.value.reason == "grabber_died"

        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            tasks.create_task(kill_display(), name="kill")
            tasks.create_task(record(), name="record")
    assert not [child for child in psutil.Process().children() if child.name() == "ffmpeg"]


async def test_a_display_that_is_not_there_is_told():
    """A wrong display ends the recorder at once."""
    with pytest.raises(PictureUnavailable):
        await ScreenPictures(":987654").run(lambda _: None)


async def test_what_the_sink_raises_ends_the_run():
    """A full disk ends the recorder, and ffmpeg with it."""

    def full(_: VideoPacket) -> None:
        raise RecordingDiskFull

    async with open_display() as display:
        with pytest.raises(RecordingDiskFull):
            await ScreenPictures(display.name, environment=display.environment).run(full)
    assert not [child for child in psutil.Process().children() if child.name() == "ffmpeg"]


async def test_a_paused_display_is_not_grabbed():
    """No grabber runs in a pause; the first picture after it is a key frame of what is shown then."""
    taken: list[VideoPacket] = []
    async with open_display() as display:
        connection = await asyncio.to_thread(_XRoot, display)
        connection.fill(200)
        recorder = ScreenPictures(display.name, environment=display.environment)

        def grabbers() -> set[int]:
            children = psutil.Process().children(recursive=True)
            return {child.pid for child in children if child.name() == "ffmpeg"}

        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(recorder.run(taken.append), name="run")
            while not taken:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            recorder.pause()
            while grabbers():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            connection.fill(120)
            n_taken = len(taken)
            await asyncio.sleep(0.3)
            assert len(taken) == n_taken
            connection.fill(40)
            resumed_s = time.monotonic()
            recorder.resume(resumed_s)
            while len(taken) == n_taken:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            first = taken[n_taken]
            before = grabbers()
            recorder.pause()
            again_s = time.monotonic()
            recorder.resume(again_s)
            while not (taken[-1].is_key and taken[-1].at_s > again_s):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            print(f"{first.at_s - resumed_s:.3f} and {taken[-1].at_s - again_s:.3f} s after a pause")
            # A new run, whose first picture is a key frame, and not the old one's next key frame.
            assert before
            assert not before & grabbers()
            running.cancel()
        connection.close()
    assert first.is_key
    assert first.at_s > resumed_s + RESUME_GUARD_S
    decoder = av.CodecContext.create("h264", "r")
    frames = [*decoder.decode(av.Packet(first.data)), *decoder.decode(None)]
    assert abs(frames[0].to_ndarray(format="gray").mean() - 40) < 4
