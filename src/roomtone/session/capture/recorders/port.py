"""The port of the recorders: a source of H.264 pictures on the capture clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from roomtone.session.capture.model import VideoPacket

PictureSink = Callable[[VideoPacket], None]
"""Takes one picture; called on the event loop, must not block. What it raises ends the source's run."""


class PictureSource(Protocol):
    """A way to take the picture: 1280x720 H.264, 25-30 a second, a key frame at least every 2 s.

    The first packet of a run is a key frame, and stamps rise strictly within it.
    """

    @property
    def kind(self) -> Literal["track", "screen"]:
        """Which recorder it is."""

    def pause(self) -> None:
        """Take no pictures until `resume`, or black ones: nobody wants them. Also before `run`."""

    def resume(self, not_before_s: float) -> None:
        """Take pictures again, the first a key frame stamped at this capture clock or later."""

    async def run(self, sink: PictureSink) -> None:
        """Deliver pictures until cancelled; run it as a task. Everything it started is gone when it returns.

        Raises:
            PictureUnavailable: If it has no picture to give, at the start or later; take the next source.
        """
