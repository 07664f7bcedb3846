"""Turns cut into cues that fit on a screen; what the subtitle formats share. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from roomtone.speech.transcript import Turn, Word

LONGEST_CUE_S = 6.0
LONGEST_CUE_CHARACTERS = 84
"""Two lines of 42 characters, the usual bound for subtitles."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Some words of one speaker, shown together.

    Attributes:
        start_ms: From, milliseconds.
        end_ms: To, milliseconds; after ``start_ms``.
        speaker: The name to show.
        text: One line.
    """

    start_ms: int
    end_ms: int
    speaker: str
    text: str


def cues_of(turns: Iterable[Turn]) -> list[Cue]:
    """The cues in the order in which they begin; those of people who talk at once overlap."""
    cues = [_cue(turn, part) for turn in turns for part in _parts(turn.words)]
    return sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))


def clock(milliseconds: int, separator: str) -> str:
    """``01:02:03.004``, with the format's separator before the milliseconds; hours may exceed 99."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{separator}{rest:03}"


def _parts(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    begin, characters = 0, 0
    for index, word in enumerate(words):
        characters += len(word.shown) + 1
        too_long = (
            characters - 1 > LONGEST_CUE_CHARACTERS or word.end_s - words[begin].start_s > LONGEST_CUE_S
        )
        if too_long and index > begin:
            yield words[begin:index]
            begin, characters = index, len(word.shown) + 1
    yield words[begin:]


def _cue(turn: Turn, words: Sequence[Word]) -> Cue:
    start_ms = round(words[0].start_s * 1000)
    end_ms = max(start_ms + 1, round(max(word.end_s for word in words) * 1000))
    return Cue(start_ms, end_ms, turn.speaker, " ".join(word.shown for word in words))
