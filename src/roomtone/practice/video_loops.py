"""Pictures encoded once as VP8, to be sent to any number of viewers."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from PIL import Image

from roomtone.practice.errors import UnusableMedia
from roomtone.practice.meeting_clock import PICTURES_PER_S
from roomtone.practice.pictures import (
    Picture,
    fitted,
    flash_pictures,
    pattern_pictures,
    share_size,
    still_picture,
)
from roomtone.practice.script import CameraKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from roomtone.practice.script import Camera

KEY_FRAME_EVERY = PICTURES_PER_S
"""Pictures from one key frame to the next: whoever comes late or lost a packet waits a second at most."""
STILL_LOOP_S = 2
THUMBNAIL_EVERY = 3
"""Every third picture is kept as JPEG too when a meeting paints its pictures: 10 a second."""
JPEG_SIZE = (640, 360)

_BIT_RATE = 2_500_000
_ENCODER = {
    "deadline": "realtime",
    "cpu-used": "16",
    "static-thresh": "100",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
    "qmin": "4",
    "qmax": "30",
}


@dataclass(frozen=True, slots=True)
class VideoLoop:
    """Encoded pictures, 30 a second, that are shown round and round.

    Attributes:
        pictures: VP8 frames; every `KEY_FRAME_EVERY`-th, the first included, is a key frame.
        jpegs: Every third picture as JPEG; empty unless asked for.
    """

    pictures: tuple[bytes, ...]
    jpegs: tuple[bytes, ...]

    def is_key(self, index: int) -> bool:
        """Whether the picture at an index can be shown without those before it."""
        return index % KEY_FRAME_EVERY == 0


def camera_loop(camera: Camera, name: str, hue: float, *, with_jpegs: bool) -> VideoLoop | None:
    """What a scripted camera shows; None when it has none.

    Takes a second or two of one core: call it in a thread.

    Raises:
        UnusableMedia: If the camera's file cannot be decoded.
    """
    size = (camera.width, camera.height)
    if camera.kind is CameraKind.NONE:
        return None
    if camera.kind is CameraKind.PATTERN:
        return encoded_loop(pattern_pictures(name, hue, *size), size, with_jpegs=with_jpegs)
    if camera.kind is CameraKind.FLASH:
        return encoded_loop(flash_pictures(name, *size), size, with_jpegs=with_jpegs)
    assert camera.file is not None, "the parser gives the other kinds a file"
    if camera.kind is CameraKind.VIDEO:
        return encoded_loop(_video_pictures(camera.file, size), size, with_jpegs=with_jpegs)
    return _still(still_picture(camera.file, size), with_jpegs=with_jpegs)


def share_loop(file: Path, *, video: bool, with_jpegs: bool) -> VideoLoop:
    """What a shared screen shows, in its own size and shape. Call it in a thread.

    Raises:
        UnusableMedia: If the file cannot be decoded.
    """
    if not video:
        return _still(still_picture(file, None), with_jpegs=with_jpegs)
    with _opened(file) as container:
        stream = container.streams.video[0]
        size = share_size(stream.width, stream.height)
    return encoded_loop(_video_pictures(file, size), size, with_jpegs=with_jpegs)


def _still(picture: Picture, *, with_jpegs: bool) -> VideoLoop:
    size = (picture.shape[1], picture.shape[0])
    return encoded_loop([picture] * (STILL_LOOP_S * PICTURES_PER_S), size, with_jpegs=with_jpegs)


def encoded_loop(pictures: Iterable[Picture], size: tuple[int, int], *, with_jpegs: bool) -> VideoLoop:
    """Pictures of one size (width, height), 30 a second, encoded. Call it in a thread."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, PICTURES_PER_S)
    encoder.framerate = Fraction(PICTURES_PER_S)
    encoder.bit_rate = _BIT_RATE
    encoder.gop_size = KEY_FRAME_EVERY
    encoder.thread_count = 1
    encoder.options = _ENCODER
    packets: list[bytes] = []
    jpegs: list[bytes] = []
    for index, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts = index
        frame.time_base = Fraction(1, PICTURES_PER_S)
        frame.pict_type = PictureType.I if index % KEY_FRAME_EVERY == 0 else PictureType.NONE
        packets += [bytes(packet) for packet in encoder.encode(frame)]
        if with_jpegs and index % THUMBNAIL_EVERY == 0:
            jpegs.append(_jpeg(picture))
    packets += [bytes(packet) for packet in encoder.encode(None)]
    return VideoLoop(tuple(packets), tuple(jpegs))


def _jpeg(picture: Picture) -> bytes:
    image = Image.fromarray(picture)
    image.thumbnail(JPEG_SIZE)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80)
    return target.getvalue()


def _opened(file: Path) -> av.container.InputContainer:
    try:
        container = av.open(str(file))
    except (av.FFmpegError, ValueError) as problem:
        raise UnusableMedia(file, f"cannot be decoded as a video: {problem}") from None
    if not container.streams.video:
        container.close()
        raise UnusableMedia(file, "has no pictures")
    return container


def _video_pictures(file: Path, size: tuple[int, int]) -> Iterator[Picture]:
    """The video's pictures at 30 a second by their own times: repeated or left out where its rate differs."""
    written, shown = 0, 1
    latest: Picture | None = None
    start_s: float | None = None
    with _opened(file) as container:
        try:
            for frame in container.decode(video=0):
                at_s = frame.time or 0.0
                start_s = at_s if start_s is None else start_s
                due = round((at_s - start_s) * PICTURES_PER_S)
                shown = max(1, due - written)
                while latest is not None and written < due:
                    yield latest
                    written += 1
                latest = _fitted_frame(frame, size)
        except av.FFmpegError as problem:
            raise UnusableMedia(file, f"cannot be decoded as a video: {problem}") from None
    if latest is None:
        raise UnusableMedia(file, "has no pictures")
    yield from [latest] * shown  # the last one stays as long as the one before it


def _fitted_frame(frame: av.VideoFrame, size: tuple[int, int]) -> Picture:
    return np.asarray(fitted(Image.fromarray(frame.to_ndarray(format="rgb24")), size))
