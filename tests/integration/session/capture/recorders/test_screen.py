"""The screen recorder on a real display."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import itertools
import statistics
import time
from typing import TYPE_CHECKING

import av
import psutil
import pytest
from tests.quiet_machine import in_time

from roomtone.session.capture.pauses import RESUME_GUARD_S
from roomtone.session.capture.recorders.screen import KEY_EVERY, ScreenPictures
from roomtone.session.capture.recording_errors import PictureUnavailable, RecordingDiskFull
from roomtone.session.display import Display, open_display

if TYPE_CHECKING:
    from roomtone.session.capture.model import VideoPacket


CLOCKS_APART_S = 0.01
"""The most that a stamp, taken on the wall clock, may be wrong by on the other one."""


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


async def _record(display: Display, n_pictures: int) -> list[tuple[float, VideoPacket]]:
    """Arrival (capture clock) and packet of the first so many pictures."""
    taken: list[tuple[float, VideoPacket]] = []
    recorder = ScreenPictures(display.name, environment=display.environment)

    async def stop() -> None:
        while len(taken) < n_pictures:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        recording.cancel()

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        recording = tasks.create_task(
            recorder.run(lambda packet: taken.append((time.monotonic(), packet))), name="record"
        )
        tasks.create_task(stop(), name="stop")
    return taken[:n_pictures]


async def test_a_display_becomes_h264_on_the_capture_clock():
    """1280x720 at 25-30 a second, a key frame first and every 50 pictures, stamped when it was seen."""
    async with open_display() as display:
        taken = await _record(display, n_pictures=150)
    packets = [packet for _, packet in taken]
    stamps = [packet.at_s for packet in packets]
    assert all(later > earlier for earlier, later in itertools.pairwise(stamps))
    assert (len(stamps) - 1) / (stamps[-1] - stamps[0]) <= 31
    # A busy machine leaves pictures out: the rate is kept wherever it lets the grabber have a second.
    assert max(30 / (later - earlier) for earlier, later in zip(stamps, stamps[30:], strict=False)) >= 24
    assert in_time((len(stamps) - 1) / (stamps[-1] - stamps[0]), 31, 24)
    assert [place for place, packet in enumerate(packets) if packet.is_key] == list(
        range(0, len(packets), KEY_EVERY)
    )
    ages_s = [arrived_s - packet.at_s for arrived_s, packet in taken]
    assert min(ages_s) >= 0
    assert min(ages_s[:75]) < 0.1, "as soon as the machine lets it"
    assert min(ages_s[75:]) < 0.1, "and no later in the end"
    assert in_time(statistics.median(ages_s), 0.1)
    decoder = av.CodecContext.create("h264", "r")
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    assert len(frames) >= len(packets) - 2
    assert {(frame.width, frame.height, frame.format.name) for frame in frames} == {(1280, 720, "yuv420p")}


async def test_what_is_drawn_is_seen_at_its_time():
    """No picture that is stamped before a change of the display shows it, but the one just grabbed; all later ones do."""
    async with open_display() as display:
        connection = await asyncio.to_thread(_XRoot, display)
        with contextlib.closing(connection):
            taken: list[VideoPacket] = []
            drawn_s: list[tuple[float, float]] = []

            async def seen_since(moment_s: float) -> None:
                while len([packet for packet in taken if packet.at_s > moment_s]) < 5:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

            async def draw() -> None:
                await seen_since(0.0)
                for level in (255, 0) * 4:
                    began_s = time.monotonic()
                    await asyncio.to_thread(connection.fill, level)
                    drawn_s.append((began_s, time.monotonic()))
                    await seen_since(drawn_s[-1][1])
                recording.cancel()

            async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
                recorder = ScreenPictures(display.name, environment=display.environment)
                recording = tasks.create_task(recorder.run(taken.append), name="record")
                tasks.create_task(draw(), name="draw")
    decoder = av.CodecContext.create("h264", "r")
    levels = [
        (packet.at_s, int(frame.to_ndarray(format="gray")[360, 640]) > 128)
        for packet in taken
        for frame in decoder.decode(av.Packet(packet.data))
    ]
    assert sum(before != now for (_, before), (_, now) in itertools.pairwise(levels)) == len(drawn_s)
    ends_s = [began_s for began_s, _ in drawn_s[1:]] + [float("inf")]
    for number, ((began_s, done_s), next_s) in enumerate(zip(drawn_s, ends_s, strict=True)):
        is_bright = number % 2 == 0
        before = [bright for at_s, bright in levels if at_s < began_s - CLOCKS_APART_S]
        after = [
            bright for at_s, bright in levels if done_s + CLOCKS_APART_S < at_s < next_s - CLOCKS_APART_S
        ]
        # Its stamp is taken first, and then the picture.
        assert before[-2] is not is_bright
        assert set(after[:-1]) == {is_bright}


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
