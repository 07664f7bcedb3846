"""Lets pictures through, and puts black ones in their place while a recording is paused. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.session.capture.black_pictures import FPS, BlackPictures

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.model import VideoPacket
    from roomtone.session.capture.pauses import Pauses

PICTURE_S = 1 / FPS
LAG_S = 0.25
"""Black pictures are given this long after their stamp, so that the first one after a pause, which is some
time on its way, need not be stamped later than it was seen."""


class PictureGate:
    """Between a source of pictures and whoever keeps them; used on one event loop.

    A pause begins with a black key frame at its first moment. From then on nothing of the source is let
    through, not even what it stamped earlier, until a key frame stamped after the pause: what comes between
    cannot be decoded without pictures of the pause.

    Args:
        pauses: When the recording is paused.
        black: Makes a run of black pictures.
    """

    def __init__(self, pauses: Pauses, black: Callable[[], BlackPictures] = BlackPictures) -> None:
        self._pauses = pauses
        self._make_black = black
        self._black: BlackPictures | None = None
        self._last_black_s = 0.0

    def pause(self, at_s: float) -> list[VideoPacket]:
        """The pause begins now; the pictures to keep."""
        if self._black is not None:
            return []  # the one before has not been left yet
        self._black = self._make_black()
        return [self._next(at_s)]

    def take(self, packet: VideoPacket) -> list[VideoPacket]:
        """A picture of the source; the pictures to keep."""
        if self._black is None:
            return [packet]
        if not packet.is_key or packet.at_s < self._pauses.until_s:
            return []
        kept = self._until(packet.at_s - PICTURE_S)
        self._black = None
        return [*kept, packet]

    def due(self, now_s: float) -> list[VideoPacket]:
        """Time goes on; the pictures to keep."""
        return [] if self._black is None else self._until(now_s - LAG_S)

    def finish(self, end_s: float) -> list[VideoPacket]:
        """The recording ends; the pictures to keep."""
        return [] if self._black is None else self._until(end_s)

    def _until(self, last_s: float) -> list[VideoPacket]:
        pictures = []
        while self._last_black_s + PICTURE_S <= last_s:
            pictures.append(self._next(self._last_black_s + PICTURE_S))
        return pictures

    def _next(self, at_s: float) -> VideoPacket:
        assert self._black is not None
        self._last_black_s = at_s
        return self._black.next(at_s)
