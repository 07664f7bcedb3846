"""Where the sound of a cut piece lies in its recording. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roomtone.speech.transcript import Word


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of sound that a piece took from its recording as it was.

    Attributes:
        source_s: Where it begins in the recording's file.
        piece_s: Where it begins in the piece.
        length_s: How long it is.
    """

    source_s: float
    piece_s: float
    length_s: float

    def overlap_s(self, start_s: float, end_s: float) -> float:
        """How much of a time of the piece lies in it; negative: how far they are apart."""
        return min(self.piece_s + self.length_s, end_s) - max(self.piece_s, start_s)

    def source_of(self, position_s: float) -> float:
        """The recording's time of a time of the piece, no further than the span reaches."""
        return self.source_s + min(max(position_s - self.piece_s, 0.0), self.length_s)


def placed(words: Iterable[Word], spans: tuple[Span, ...], start_s: float = 0.0) -> list[Word]:
    """A piece's words at their times in the meeting.

    A word lies wholly in the span that has most of it, so that none grows over a silence that was cut out.

    Args:
        words: With times of the piece.
        spans: The piece's, at least one.
        start_s: Where the recording's file begins in the meeting.
    """
    found = []
    for word in words:
        span = max(spans, key=lambda one: one.overlap_s(word.start_s, word.end_s))
        found.append(
            replace(
                word,
                start_s=start_s + span.source_of(word.start_s),
                end_s=start_s + span.source_of(word.end_s),
            )
        )
    return found
