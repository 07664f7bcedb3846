"""Which frames of a sound are worth sending, and where one file of them ends. Pure but for its detector."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.speech.local.utterances import FRAME_S, loudness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_WINDOW = 10
_FRAMES_TO_BEGIN = 4
"""So many of the last ten frames have a voice when something is worth hearing: fewer than an utterance needs,
since what is left out here is heard by nobody."""
_KEPT_BEFORE = round(1.0 / FRAME_S)
_KEPT_AFTER = round(1.0 / FRAME_S)
"""Silence that is kept around voices: up to two seconds in a row stay as they are."""
_PAUSE = round(0.3 / FRAME_S)
"""A silence in which a piece may end without hurting a word."""
_SOFT_SHARE = 0.8
"""From this share of its length on a piece ends at the next pause."""
_HELD = 100
"""Frames among which the quietest is sought when there was no pause."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame to send.

    Attributes:
        number: Its number in the sound, from 0.
        pcm: ``FRAME_BYTES`` of PCM16.
    """

    number: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class PieceEnds:
    """The frames before it are one piece; there is at least one."""


@dataclass(frozen=True, slots=True)
class ReadUpTo:
    """Nothing is to be sent just now.

    Attributes:
        number: Frames read so far.
    """

    number: int


def voiced_frames(
    frames: Iterable[bytes], is_voice: Callable[[bytes], bool], longest_s: float
) -> Iterator[Frame | PieceEnds | ReadUpTo]:
    """The frames around voices, in order, in pieces that end in pauses where there are any.

    Long silences are left out: providers are paid by the minute, and Whisper hears words in silence. Holds
    some seconds of sound in memory.

    Args:
        frames: The sound in frames of ``FRAME_BYTES``, from its beginning.
        is_voice: Whether a frame has a voice in it.
        longest_s: Longest piece, at least 5 s.
    """
    piece = _Piece(round(longest_s / FRAME_S))
    for near in _near_voices(frames, is_voice):
        if isinstance(near, ReadUpTo):
            yield near
            continue
        frame, quiet_frames = near
        yield from piece.take(frame, quiet_frames)
    yield from piece.end()


class _Piece:
    """The piece that is being filled; frames near its longest end are held back until its end is known."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._given = 0
        self._held: list[tuple[Frame, int]] = []
        self._leading: deque[Frame] = deque(maxlen=_KEPT_BEFORE)

    def take(self, frame: Frame, quiet_frames: int) -> Iterator[Frame | PieceEnds]:
        """The frame's place: what can be given away now."""
        if quiet_frames and not self._given and not self._held:
            self._leading.append(frame)  # silence alone makes no piece
            return
        while self._leading:
            yield from self._add(self._leading.popleft(), 0)
        yield from self._add(frame, quiet_frames)

    def _add(self, frame: Frame, quiet_frames: int) -> Iterator[Frame | PieceEnds]:
        length = self._given + len(self._held) + 1
        if length <= self._longest - _HELD:
            self._given += 1
            yield frame
        else:
            self._held.append((frame, quiet_frames))
        if quiet_frames >= _PAUSE and length >= self._longest * _SOFT_SHARE:
            yield from self.end()
        elif length >= self._longest:
            # Nobody paused: the quietest frame is where a cut hurts least.
            cut = min(range(len(self._held)), key=lambda index: loudness(self._held[index][0].pcm))
            rest = self._held[cut:]
            del self._held[cut:]
            yield from self.end()
            for held in rest:
                yield from self.take(*held)

    def end(self) -> Iterator[Frame | PieceEnds]:
        """What is left of the piece, and its end."""
        yield from (frame for frame, _ in self._held)
        if self._given or self._held:
            yield PieceEnds()
        self._given, self._held = 0, []


def _near_voices(
    frames: Iterable[bytes], is_voice: Callable[[bytes], bool]
) -> Iterator[tuple[Frame, int] | ReadUpTo]:
    """Each frame near a voice with how many frames before it were without one, itself included."""
    recent: deque[Frame] = deque(maxlen=_KEPT_BEFORE)
    voiced: deque[bool] = deque(maxlen=_WINDOW)
    is_near, quiet_frames, number = False, 0, -1
    for number, pcm in enumerate(frames):
        frame, heard = Frame(number, pcm), is_voice(pcm)
        voiced.append(heard)
        quiet_frames = 0 if heard else quiet_frames + 1
        if is_near:
            yield frame, quiet_frames
            if quiet_frames >= _KEPT_AFTER:
                is_near = False
            continue
        recent.append(frame)
        if sum(voiced) >= _FRAMES_TO_BEGIN:
            for before in recent:
                yield before, 0
            recent.clear()
            is_near = True
        elif number % 100 == 0:
            yield ReadUpTo(number + 1)
    yield ReadUpTo(number + 1)
