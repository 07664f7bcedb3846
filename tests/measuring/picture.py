"""Finding known pictures in recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt


def frame_brightness(path: Path) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Time in seconds and mean luma (0 to 255) of the middle of every frame of a video."""
    times, levels = [], []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            luma = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(-1, frame.planes[0].line_size)
            height, width = frame.height, frame.width
            middle = luma[height // 4 : height * 3 // 4 : 8, width // 4 : width * 3 // 4 : 8]
            times.append(float(frame.time))
            levels.append(float(middle.mean()))
    return np.array(times), np.array(levels)


def flash_onsets_s(path: Path) -> list[float]:
    """Times of the first bright frame of every flash (luma above 180, from below 120); 0.3 s apart at least."""
    times, levels = frame_brightness(path)
    onsets: list[float] = []
    bright = False
    for at_s, level in zip(times, levels, strict=True):
        if level > 180 and not bright:
            bright = True
            if not onsets or at_s - onsets[-1] > 0.3:
                onsets.append(float(at_s))
        elif level < 120:
            bright = False
    return onsets


def audio_behind_video_ms(beeps_s: list[float], flashes_s: list[float]) -> list[float]:
    """For each flash that has a beep within 300 ms: the beep's time less the flash's, in milliseconds."""
    offsets = []
    for flash in flashes_s:
        nearest = min(beeps_s, key=lambda beep: abs(beep - flash), default=None)
        if nearest is not None and abs(nearest - flash) < 0.3:
            offsets.append((nearest - flash) * 1000)
    return offsets
