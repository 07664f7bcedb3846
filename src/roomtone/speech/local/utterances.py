"""Cutting sound into utterances: stretches with a voice in them. Pure but for the detector it is given."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SAMPLE_RATE_HZ = 16_000
FRAME_S = 0.03
FRAME_BYTES = int(SAMPLE_RATE_HZ * FRAME_S) * 2
"""One frame: 30 ms of PCM16 mono, 960 bytes."""
_BYTES_PER_S = SAMPLE_RATE_HZ * 2

_WINDOW = 10
_FRAMES_TO_BEGIN = 6
"""So many of the last ten frames have a voice when somebody begins: 180 ms, more than a click."""
_FRAMES_TO_END = 20
"""So many frames without a voice end an utterance: 600 ms, longer than the pauses between words."""
_KEPT_BEFORE = 14
"""Frames kept before the voice was noticed: soft beginnings of words, and silence for the recogniser."""
_KEPT_AFTER = 10
LONGEST_S = 20.0
"""Longer speech is cut, at its quietest frame, so that recognising it stays quick and small."""
_CUT_SEARCH_FRAMES = 100


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of sound with a voice in it.

    Attributes:
        start_s: Where its first sample lies, seconds from the beginning of the sound.
        pcm: PCM16 little-endian mono at 16,000 Hz.
    """

    start_s: float
    pcm: bytes

    @property
    def end_s(self) -> float:
        """Where its last sample lies."""
        return self.start_s + len(self.pcm) / _BYTES_PER_S


def utterances(frames: Iterable[bytes], is_voice: Callable[[bytes], bool]) -> Iterator[Utterance | float]:
    """The utterances in a sound; between them, now and then, how far it was read (seconds).

    Holds at most one utterance in memory, which is at most ``LONGEST_S`` long.

    Args:
        frames: The sound in frames of ``FRAME_BYTES``, from its beginning.
        is_voice: Whether a frame has a voice in it.
    """
    recent: deque[bytes] = deque(maxlen=_KEPT_BEFORE)
    voiced: deque[bool] = deque(maxlen=_WINDOW)
    spoken: list[bytes] = []
    silent_frames = 0
    count = 0
    for count, frame in enumerate(frames, start=1):
        heard = is_voice(frame)
        if not spoken:
            recent.append(frame)
            voiced.append(heard)
            if sum(voiced) >= _FRAMES_TO_BEGIN:
                spoken, silent_frames = list(recent), 0
            elif count % 100 == 0:
                yield count * FRAME_S
            continue
        spoken.append(frame)
        silent_frames = 0 if heard else silent_frames + 1
        if silent_frames >= _FRAMES_TO_END:
            rest = _FRAMES_TO_END - _KEPT_AFTER
            yield _utterance(spoken[:-rest], count - len(spoken))
            recent.clear()
            recent.extend(spoken[-rest:])
            voiced.clear()
            spoken = []
        elif len(spoken) * FRAME_S >= LONGEST_S:
            cut = _quietest(spoken)
            yield _utterance(spoken[:cut], count - len(spoken))
            spoken = spoken[cut:]
    if spoken:
        yield _utterance(spoken, count - len(spoken))
    yield count * FRAME_S


def _utterance(frames: list[bytes], first: int) -> Utterance:
    return Utterance(first * FRAME_S, b"".join(frames))


def _quietest(frames: list[bytes]) -> int:
    """The frame among the last ones at which a cut hurts least."""
    first = len(frames) - _CUT_SEARCH_FRAMES
    return min(range(first, len(frames)), key=lambda index: loudness(frames[index]))


def loudness(frame: bytes) -> int:
    """How loud a frame of PCM16 is: the sum of what its samples are away from silence."""
    samples = memoryview(frame).cast("h")
    return sum(abs(sample) for sample in samples)
