"""From updates to what is told of them in each mode, and to what is kept. Pure.

The modes:

- ``raw``: every update, as it comes; the end of an utterance whose words were final already has no words.
- ``word``: each word, once it will not change any more.
- ``sentence``: final words alone, a sentence at a time; where there is no punctuation, an utterance.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from roomtone.session.live.transcription.updates import NO_SEGMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.bot.speaker import Speaker
    from roomtone.session.live.transcription.updates import Update
    from roomtone.speech.transcript import Word

Mode = Literal["raw", "word", "sentence"]
MODES: tuple[Mode, ...] = get_args(Mode)
MOST_UTTERANCES = 256
"""Remembered; what comes late of a forgotten one begins it anew."""
MOST_SEGMENTS = 500
"""Remembered of one utterance; the oldest are forgotten. Some providers hear no pause where people talk over
each other."""
MOST_WORDS = 2000
"""Of an utterance so far, as messages tell it: the last ones."""
MOST_SENTENCE_WORDS = 200
"""Where there is no punctuation and no end a sentence is this long at most."""
_SENTENCE_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f\u061f\u0964]['\")\]\u00bb\u201d\u2019]*$")


@dataclass(frozen=True, slots=True)
class Told:
    """One message.

    Attributes:
        utterance: Names the utterance.
        speaker: Whose words; None: nobody could be named.
        words: What is told with it; may be empty at the end of an utterance.
        n_final_words: How many of them, from the first, will not change any more.
        text: They as they are read.
        transcript: The utterance so far; in ``raw`` with what may still change.
        is_final: Whether what is told will not change any more.
        ends_utterance: Whether the utterance is over.
        is_formatted: Whether punctuation and case are final.
        language: BCP 47; None: not known.
    """

    utterance: str
    speaker: Speaker | None
    words: tuple[Word, ...]
    n_final_words: int
    text: str
    transcript: str
    is_final: bool
    ends_utterance: bool
    is_formatted: bool
    language: str | None


@dataclass(slots=True)
class _Utterance:
    segments: dict[int, Update] = field(default_factory=dict)
    n_told: dict[int, int] = field(default_factory=dict)
    told_words: list[str] = field(default_factory=list)
    speaker: Speaker | None = None
    last: Update | None = None
    is_over: bool = False


class UtteranceBook:
    """Follows every utterance of a meeting in one mode.

    Args:
        mode: What is told.
    """

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._utterances: OrderedDict[str, _Utterance] = OrderedDict()

    def take(self, update: Update) -> list[Told]:
        """What is to be told because of an update."""
        state = self._utterances.setdefault(update.utterance, _Utterance())
        if len(self._utterances) > MOST_UTTERANCES:
            self._utterances.popitem(last=False)
        before = state.segments.get(update.segment)
        if update.words:
            state.segments[update.segment] = update
        elif update.segment != NO_SEGMENT:
            state.segments.pop(update.segment, None)
        _forget_oldest(state)
        state.speaker = update.speaker if update.words else state.speaker or update.speaker
        state.last = update
        was_over, state.is_over = state.is_over, state.is_over or update.ends_utterance
        if self._mode == "raw":
            return self._raw(update, before, state)
        if was_over:
            return []
        told = self._words(update, state) if self._mode == "word" else self._sentences(update, state)
        if update.ends_utterance and not (told and told[-1].ends_utterance) and state.told_words:
            told.append(self._told(update, state, (), ends=True))
        return told

    def close(self, connection: str) -> list[Told]:
        """A connection is over: what was final of its utterances is told; nothing of them will change."""
        told: list[Told] = []
        for name, state in self._utterances.items():
            if state.is_over or not name.startswith(f"{connection}."):
                continue
            state.is_over = True
            if state.last is None or self._mode == "raw":
                continue
            rest = _taken(state, _waiting(state)) if self._mode == "sentence" else []
            if rest or state.told_words:
                told.append(self._told(state.last, state, rest, ends=True))
        return told

    def _raw(self, update: Update, before: Update | None, state: _Utterance) -> list[Told]:
        if not (update.words or before is not None or (update.ends_utterance and state.segments)):
            return []
        is_same = before is not None and before.is_final and before.words == update.words
        if is_same and not update.ends_utterance:
            return []
        # What was told as final already and is told again to end its utterance is not said twice.
        words, text = ((), "") if is_same else (update.words, update.text)
        told = Told(
            utterance=update.utterance,
            speaker=state.speaker,
            words=words,
            n_final_words=len(words) if update.is_final else update.n_final_words,
            text=text,
            transcript=" ".join(state.segments[n].text for n in sorted(state.segments)),
            is_final=update.is_final,
            ends_utterance=update.ends_utterance,
            is_formatted=update.is_formatted,
            language=update.language,
        )
        return [told]

    def _words(self, update: Update, state: _Utterance) -> list[Told]:
        n_told = state.n_told.get(update.segment, 0)
        n_final = len(update.words) if update.is_final else update.n_final_words
        new = update.words[n_told:n_final]
        state.n_told[update.segment] = max(n_told, n_final)
        return [
            self._told(update, state, [word], ends=update.ends_utterance and word is new[-1]) for word in new
        ]

    def _sentences(self, update: Update, state: _Utterance) -> list[Told]:
        if not update.is_final:
            return []
        told: list[Told] = []
        sentence: list[_Waiting] = []
        waiting = _waiting(state)
        for number, one in enumerate(waiting, start=1):
            sentence.append(one)
            ends = update.ends_utterance and number == len(waiting)
            if ends or one.ends_sentence or len(sentence) >= MOST_SENTENCE_WORDS:
                told.append(self._told(update, state, _taken(state, sentence), ends=ends))
                sentence = []
        return told

    def _told(self, update: Update, state: _Utterance, words: Sequence[Word], *, ends: bool) -> Told:
        text = " ".join(word.shown for word in words)
        state.told_words += [word.shown for word in words]
        del state.told_words[:-MOST_WORDS]
        return Told(
            utterance=update.utterance,
            speaker=state.speaker,
            words=tuple(words),
            n_final_words=len(words),
            text=text,
            transcript=" ".join(state.told_words),
            is_final=True,
            ends_utterance=ends,
            is_formatted=update.is_formatted,
            language=update.language,
        )


def _forget_oldest(state: _Utterance) -> None:
    """Words that wait to be told are fewer than segments: ``MOST_SENTENCE_WORDS`` sees to it."""
    for remembered in (state.segments, state.n_told):
        while len(remembered) > MOST_SEGMENTS:
            del remembered[min(remembered)]


class _Waiting(NamedTuple):
    """A final word that was not told yet."""

    segment: int
    word: Word
    ends_sentence: bool


def _waiting(state: _Utterance) -> list[_Waiting]:
    return [
        _Waiting(number, word, segment.is_formatted and _SENTENCE_END.search(word.shown) is not None)
        for number, segment in sorted(state.segments.items())
        if segment.is_final
        for word in segment.words[state.n_told.get(number, 0) :]
    ]


def _taken(state: _Utterance, waiting: Sequence[_Waiting]) -> list[Word]:
    """The words, which count as told now."""
    for one in waiting:
        state.n_told[one.segment] = state.n_told.get(one.segment, 0) + 1
    return [one.word for one in waiting]
