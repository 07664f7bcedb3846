"""A voice's sound that a provider has not made final words of yet, so that another connection can. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

SAMPLE_BYTES = 2
KEEP_S = 60.0
"""Sound older than this is dropped: words of what was said a minute ago are no live words."""


@dataclass(frozen=True, slots=True)
class KeptPiece:
    """Some sound, or a pause.

    Attributes:
        at_s: Where its first sample lies in the recording.
        pcm: PCM16 little-endian mono; empty: the speaker paused.
    """

    at_s: float
    pcm: bytes


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
        while self._taken and self._end_s(self._taken[0]) <= until_s:
            self._taken.popleft()

    def settle_all_taken(self) -> None:
        """Everything that was taken has been recognised."""
        self._taken.clear()

    def rewind(self) -> None:
        """What was taken and is not settled is to be taken again; a pause at its beginning is nothing."""
        self._waiting.extendleft(reversed(self._taken))
        self._taken.clear()
        while self._waiting and not self._waiting[0].pcm:
            self._waiting.popleft()

    def expire(self, now_s: float) -> float:
        """Drop what is too old at a time of the recording; the seconds that nobody had taken."""
        oldest_s = now_s - self._keep_s
        while self._taken and self._end_s(self._taken[0]) < oldest_s:
            self._taken.popleft()
        dropped_s = 0.0
        while self._waiting and self._end_s(self._waiting[0]) < oldest_s:
            dropped_s += len(self._waiting.popleft().pcm) / self._bytes_per_s
        self.dropped_s += dropped_s
        return dropped_s

    def drop_waiting(self) -> float:
        """Give up what nobody took; its seconds."""
        dropped_s = sum(len(piece.pcm) for piece in self._waiting) / self._bytes_per_s
        self._waiting.clear()
        self.dropped_s += dropped_s
        return dropped_s

    def _end_s(self, piece: KeptPiece) -> float:
        return piece.at_s + len(piece.pcm) / self._bytes_per_s
