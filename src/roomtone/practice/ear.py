"""What a scripted participant hears of a guest: kept for comparison, and told as it begins and ends."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt
from aiortc.mediastreams import MediaStreamError

from roomtone.practice.meeting_clock import PACKET_SAMPLES, PACKETS_PER_S, SAMPLE_RATE_HZ
from roomtone.practice.speaking import level_dbfs

if TYPE_CHECKING:
    from aiortc import MediaStreamTrack

    from roomtone.practice.happenings import HappeningLog
    from roomtone.practice.members import Guest, Scripted

MOST_HEARD_S = 120.0
"""So much is kept of each guest; the oldest goes."""
HEARD_DBFS = -45.0
"""A sound is louder than this."""
QUIET_S = 0.5
"""A sound that is not followed by another within this long has ended."""


class Ear:
    """One scripted participant's ear for one guest.

    Args:
        member: Whose it is.
        guest: Who is heard.
        log: Told ``guest_sound_began`` and ``guest_sound_ended``.

    Attributes:
        heard: The guest's sound as it was decoded: ``time.monotonic()`` of a piece's arrival, and its
            samples, mono, 48,000 Hz, usually 20 ms. While the guest sends nothing there are no pieces.
    """

    def __init__(self, member: Scripted, guest: Guest, log: HappeningLog) -> None:
        self.heard: deque[tuple[float, npt.NDArray[np.int16]]] = deque(
            maxlen=int(MOST_HEARD_S * PACKETS_PER_S)
        )
        self._facts: dict[str, Any] = {"participant": member.index, "guest": guest.id, "name": guest.name}
        self._log = log
        self._loud_s: float | None = None

    async def listen(self, track: MediaStreamTrack) -> None:
        """Hear until the track ends."""
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                self._end()
                return
            if isinstance(frame, av.AudioFrame):
                self.take(mono(frame), time.monotonic())

    def take(self, samples: npt.NDArray[np.int16], at_s: float) -> None:
        """Take the next piece, which came at a monotonic moment."""
        self.heard.append((at_s, samples))
        rms = float(np.sqrt(np.mean(np.square(samples.astype(np.float64))))) / 32_768
        if level_dbfs(rms) > HEARD_DBFS:
            if self._loud_s is None:
                self._log.note("guest_sound_began", at_s, **self._facts)
            self._loud_s = at_s
        elif self._loud_s is not None and at_s - self._loud_s > QUIET_S:
            self._end()

    def _end(self) -> None:
        if self._loud_s is not None:
            self._log.note("guest_sound_ended", self._loud_s + PACKET_SAMPLES / SAMPLE_RATE_HZ, **self._facts)
        self._loud_s = None


def mono(frame: av.AudioFrame) -> npt.NDArray[np.int16]:
    """The samples of a decoded frame (packed int16, as aiortc decodes Opus), its channels averaged."""
    n_channels = len(frame.layout.channels)
    packed: npt.NDArray[np.int32] = frame.to_ndarray().reshape(-1, n_channels).astype(np.int32)
    averaged: npt.NDArray[np.int16] = np.rint(packed.mean(axis=1)).astype(np.int16)
    return averaged
