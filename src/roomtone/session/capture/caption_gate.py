"""Keeps captions of a pause from being written down. Pure; seconds of the capture clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.session.capture.model import CaptionHeard
    from roomtone.session.capture.pauses import Pauses

CAPTION_LAG_S = 3.0
"""A caption may come this long after its words: until then it may hold words of the pause."""
MOST_BARRED = 2000


class CaptionGate:
    """Lets captions through that hold no word of a pause; used by one task.

    A caption is told again, whole, when it grows. So one that changed in a pause is not let through any more:
    what was written of it before is all.

    Args:
        pauses: When the recording is paused.
    """

    def __init__(self, pauses: Pauses) -> None:
        self._pauses = pauses
        self._barred: dict[str, None] = {}

    def admits(self, caption: CaptionHeard) -> bool:
        """Whether this version of a caption may be written down."""
        if self._pauses.cover(caption.at_s - CAPTION_LAG_S, caption.at_s):
            self._barred[caption.caption_id] = None
            if len(self._barred) > MOST_BARRED:
                del self._barred[next(iter(self._barred))]
        return caption.caption_id not in self._barred
