"""Putting names on words that were heard in a mix, from the meeting's own speaker timeline. Pure.

A provider's diarisation tells voices apart and does not know whose they are (``speaker 0``); the timeline
knows who spoke, and is blurred by some tenths of a second at its edges. Each mends the other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roomtone.speech.transcript import Word

EDGE_S = 0.5
"""How far an edge of the timeline may be off."""
NEAR_S = 2.0
"""A word outside every stretch belongs to the nearest one up to so far away."""
_LEAST_SHARE = 0.7
"""A label that is less surely one voice is no help: the provider took several people for one."""
_CELL_S = 4.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Somebody spoke, as the meeting knows it.

    Attributes:
        speaker_id: The participant's id.
        speaker_name: The participant's name.
        start_s: From.
        end_s: To.
    """

    speaker_id: str
    speaker_name: str
    start_s: float
    end_s: float

    def overlap_s(self, start_s: float, end_s: float) -> float:
        """How long both last at once; negative: how far they are apart."""
        return min(self.end_s, end_s) - max(self.start_s, start_s)


def name_words(words: Sequence[Word], stretches: Sequence[Stretch]) -> list[Word]:
    """The words with the ids and names of whom the timeline has speaking.

    Words may carry a provider's labels as ``speaker_id``, or none. A label whose voice has a name keeps it
    where the timeline is silent or unsure; a label that was never named is kept as the speaker's id. Without
    a timeline the words are given back as they are.
    """
    if not stretches:
        return list(words)
    timeline = _Timeline(stretches)
    voices = _voices(words, timeline)
    return [_named(word, timeline, voices) for word in words]


class _Timeline:
    """Stretches that can be asked for by time."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._cells: defaultdict[int, list[Stretch]] = defaultdict(list)
        self.names: dict[str, str] = {}
        for stretch in stretches:
            self.names[stretch.speaker_id] = stretch.speaker_name
            for cell in range(int(stretch.start_s // _CELL_S), int(stretch.end_s // _CELL_S) + 1):
                self._cells[cell].append(stretch)

    def around(self, start_s: float, end_s: float) -> dict[str, tuple[float, Stretch]]:
        """Who speaks up to ``NEAR_S`` around a time: by id, the seconds shared (or, negative, apart)."""
        found: dict[str, tuple[float, Stretch]] = {}
        shared: defaultdict[str, float] = defaultdict(float)
        first, last = int((start_s - NEAR_S) // _CELL_S), int((end_s + NEAR_S) // _CELL_S)
        seen: set[int] = set()
        for cell in range(first, last + 1):
            for stretch in self._cells.get(cell, ()):
                overlap_s = stretch.overlap_s(start_s, end_s)
                if overlap_s < -NEAR_S or id(stretch) in seen:
                    continue
                seen.add(id(stretch))
                shared[stretch.speaker_id] += max(0.0, overlap_s)
                best = found.get(stretch.speaker_id)
                if best is None or overlap_s > best[0]:
                    found[stretch.speaker_id] = (overlap_s, stretch)
        return {
            speaker_id: (shared[speaker_id] or nearest_s, stretch)
            for speaker_id, (nearest_s, stretch) in found.items()
        }


def _voices(words: Sequence[Word], timeline: _Timeline) -> dict[str, str]:
    """Which speaker's voice a label is: by the words in which that speaker alone was speaking."""
    heard: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for word in words:
        if word.speaker_id is None:
            continue
        speaking = {
            speaker_id: overlap_s
            for speaker_id, (overlap_s, _) in timeline.around(word.start_s, word.end_s).items()
            if overlap_s > 0
        }
        for speaker_id, overlap_s in speaking.items():
            heard[word.speaker_id][speaker_id] += overlap_s / len(speaking) ** 2
    voices = {}
    for label, speakers in heard.items():
        best = max(speakers, key=lambda speaker_id: (speakers[speaker_id], speaker_id))
        if speakers[best] >= _LEAST_SHARE * sum(speakers.values()):
            voices[label] = best
    return voices


def _named(word: Word, timeline: _Timeline, voices: Mapping[str, str]) -> Word:
    near = timeline.around(word.start_s, word.end_s)
    voice = voices.get(word.speaker_id) if word.speaker_id is not None else None
    chosen = _choose(near, voice)
    if chosen is not None:
        return replace(word, speaker_id=chosen.speaker_id, speaker_name=chosen.speaker_name)
    if voice is not None:
        return replace(word, speaker_id=voice, speaker_name=timeline.names[voice])
    return word


def _choose(near: Mapping[str, tuple[float, Stretch]], voice: str | None) -> Stretch | None:
    if voice is not None:
        if voice not in near:
            # The voice is known and its owner is not near: only a speaker who is surely there takes the word.
            sure = [at for at in near.values() if at[0] > 0]
            return max(sure, key=_by_overlap)[1] if sure else None
        if near[voice][0] > -EDGE_S:
            return near[voice][1]
    return max(near.values(), key=_by_overlap)[1] if near else None


def _by_overlap(at: tuple[float, Stretch]) -> tuple[float, float]:
    """More seconds first; of equal ones who began later: who comes in is heard over who trails off."""
    return (round(at[0], 3), at[1].start_s)
