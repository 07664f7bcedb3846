"""The *screen* recorder: ffmpeg grabs the session's own display; for pages without usable tracks."""

from __future__ import annotations

import asyncio
import io
import os
import queue
import shutil
import threading
from typing import TYPE_CHECKING, Literal

import av
import structlog

from roomtone.child_process import ChildGroup
from roomtone.clock_offset import wall_minus_monotonic_s
from roomtone.session.capture.model import VideoPacket
from roomtone.session.capture.recording_errors import PictureUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.recorders.port import PictureSink

FPS = 30
KEY_EVERY = 50
"""Pictures between key frames: 2 s at the lowest rate that a busy machine may fall to (25)."""
SILENT_AFTER_S = 8.0
"""No picture for this long: the grabber or the display is gone."""
QUEUE_PACKETS = 90
"""Pictures between the reading thread and the loop; full: the grabber waits, and leaves pictures out."""

log = structlog.get_logger(__name__)


class ScreenPictures:
    """Pictures of a whole X display.

    Args:
        display: ``DISPLAY`` of the session's own display, such as ``:7``.
        environment: What ffmpeg needs besides, such as ``XAUTHORITY``.
        is_display_alive: Asked with each picture: ffmpeg repeats its last one when the X server is gone.
        width: Of the display, pixels.
        height: Of the display, pixels.
    """

    kind: Literal["track", "screen"] = "screen"

    def __init__(
        self,
        display: str,
        *,
        environment: dict[str, str] | None = None,
        is_display_alive: Callable[[], bool] = lambda: True,
        width: int = 1280,
        height: int = 720,
    ) -> None:
        self._display = display
        self._environment = environment or {}
        self._is_display_alive = is_display_alive
        self._size = f"{width}x{height}"
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._n_pauses = 0

    def pause(self) -> None:
        """Stop the grabber: nothing of a pause is even encoded."""
        self._wanted.clear()
        self._n_pauses += 1

    def resume(self, not_before_s: float) -> None:  # noqa: ARG002
        """Start a grabber anew: it takes longer than a pause's guard, and begins with a key frame."""
        self._wanted.set()

    async def run(self, sink: PictureSink) -> None:
        """Grab until cancelled; see ``PictureSource``."""
        program = shutil.which("ffmpeg")
        if program is None:
            raise PictureUnavailable("grabber_missing", "ffmpeg was not found: `apt-get install ffmpeg`.")
        while True:
            await self._wanted.wait()
            await self._grab(program, sink)

    async def _grab(self, program: str, sink: PictureSink) -> None:
        """Grab until cancelled or paused."""
        read_end, write_end = os.pipe()
        stream = _PacketStream(read_end, asyncio.get_running_loop())
        try:
            group = await ChildGroup.start(
                [program, *_arguments(self._display, self._size)],
                environment={**os.environ, **self._environment},
                stdout=write_end,
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        stream.start()
        log.info("recorder.grabber_started", pid=group.pid)
        try:
            await self._deliver(stream, sink)
        finally:
            stream.abandon()
            await group.stop()
            await asyncio.to_thread(stream.join)

    async def _deliver(self, stream: _PacketStream, sink: PictureSink) -> None:
        last_s = float("-inf")
        n_pauses = self._n_pauses
        # Counted, because a pause may be over before it is seen here; even then a key frame is due.
        while self._n_pauses == n_pauses:
            try:
                async with asyncio.timeout(SILENT_AFTER_S):
                    await stream.wait()
            except TimeoutError:
                problem = "ffmpeg delivers no pictures of the display."
                raise PictureUnavailable("grabber_died", problem) from None
            for packet in stream.take():
                if packet.at_s > last_s:
                    last_s = packet.at_s
                    sink(packet)
            if stream.has_ended or not self._is_display_alive():
                raise PictureUnavailable("grabber_died", "ffmpeg ended; the display may be gone.")


def _arguments(display: str, size: str) -> list[str]:
    return [
        *("-nostdin", "-v", "error"),
        *("-f", "x11grab", "-framerate", str(FPS), "-draw_mouse", "0", "-video_size", size, "-i", display),
        # Stamps stay the wall clock's microseconds, as the grabber took them.
        *("-copyts", "-fps_mode", "passthrough", "-enc_time_base", "-1"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"),
        *("-crf", "26", "-maxrate", "3M", "-bufsize", "6M", "-g", str(KEY_EVERY)),
        *("-bsf:v", "dump_extra=freq=keyframe", "-f", "nut", "-flush_packets", "1", "pipe:1"),
    ]


class _PacketStream:
    """Reads packets off a pipe in a thread and hands them to the loop."""

    def __init__(self, read_end: int, loop: asyncio.AbstractEventLoop) -> None:
        self._read_end = read_end
        self._loop = loop
        self._queue: queue.Queue[VideoPacket] = queue.Queue(QUEUE_PACKETS)
        self._ready = asyncio.Event()
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._read, name="screen-reader", daemon=True)
        self.has_ended = False

    def start(self) -> None:
        """Begin; the stream owns the descriptor from now on."""
        self._thread.start()

    def abandon(self) -> None:
        """Nobody takes packets any more."""
        self._abandoned.set()

    def join(self) -> None:
        """Wait until the thread has ended, which it does when the grabber has."""
        self._thread.join(timeout=5.0)

    async def wait(self) -> None:
        """Wait until there is something to take, or the end."""
        await self._ready.wait()

    def take(self) -> list[VideoPacket]:
        """Everything that has come."""
        self._ready.clear()
        packets = []
        while not self._queue.empty():
            packets.append(self._queue.get_nowait())
        return packets

    def _read(self) -> None:
        with io.FileIO(self._read_end, "r") as pipe:
            try:
                self._demux(pipe)
            except (av.error.FFmpegError, OSError) as problem:
                log.warning("recorder.grabber_stream_broken", problem=type(problem).__name__)
            # Whatever is left must flow, or a dying grabber would wait for us.
            while pipe.read(65536):
                pass
        self.has_ended = True
        self._tell()

    def _demux(self, pipe: io.FileIO) -> None:
        # Without the limits libavformat would hold back the first seconds to look at them.
        options = {"probesize": "32", "analyzeduration": "0"}
        with av.open(pipe, "r", format="nut", options=options, buffer_size=4096) as container:
            video = container.streams.video[0]
            for packet in container.demux(video):
                if self._abandoned.is_set():
                    return
                if packet.size and packet.pts is not None and packet.time_base is not None:
                    self._put(float(packet.pts * packet.time_base), bytes(packet), is_key=packet.is_keyframe)

    def _put(self, wall_s: float, data: bytes, *, is_key: bool) -> None:
        # The offset is taken anew each time: the wall clock may be set while a meeting runs.
        packet = VideoPacket(wall_s - wall_minus_monotonic_s(), data, is_key)
        while not self._abandoned.is_set():
            try:
                self._queue.put(packet, timeout=0.2)
            except queue.Full:
                continue
            self._tell()
            return

    def _tell(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ready.set)
