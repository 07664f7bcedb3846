"""Loops of pictures are complete, and can be entered once a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from PIL import Image

from roomtone.practice.errors import UnusableMedia
from roomtone.practice.meeting_clock import PICTURES_PER_S
from roomtone.practice.pictures import LOOP_S, Picture, share_size, still_picture
from roomtone.practice.script import Camera, CameraKind
from roomtone.practice.video_loops import VideoLoop, camera_loop, share_loop

if TYPE_CHECKING:
    from pathlib import Path


def shown(loop: VideoLoop, first: int, count: int) -> list[Picture]:
    """The decoded pictures of a stretch of a loop, height x width x 3."""
    context = av.CodecContext.create("vp8", "r")
    assert isinstance(context, VideoCodecContext)
    packets = [av.Packet(picture) for picture in loop.pictures[first : first + count]]
    frames = [frame for packet in packets for frame in context.decode(packet)]
    return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in frames]


def test_the_flash_is_white_for_the_first_tenth_of_each_second() -> None:
    """A viewer who enters at any full second sees white, then black."""
    loop = camera_loop(Camera(CameraKind.FLASH, None, 640, 360), "Ada", 0.1, with_jpegs=False)
    assert loop is not None
    assert len(loop.pictures) == LOOP_S * PICTURES_PER_S
    for second in (0, 7):
        corners = [picture[5, 5, 0] for picture in shown(loop, second * PICTURES_PER_S, 6)]
        assert [corner > 128 for corner in corners] == [True] * 3 + [False] * 3


def test_a_still_picture_keeps_its_shape(tmp_path: Path) -> None:
    """A tall picture on a camera has black bars; shared, it has its own size."""
    Image.new("RGB", (301, 601), "white").save(tmp_path / "tall.png")
    camera = still_picture(tmp_path / "tall.png", (640, 360))
    assert camera.shape == (360, 640, 3)
    assert camera[180, 10].max() == 0
    assert camera[180, 320].min() == 255
    loop = share_loop(tmp_path / "tall.png", video=False, with_jpegs=True)
    assert shown(loop, 0, 1)[0].shape == (600, 300, 3)
    assert loop.jpegs[0].startswith(b"\xff\xd8")


def test_a_large_screen_is_shrunk() -> None:
    """At most 1920x1080, even, in its own shape."""
    assert share_size(3840, 2160) == (1920, 1080)
    assert share_size(1281, 721) == (1280, 720)


def test_a_video_of_another_rate_keeps_its_length(tmp_path: Path) -> None:
    """10 pictures a second become 30, each shown three times."""
    with av.open(str(tmp_path / "film.mp4"), "w") as film:
        stream = film.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for index in range(20):
            picture = np.full((90, 160, 3), 12 * index, np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode(None))
    loop = camera_loop(Camera(CameraKind.VIDEO, tmp_path / "film.mp4", 640, 360), "x", 0.0, with_jpegs=False)
    assert loop is not None
    assert len(loop.pictures) == 60
    brightness = [float(picture[180, 320, 0]) for picture in shown(loop, 0, 60)]
    assert abs(brightness[30] - 120) < 15


def test_what_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    """The file stands in the error."""
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    (tmp_path / "bad.mp4").write_bytes(b"not a film")
    for kind, name in ((CameraKind.PICTURE, "bad.png"), (CameraKind.VIDEO, "bad.mp4")):
        with pytest.raises(UnusableMedia, match=name):
            camera_loop(Camera(kind, tmp_path / name, 640, 360), "x", 0.0, with_jpegs=False)
