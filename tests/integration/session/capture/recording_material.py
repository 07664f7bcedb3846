"""H.264 and PCM made on the spot: a flash in the picture with each beep in the sound."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import av
import numpy as np

from roomtone.session.capture.model import VideoPacket

FPS = 30
BEEP_AT_S = 2.0


@cache
def pictures(seconds: float, preset: str = "ultrafast") -> tuple[tuple[float, bytes, bool], ...]:
    """Access units as (seconds, Annex B, key): dark, and white for 0.1 s at 2.0 s; a key frame each 2 s."""
    width, height = 1280, 720
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.gop_size = Fraction(1, FPS), Fraction(FPS), 2 * FPS
    encoder.options = {"preset": preset, "tune": "zerolatency"}
    made = []
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    for index in range(round(seconds * FPS)):
        planes[:height] = 235 if BEEP_AT_S <= index / FPS < BEEP_AT_S + 0.1 else 40
        planes[:16, : 16 + index % 512] = 200
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = index
        made += [(index / FPS, bytes(packet), bool(packet.is_keyframe)) for packet in encoder.encode(frame)]
    return tuple(made)


def packets(
    seconds: float, at_s: float, *, late_s: float = 0.0, preset: str = "ultrafast"
) -> list[VideoPacket]:
    """``pictures`` on the capture clock, from ``at_s`` on; the first ``late_s`` seconds are missing."""
    made = pictures(seconds, preset)
    first = next(i for i, (time_s, _, is_key) in enumerate(made) if time_s >= late_s and is_key)
    return [VideoPacket(at_s + time_s, data, is_key) for time_s, data, is_key in made[first:]]


def sound(seconds: float) -> np.ndarray:
    """Quiet noise with a 1 kHz beep of 0.1 s at 2.0 s; int16, 48 kHz."""
    at_s = np.arange(round(seconds * 48_000)) / 48_000
    noise = np.random.default_rng(7).normal(0, 200, at_s.size)
    gate = (at_s >= BEEP_AT_S) & (at_s < BEEP_AT_S + 0.1)
    heard: np.ndarray = (noise + 12_000 * np.sin(2 * np.pi * 1000 * at_s) * gate).astype(np.int16)
    return heard
