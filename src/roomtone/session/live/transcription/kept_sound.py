"""A voice's sound that a provider has not made final words of yet, so that another connection can. Pure."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.session.live.transcription.unsettled_speech import Stretch, Stretches, speech_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAMPLE_BYTES = 2
_PIECE_S = 0.06
"""A stretch's times are those of the provider: a piece that reaches out of it by so little is in it."""
KEEP_S = 60.0
"""Sound older than this is dropped: words of what was said a minute ago are no live words."""


@dataclass(frozen=True, slots=True)
class KeptPiece:
    """Some sound, or a pause.

    Attributes:
        at_s: Where its first sample lies in the recording.
        pcm: PCM16 little-endian mono; empty: the speaker paused.
        is_quiet: Whether nobody speaks in it.
    """

    at_s: float
    pcm: bytes
    is_quiet: bool = False


class KeptSound:
    """A queue that can be read again from what is not settled yet; bounded by time, the oldest dropped.

    Args:
        sample_rate_hz: The sound's.
        keep_s: How long sound is kept.

    Attributes:
        dropped_s: Sound that was dropped before anybody took it, seconds.
    """

    def __init__(self, sample_rate_hz: int, keep_s: float = KEEP_S) -> None:
        self.dropped_s = 0.0
        self._bytes_per_s = sample_rate_hz * SAMPLE_BYTES
        self._keep_s = keep_s
        self._taken: deque[KeptPiece] = deque()
        self._waiting: deque[KeptPiece] = deque()
        self._overdue = Stretches()
        self._settled_s = -math.inf

    @property
    def is_waiting(self) -> bool:
        """Whether there is something to take."""
        return bool(self._waiting)

    def add(self, piece: KeptPiece) -> None:
        """The newest."""
        self._waiting.append(piece)

    def take(self) -> KeptPiece | None:
        """The oldest that was not taken; it is kept until it is settled."""
        if not self._waiting:
            return None
        piece = self._waiting.popleft()
        self._taken.append(piece)
        return piece

    def settle(self, until_s: float) -> None:
        """Words up to a time of the recording are final: the sound up to there is not needed again."""
        self._settled_s = max(self._settled_s, until_s)
        self._overdue.remove(-math.inf, until_s)
        while self._taken and self._end_s(self._taken[0]) <= until_s:
            self._taken.popleft()

    def forget(self, from_s: float, until_s: float) -> None:
        """No words come of what was taken between two times of the recording."""
        self._overdue.remove(from_s, until_s)
        outside = [
            piece
            for piece in self._taken
            if not piece.pcm or piece.at_s < from_s - _PIECE_S or self._end_s(piece) > until_s + _PIECE_S
        ]
        self._taken = deque(outside)

    def settle_all_taken(self) -> None:
        """Everything that was taken has been recognised."""
        self._overdue.clear()
        self._taken.clear()

    def rewind(self) -> None:
        """What was taken and is not settled is to be taken again; a pause at its beginning is nothing."""
        self._waiting.extendleft(reversed(self._taken))
        self._taken.clear()
        while self._waiting and not self._waiting[0].pcm:
            self._waiting.popleft()

    def expire(self, now_s: float) -> float:
        """Drop what is too old at a time of the recording; the seconds that nobody had taken.

        Of what was taken the times are remembered: its words may yet come.
        """
        oldest_s = now_s - self._keep_s
        while self._taken and self._end_s(self._taken[0]) < oldest_s:
            piece = self._taken.popleft()
            self._overdue.add(piece.at_s, self._end_s(piece), is_quiet=piece.is_quiet)
        dropped_s = 0.0
        while self._waiting and self._end_s(self._waiting[0]) < oldest_s:
            dropped_s += len(self._waiting.popleft().pcm) / self._bytes_per_s
        self.dropped_s += dropped_s
        return dropped_s

    @property
    def has_unsettled_speech(self) -> bool:
        """Whether somebody spoke in what was taken and is not settled, as old as it may be."""
        return speech_s([*self._overdue, *self._times(self._taken)], self._settled_s) > 0

    def drop_overdue(self) -> float:
        """Forget what was taken and became too old; the seconds of speech in it that were not settled."""
        dropped_s = speech_s(self._overdue, self._settled_s)
        self._overdue.clear()
        return dropped_s

    def give_up(self) -> float:
        """Drop everything that may be taken again or waits; the seconds of speech in it."""
        dropped_s = speech_s(self._times([*self._taken, *self._waiting]), self._settled_s)
        self._taken.clear()
        self._waiting.clear()
        return dropped_s

    def _times(self, pieces: Iterable[KeptPiece]) -> Iterator[Stretch]:
        return (Stretch(piece.at_s, self._end_s(piece), piece.is_quiet) for piece in pieces)

    def _end_s(self, piece: KeptPiece) -> float:
        return piece.at_s + len(piece.pcm) / self._bytes_per_s
