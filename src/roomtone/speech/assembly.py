"""From words to turns. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from roomtone.speech.text_cleaning import clean
from roomtone.speech.transcript import Turn, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAUSE_S = 2.0
"""A longer pause of one speaker begins another turn."""
ANSWER_GAP_S = 0.2
"""Somebody else's word in a pause at least so long begins another turn; within running speech it overlaps."""


def assemble(words: Iterable[Word]) -> tuple[Turn, ...]:
    """Turns in the order in which they begin.

    Words of one speaker stay one turn until a pause, or until somebody else speaks in a gap between two of
    them. Who talks over somebody gets a turn of their own that overlaps; no word is dropped but those without
    a visible character or without a time.
    """
    by_speaker: defaultdict[str | None, list[Word]] = defaultdict(list)
    for word in words:
        tidy = _tidy(word)
        if tidy is not None:
            by_speaker[tidy.speaker_id].append(tidy)
    middles = sorted((w.start_s + w.end_s) / 2 for spoken in by_speaker.values() for w in spoken)
    turns = [
        Turn(speaker_id, _name_in(part), tuple(part))
        for speaker_id, spoken in by_speaker.items()
        for part in _parts(sorted(spoken, key=lambda w: (w.start_s, w.end_s)), middles)
    ]
    return tuple(sorted(turns, key=lambda t: (t.start_s, t.end_s, t.speaker_id or "")))


def _parts(words: Sequence[Word], middles: Sequence[float]) -> Iterable[list[Word]]:
    part: list[Word] = []
    end_s = -math.inf
    for word in words:
        if part and _is_cut(end_s, word.start_s, middles):
            yield part
            part = []
        part.append(word)
        end_s = max(end_s, word.end_s)
    if part:
        yield part


def _is_cut(end_s: float, next_start_s: float, middles: Sequence[float]) -> bool:
    gap_s = next_start_s - end_s
    if gap_s > PAUSE_S:
        return True
    # One's own words have no middle in one's own gap, so whatever has is somebody else's.
    return gap_s >= ANSWER_GAP_S and bisect_right(middles, end_s) < bisect_left(middles, next_start_s)


def _tidy(word: Word) -> Word | None:
    shown = clean(word.shown)
    if not shown or not math.isfinite(word.start_s) or not math.isfinite(word.end_s):
        return None
    start_s = max(0.0, word.start_s)
    return replace(
        word,
        text=clean(word.text) or shown,
        punctuated=shown,
        start_s=start_s,
        end_s=max(start_s, word.end_s),
        speaker_name=clean(word.speaker_name) if word.speaker_name else None,
    )


def _name_in(words: Sequence[Word]) -> str | None:
    """The last name that the speaker went by: people are renamed in a meeting."""
    return next((word.speaker_name for word in reversed(words) if word.speaker_name), None)
