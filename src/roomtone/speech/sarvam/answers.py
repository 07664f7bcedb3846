"""Reading what Sarvam answers about a recording. Pure.

``{"transcript", "language_code", "timestamps"?: {"words": [], "start_time_seconds": [], "end_time_seconds":
[]}, "diarized_transcript"?: {"entries": [{"transcript", "start_time_seconds", "end_time_seconds",
"speaker_id"}]}}``, where ``words`` are sentences or phrases and not words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.joining import Reading
from roomtone.speech.cloud.json_answers import array, mapping, number, text
from roomtone.speech.errors import UnreadableAnswer
from roomtone.speech.sarvam import wire
from roomtone.speech.spreading import spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.speech.transcript import Word


def read(answer: Any, voice_s: tuple[float, float]) -> Reading:
    """The words of an answer, spread over the times of their phrases.

    Args:
        answer: Its JSON.
        voice_s: From when to when somebody speaks: the time of a short text that has none.

    Raises:
        UnreadableAnswer: If it makes no sense, or has no times for more than half a minute.
    """
    found = mapping(answer, "answer")
    language = wire.language_told(found.get("language_code"))
    entries = array(
        mapping(found.get("diarized_transcript") or {}, "diarized_transcript").get("entries"), "entries"
    )
    if entries:
        return Reading([word for entry in entries for word in _of_entry(entry)], language)
    phrases = list(_of_timestamps(mapping(found.get("timestamps") or {}, "timestamps")))
    if phrases:
        return Reading(phrases, language)
    written = text(found.get("transcript") or "", "transcript").strip()
    if written and voice_s[1] - voice_s[0] > wire.LONGEST_AT_ONCE_S:
        raise UnreadableAnswer("the provider's answer has no times")
    return Reading(list(spread(written, *voice_s)), language)


def _of_entry(told: Any) -> Iterator[Word]:
    entry = mapping(told, "entry")
    label = entry.get("speaker_id")
    yield from spread(
        text(entry.get("transcript"), "transcript of an entry"),
        number(entry.get("start_time_seconds"), "start of an entry"),
        number(entry.get("end_time_seconds"), "end of an entry"),
        speaker_id=str(label) if isinstance(label, (str, int)) and label != "" else None,
    )


def _of_timestamps(told: dict[str, Any]) -> Iterator[Word]:
    phrases = array(told.get("words"), "words")
    starts = array(told.get("start_time_seconds"), "starts")
    ends = array(told.get("end_time_seconds"), "ends")
    if not len(phrases) == len(starts) == len(ends):
        raise UnreadableAnswer("the provider's answer has no usable timestamps")
    for phrase, start, end in zip(phrases, starts, ends, strict=True):
        yield from spread(text(phrase, "words"), number(start, "start"), number(end, "end"))
