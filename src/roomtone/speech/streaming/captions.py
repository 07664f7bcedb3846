"""The platform's own captions as pieces of running speech: versions in, pieces out. Pure."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from roomtone.speech.captions import Caption, words_of
from roomtone.speech.streaming.port import Piece
from roomtone.speech.text_cleaning import clean

NAME = "meeting_captions_streaming"
SETTLED_S = 5.0
"""A caption that has not changed for so long is final; few platforms say so themselves."""
MOST_OPEN = 100
MOST_CLOSED = 500
"""Captions that are final and may still come again, as some clients show old ones once more."""
_CHARACTERS_PER_S = 15.0
_SHORTEST_S = 0.2


@dataclass(frozen=True, slots=True)
class HeardCaption:
    """A caption as it is now.

    Attributes:
        caption_id: Stays while it changes.
        participant_id: Who speaks; empty: it is not said.
        text: All its words so far.
        is_final: Whether the platform says that it will not change any more.
        at_s: When this version came, seconds of the recording.
        language: BCP 47, if it is said.
    """

    caption_id: str
    participant_id: str
    text: str
    is_final: bool
    at_s: float
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SpokenPiece:
    """A piece, and whose it is; empty: nobody said."""

    participant_id: str
    piece: Piece


@dataclass(slots=True)
class _Open:
    heard: HeardCaption
    number: int
    began_s: float


class CaptionPieces:
    """Each caption is a segment and an utterance; it ends when it is final.

    It is when the platform says so, when its speaker's next one begins, or after ``SETTLED_S``. The times of
    its words are estimates, as in transcripts of captions.
    """

    def __init__(self) -> None:
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._closed: OrderedDict[str, str] = OrderedDict()
        self._n_captions = 0

    def take(self, heard: HeardCaption) -> list[SpokenPiece]:
        """What is to be told because of a version."""
        heard = replace(heard, text=clean(heard.text))
        if heard.caption_id in self._closed or not heard.text:
            return []
        known = self._open.get(heard.caption_id)
        spoken: list[SpokenPiece] = []
        if known is None:
            done = [o for o in self._open.values() if o.heard.participant_id == heard.participant_id]
            if not done and len(self._open) >= MOST_OPEN:
                done = [next(iter(self._open.values()))]
            spoken += [self._close(one) for one in done]
            known = self._open[heard.caption_id] = _Open(heard, self._n_captions, heard.at_s)
            self._n_captions += 1
        elif known.heard.text == heard.text and not heard.is_final:
            return []
        known.heard = heard
        return [*spoken, self._close(known) if heard.is_final else _piece(known, is_final=False)]

    def settled(self, now_s: float) -> list[SpokenPiece]:
        """What has not changed for so long that it is final."""
        return [self._close(o) for o in list(self._open.values()) if now_s - o.heard.at_s >= SETTLED_S]

    def rest(self) -> list[SpokenPiece]:
        """What is open, once no more comes."""
        return [self._close(one) for one in list(self._open.values())]

    def _close(self, known: _Open) -> SpokenPiece:
        del self._open[known.heard.caption_id]
        self._closed[known.heard.caption_id] = known.heard.text
        if len(self._closed) > MOST_CLOSED:
            self._closed.popitem(last=False)
        return _piece(known, is_final=True)


def _piece(known: _Open, *, is_final: bool) -> SpokenPiece:
    heard = known.heard
    usual_s = known.began_s + (len(heard.text) + 1) / _CHARACTERS_PER_S
    # Its last words were said before they were seen.
    end_s = max(known.began_s + _SHORTEST_S, min(usual_s, heard.at_s))
    words = words_of(Caption(known.began_s, end_s, heard.participant_id, heard.text), {})
    piece = Piece(
        segment=known.number,
        utterance=known.number,
        words=tuple(words),
        text=heard.text,
        is_final=is_final,
        ends_utterance=is_final,
        is_formatted=True,
        n_final_words=len(words) if is_final else 0,
        language=heard.language,
    )
    return SpokenPiece(heard.participant_id, piece)
