"""What the bot is still to say, and when each piece of it is due. Pure: sound and times in, pieces out."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from roomtone.session.platforms.errors import NotPossible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.session.capture.model import Samples

MOST_WAITING_S = 30.0
"""So much sound may wait to be said; more is refused."""
LEAD_S = 0.16
"""The page is given sound so long before it is to be heard: less stutters on a busy machine, more makes an
interruption late where the page does not answer."""


class VoiceFull(NotPossible):
    """There is no room for more sound: what waits has to be said first."""

    def __init__(self, waiting_s: float) -> None:
        super().__init__(
            f"{waiting_s:.1f} s of sound wait to be said already, and at most {MOST_WAITING_S:g} s may; "
            "send the rest later, or interrupt the bot first"
        )


@dataclass(frozen=True, slots=True)
class VoicePiece:
    """A piece of the bot's voice on its way to the page.

    Attributes:
        turn: Counts how often the bot began to speak anew.
        position: Samples of the turn before this piece.
        samples: 960, or fewer at the end of what was to be said.
    """

    turn: int
    position: int
    samples: Samples


class VoiceQueue:
    """Sound that waits, and the pace at which it leaves. Times are seconds of one clock that never goes back.

    Attributes:
        turn: Of the pieces to come; another one after each `clear`.
        ends_s: When the last piece that was given out will have been heard; minus infinity before the first.
    """

    def __init__(self) -> None:
        self.turn = 1
        self.ends_s = float("-inf")
        self._waiting: deque[Samples] = deque()
        self._n_waiting = 0
        self._begun = 0
        self._position = 0

    @property
    def waiting_s(self) -> float:
        """How much sound waits, in seconds."""
        return self._n_waiting / SAMPLE_RATE_HZ

    def put(self, samples: Samples) -> None:
        """Add sound after what waits already; raises `VoiceFull` and takes nothing when that is too much."""
        if self._n_waiting + len(samples) > MOST_WAITING_S * SAMPLE_RATE_HZ:
            raise VoiceFull(self.waiting_s)
        if len(samples):
            self._waiting.append(samples)
            self._n_waiting += len(samples)

    def due(self, now_s: float) -> Iterator[VoicePiece]:
        """The pieces that are to be on their way now, in order."""
        while self._n_waiting and self.ends_s - now_s < LEAD_S:
            samples = self._take()
            piece = VoicePiece(self.turn, self._position, samples)
            self._position += len(samples)
            self.ends_s = max(self.ends_s, now_s) + len(samples) / SAMPLE_RATE_HZ
            yield piece

    def clear(self, now_s: float) -> int:
        """Forget what waits; gives the number of the turn that ends now."""
        ended = self.turn
        self.turn += 1
        self._waiting.clear()
        self._n_waiting = self._begun = self._position = 0
        self.ends_s = min(self.ends_s, now_s)
        return ended

    def _take(self) -> Samples:
        first = self._waiting[0]
        piece = first[self._begun : self._begun + CHUNK_SAMPLES]
        self._begun += len(piece)
        if self._begun >= len(first):
            self._waiting.popleft()
            self._begun = 0
        self._n_waiting -= len(piece)
        return piece
