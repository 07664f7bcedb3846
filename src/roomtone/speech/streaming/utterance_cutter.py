"""Where utterances begin and end, told while they are spoken. Pure but for the detector it is given."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roomtone.speech.local.utterances import FRAME_BYTES, FRAME_S, LONGEST_S

if TYPE_CHECKING:
    from collections.abc import Callable

_WINDOW = 10
_FRAMES_TO_BEGIN = 5
"""So many of the last ten frames have a voice when somebody begins: 150 ms."""
_FRAMES_TO_END = 20
"""600 ms without a voice end an utterance, as they do in recordings."""
_KEPT_BEFORE = 14
_CUT_FRAMES = 3
"""So many frames without a voice cut an utterance that has become long."""
_LONG_S = LONGEST_S / 2
"""From here on the next short pause ends it: the longer it is, the later its final words come."""


@dataclass(slots=True)
class SpokenUtterance:
    """An utterance that goes on, or is over.

    Attributes:
        start_s: Where its first sample lies, seconds of the sound.
        pcm: What was not taken yet, PCM16 mono at 16,000 Hz.
        n_bytes: Its length so far, with what was taken.
        is_over: Whether no more of it comes.
    """

    start_s: float
    pcm: bytearray = field(default_factory=bytearray)
    n_bytes: int = 0
    is_over: bool = False

    def add(self, frame: bytes) -> None:
        """It goes on."""
        self.pcm += frame
        self.n_bytes += len(frame)

    def take(self, most_bytes: int) -> bytes:
        """The oldest of it that was not taken, at most so much."""
        taken = bytes(self.pcm[:most_bytes])
        del self.pcm[:most_bytes]
        return taken


class UtteranceCutter:
    """Cuts one voice, as its sound comes.

    Args:
        is_voice: Whether a frame of ``FRAME_BYTES`` has a voice in it.

    Attributes:
        current: The utterance that goes on; None: silence.
    """

    def __init__(self, is_voice: Callable[[bytes], bool]) -> None:
        self.current: SpokenUtterance | None = None
        self._is_voice = is_voice
        self._rest = bytearray()
        self._recent: deque[bytes] = deque(maxlen=_KEPT_BEFORE)
        self._voiced: deque[bool] = deque(maxlen=_WINDOW)
        self._silent_frames = 0
        self._n_frames = 0

    def hear(self, pcm: bytes) -> list[SpokenUtterance]:
        """Take sound; gives the utterances that began with it. They grow, and become over, by themselves."""
        self._rest += pcm
        begun = []
        while len(self._rest) >= FRAME_BYTES:
            frame = bytes(self._rest[:FRAME_BYTES])
            del self._rest[:FRAME_BYTES]
            if (utterance := self._frame(frame)) is not None:
                begun.append(utterance)
        return begun

    def pause(self) -> None:
        """Nothing follows for now: what goes on is over. Less than a frame of sound waits for the next."""
        if self.current is not None:
            self.current.is_over = True
            self.current = None
        self._voiced.clear()
        self._recent.clear()

    def _frame(self, frame: bytes) -> SpokenUtterance | None:
        heard = self._is_voice(frame)
        self._n_frames += 1
        if self.current is not None:
            self._go_on(self.current, frame, heard)
            return None
        self._recent.append(frame)
        self._voiced.append(heard)
        if sum(self._voiced) < _FRAMES_TO_BEGIN:
            return None
        self.current = SpokenUtterance((self._n_frames - len(self._recent)) * FRAME_S)
        for early in self._recent:
            self.current.add(early)
        self._recent.clear()
        self._silent_frames = 0
        return self.current

    def _go_on(self, utterance: SpokenUtterance, frame: bytes, heard: bool) -> None:
        utterance.add(frame)
        self._silent_frames = 0 if heard else self._silent_frames + 1
        length_s = utterance.n_bytes / FRAME_BYTES * FRAME_S
        least = _CUT_FRAMES if length_s >= _LONG_S else _FRAMES_TO_END
        if self._silent_frames >= least or length_s >= LONGEST_S:
            utterance.is_over = True
            self.current = None
            self._voiced.clear()
            self._recent.clear()
