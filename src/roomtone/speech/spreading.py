"""Words of a text whose times are known only as a whole: spread over its span by their letters. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from roomtone.speech.transcript import Word

if TYPE_CHECKING:
    from collections.abc import Iterator

_BARE = re.compile(r"^\W+|\W+$")


def bare(shown: str) -> str:
    """A word as it is read (``Hello,``) without its punctuation, in small letters (``hello``)."""
    return _BARE.sub("", shown).lower() or shown


def spread(
    text: str,
    start_s: float,
    end_s: float,
    *,
    confidence: float | None = None,
    speaker_id: str | None = None,
    speaker_name: str | None = None,
) -> Iterator[Word]:
    """The text's words, the time from ``start_s`` to ``end_s`` divided among them by their letters.

    They follow each other without a pause; the last one ends at ``end_s``. An end before the start is taken
    as the start.
    """
    shown = text.split()
    total = sum(len(word) + 1 for word in shown)
    span_s = max(0.0, end_s - start_s)
    position = 0
    for word in shown:
        begin_s = start_s + span_s * position / total
        position += len(word) + 1
        yield Word(
            text=bare(word),
            start_s=begin_s,
            end_s=start_s + span_s * position / total,
            punctuated=word,
            confidence=confidence,
            speaker_id=speaker_id,
            speaker_name=speaker_name,
        )
