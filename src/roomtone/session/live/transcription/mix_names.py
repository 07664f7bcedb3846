"""Names for words that were heard in a mix of everybody, from who was said to speak when. Pure.

The mix is heard whole: cut into voices at the moments at which the meeting names another speaker, which are
some tenths of a second off, words would be cut in two and heard by neither stream. So words are recognised
first and named afterwards.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from roomtone.bot.speaker import NO_SPEAKER, SAMPLE_RATE_HZ, Speaker
from roomtone.session.capture.model import SILENCE
from roomtone.session.live.transcription.speech_gate import TICK_S
from roomtone.session.live.transcription.updates import NO_SEGMENT, Update
from roomtone.speech.naming import Stretch, name_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.session.capture.model import Samples
    from roomtone.speech.transcript import Word

_MOST_STRETCHES = 400
_AROUND_S = 5.0
_MOST_UTTERANCES = 32
_MOST_SEGMENTS = 500
"""Remembered of one utterance; what comes late of a forgotten one is named anew."""


class SpokenStretches:
    """Who was said to speak when, from the ticks of a mix."""

    def __init__(self) -> None:
        self._stretches: deque[Stretch] = deque(maxlen=_MOST_STRETCHES)

    def hear(self, position: int, voices: Mapping[Speaker, Samples]) -> None:
        """Learn from the next tick."""
        at_s = position / SAMPLE_RATE_HZ
        for speaker, samples in voices.items():
            if samples is SILENCE or speaker.speaker_id == NO_SPEAKER.speaker_id:
                continue
            last = self._stretches[-1] if self._stretches else None
            if last is not None and last.speaker_id == speaker.speaker_id and at_s - last.end_s < TICK_S:
                start_s = self._stretches.pop().start_s
            else:
                start_s = at_s
            end_s = at_s + TICK_S
            self._stretches.append(Stretch(speaker.speaker_id, speaker.speaker_name, start_s, end_s))

    def around(self, words: tuple[Word, ...]) -> list[Stretch]:
        """Those that may name these words."""
        if not words:
            return []
        start_s, end_s = words[0].start_s - _AROUND_S, words[-1].end_s + _AROUND_S
        return [one for one in self._stretches if one.end_s >= start_s and one.start_s <= end_s]


@dataclass(slots=True)
class _Utterance:
    """What was final of an utterance of the mix.

    Attributes:
        last: Whose its last words were, and the number of their run.
        settled: By segment, ``last`` before it.
        named: By segment, its words with their names.
    """

    last: tuple[str | None, int] | None = None
    settled: dict[int, tuple[str | None, int] | None] = field(default_factory=dict)
    named: dict[int, list[Word]] = field(default_factory=dict)


class MixNames:
    """Splits the updates of a mix where the speaker changes; an utterance of a mix becomes one a speaker."""

    def __init__(self) -> None:
        self._spoken = SpokenStretches()
        self._utterances: dict[str, _Utterance] = {}

    def hear(self, position: int, voices: Mapping[Speaker, Samples]) -> None:
        """Learn from the next tick who is said to speak."""
        self._spoken.hear(position, voices)

    def named(self, update: Update) -> list[Update]:
        """The update as those of single speakers."""
        state = self._state(update.utterance)
        before = state.settled.get(update.segment, state.last)
        runs = _runs(self._named_words(update, state.named.get(update.segment)))
        if not runs:
            number = before[1] if before is not None else 0
            return [replace(update, utterance=f"{update.utterance}.{number}")]
        updates: list[Update] = []
        first = 0
        if before is not None:
            first = before[1]
            if before[0] != runs[0][0].speaker_id:
                if update.is_final:
                    updates.append(_over(update, first))
                first += 1
        n_before = 0
        for number, run in enumerate(runs, start=first):
            is_last = run is runs[-1]
            whole = len(runs) == 1
            updates.append(
                replace(
                    update,
                    utterance=f"{update.utterance}.{number}",
                    speaker=_speaker(run[0]),
                    words=tuple(run),
                    text=update.text if whole else " ".join(word.shown for word in run),
                    ends_utterance=update.ends_utterance if is_last else update.is_final,
                    n_final_words=min(len(run), max(0, update.n_final_words - n_before)),
                )
            )
            n_before += len(run)
        if update.is_final:
            state.settled[update.segment] = before
            state.named[update.segment] = [word for run in runs for word in run]
            state.last = (runs[-1][0].speaker_id, first + len(runs) - 1)
            _forget_oldest(state)
        return updates

    def _named_words(self, update: Update, told: list[Word] | None) -> list[Word]:
        if told is not None and len(told) == len(update.words):
            # Final before, and told again with punctuation or with the end: whose words they are stays.
            return [
                replace(word, speaker_id=known.speaker_id, speaker_name=known.speaker_name)
                for word, known in zip(update.words, told, strict=True)
            ]
        # A provider's own labels of voices are of one connection and of no use for so few words.
        words = [replace(word, speaker_id=None, speaker_name=None) for word in update.words]
        return name_words(words, self._spoken.around(update.words))

    def _state(self, utterance: str) -> _Utterance:
        state = self._utterances.setdefault(utterance, _Utterance())
        if len(self._utterances) > _MOST_UTTERANCES:
            del self._utterances[next(iter(self._utterances))]
        return state


def _forget_oldest(state: _Utterance) -> None:
    while len(state.named) > _MOST_SEGMENTS:
        oldest = min(state.named)
        del state.named[oldest], state.settled[oldest]


def _runs(words: list[Word]) -> list[list[Word]]:
    runs: list[list[Word]] = []
    for word in words:
        if not runs or runs[-1][0].speaker_id != word.speaker_id:
            runs.append([])
        runs[-1].append(word)
    return runs


def _speaker(word: Word) -> Speaker | None:
    if word.speaker_id is None:
        return None
    return Speaker(word.speaker_id, word.speaker_name or word.speaker_id)


def _over(update: Update, number: int) -> Update:
    """The run before is over: somebody else speaks."""
    return replace(
        update,
        utterance=f"{update.utterance}.{number}",
        segment=NO_SEGMENT,
        speaker=None,
        words=(),
        text="",
        ends_utterance=True,
        n_final_words=0,
    )
