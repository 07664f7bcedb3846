"""From a provider's answers, one a track, to the transcript. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from roomtone.speech.assembly import assemble
from roomtone.speech.naming import name_words
from roomtone.speech.text_cleaning import clean
from roomtone.speech.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.speech.naming import Stretch
    from roomtone.speech.port import Recorded, Track
    from roomtone.speech.transcript import Word

_MOST_MODEL_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says.

    Attributes:
        words: In time order, seconds of their track; ``speaker_id`` is the provider's label, or None.
        language: BCP 47; None: the provider does not say.
        model: What recognised them, as the provider calls it; None: it does not say.
    """

    words: Sequence[Word]
    language: str | None = None
    model: str | None = None


Read = Callable[[Any], Reading]
"""Reads the JSON of an answer; raises ``UnreadableAnswer`` and nothing else."""


def joined(
    recorded: Recorded, answers: Sequence[Any], read: Read, provider: str, model: str = ""
) -> Transcript:
    """The transcript of a recording.

    Args:
        recorded: What was asked about.
        answers: One for each track; None for one without usable sound.
        read: Reads one of them.
        provider: By the API's name; it is the engine, too.
        model: Told when no answer names one.

    Raises:
        UnreadableAnswer: If an answer makes no sense.
    """
    words: list[Word] = []
    languages, models = Counter[str](), Counter[str]()
    for track, answer in zip(recorded.tracks, answers, strict=True):
        if answer is None:
            continue
        reading = read(answer)
        words += placed(reading.words, track, recorded.timeline)
        weight = len(reading.words) or 0.1
        if reading.language:
            languages.update({reading.language: weight})
        if reading.model:
            models.update({reading.model: weight})
    return Transcript(
        turns=assemble(words),
        provider=provider,
        engine=provider,
        model=clean(_most(models) or model)[:_MOST_MODEL_CHARACTERS],
        language=_most(languages),
        raw=_raw(recorded.tracks, answers),
    )


def placed(words: Sequence[Word], track: Track, timeline: Sequence[Stretch]) -> list[Word]:
    """A track's words at their times in the recording, under the name of whose track it is.

    Those of a mix are named by the timeline; their labels tell its voices apart, no other track's.
    """
    speaker = track.speaker
    moved = [
        replace(word, start_s=track.start_s + word.start_s, end_s=track.start_s + word.end_s)
        for word in words
    ]
    if speaker is None:
        return name_words(moved, timeline)
    return [replace(word, speaker_id=speaker.speaker_id, speaker_name=speaker.speaker_name) for word in moved]


def _raw(tracks: Sequence[Track], answers: Sequence[Any]) -> Any:
    """The answer to a mix; of several tracks, or somebody's own, a list that says whose each is."""
    if len(tracks) == 1 and tracks[0].speaker is None:
        return answers[0]
    return [
        {
            "speaker_id": track.speaker.speaker_id if track.speaker else None,
            "speaker_name": track.speaker.speaker_name if track.speaker else None,
            "start_s": track.start_s,
            "answer": answer,
        }
        for track, answer in zip(tracks, answers, strict=True)
    ]


def _most(counted: Counter[str]) -> str | None:
    return counted.most_common(1)[0][0] if counted else None
