"""Which fragments of a growing recording a player fetches together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.fragments.growing import Fragment

TARGET_S = 2
"""As HLS counts: every segment's length rounds to this or less. The recorders make a key frame every 2 s."""
_LONGEST_S = TARGET_S + 0.49
_SHORTEST_S = 1.5
"""Key frames that follow one another more closely, as in a pause, do not each begin a segment."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Fragments that follow one another.

    Attributes:
        number: From 0.
        start: Offset of the first byte in the file.
        end: Offset of what follows.
        begin_s: Seconds since the recording's beginning.
        end_s: Where the next one begins.
        is_independent: Whether its first picture can be decoded by itself.
    """

    number: int
    start: int
    end: int
    begin_s: float
    end_s: float
    is_independent: bool

    @property
    def length_s(self) -> float:
        """Seconds."""
        return self.end_s - self.begin_s


class Segmenting:
    """Makes segments of fragments as they come: each begins with a key frame, as long as there are any.

    Attributes:
        segments: Those that are whole, in order.
    """

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self._open: list[Fragment] = []

    def add(self, fragment: Fragment) -> None:
        """The next fragment; may complete a segment."""
        if self._open and self._begins_anew(fragment):
            self._close(fragment.begin_s)
        self._open.append(fragment)

    def finish(self) -> None:
        """There are no more fragments; what is left is the last segment."""
        if self._open:
            self._close(max(fragment.end_s for fragment in self._open))

    def _begins_anew(self, fragment: Fragment) -> bool:
        first = self._open[0]
        if fragment.end_s - first.begin_s > _LONGEST_S:
            return True
        is_short = fragment.begin_s - first.begin_s < _SHORTEST_S
        return fragment.begins_with_key and not (is_short and first.begins_with_key)

    def _close(self, end_s: float) -> None:
        first, last = self._open[0], self._open[-1]
        self.segments.append(
            Segment(len(self.segments), first.start, last.end, first.begin_s, end_s, first.begins_with_key)
        )
        self._open = []
