"""Loops in a smaller size for small tiles, as Zoom's servers send them: made when first wanted, without haste."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from roomtone.practice.video_loops import VideoLoop, encoded_loop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.practice.pictures import Picture

WIDTH = 640
"""Wider than this is not sent to a small tile."""
MAX_KNOWN = 100
NICENESS = 10

_made: OrderedDict[int, tuple[VideoLoop, VideoLoop]] = OrderedDict()
"""By the identity of the large loop, which is held here so that it stays the same."""


def _be_nice() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


_maker = ThreadPoolExecutor(1, initializer=_be_nice)


def known(loop: VideoLoop) -> VideoLoop | None:
    """The small pictures of a loop; None while they have not been made."""
    found = _made.get(id(loop))
    return None if found is None else found[1]


async def make(loop: VideoLoop) -> None:
    """Make a loop's small pictures (a second of one core); a loop that is small already is its own."""
    if known(loop) is None:
        _made[id(loop)] = loop, await asyncio.get_running_loop().run_in_executor(_maker, _smaller, loop)
        if len(_made) > MAX_KNOWN:
            _made.popitem(last=False)


def _smaller(loop: VideoLoop) -> VideoLoop:
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, VideoCodecContext)
    first = decoder.decode(av.Packet(loop.pictures[0]))[0]
    if first.width <= WIDTH:
        return loop
    size = WIDTH, round(first.height * WIDTH / first.width / 2) * 2
    return encoded_loop(_pictures(loop, size), size, with_jpegs=False)


def _pictures(loop: VideoLoop, size: tuple[int, int]) -> Iterator[Picture]:
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, VideoCodecContext)
    for packet in loop.pictures:
        for frame in decoder.decode(av.Packet(packet)):
            yield np.asarray(frame.reformat(*size, format="rgb24").to_ndarray())
