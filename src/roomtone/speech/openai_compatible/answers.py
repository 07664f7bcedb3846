"""Reading what servers that speak OpenAI's API answer; they differ in what they leave out. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.joining import Reading
from roomtone.speech.cloud.json_answers import array, mapping, number, share, text
from roomtone.speech.errors import UnreadableAnswer
from roomtone.speech.openai_compatible.languages import language_of
from roomtone.speech.spreading import bare, spread
from roomtone.speech.transcript import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOOK_AHEAD = 4
"""So many words of the text are searched for the written form of a heard one."""
_NO_SECONDS = 1e7
"""Nobody talks for months."""
_CONTROL_TOKEN = re.compile(r"\s*(?:\[_[A-Z]+_?\d*_?\]|<\|[^|]*\|>)\s*")
"""What whisper.cpp has among its words."""


class NoTimes(UnreadableAnswer):
    """The answer has words and no times: utterances have to be asked for one by one."""


def read(answer: Any, voice_s: tuple[float, float], *, is_utterance: bool = True) -> Reading:
    """The words of an answer.

    Words without times of their own are spread over their segment, or where there is none over the time in
    which somebody speaks.

    Args:
        answer: Its JSON.
        voice_s: From when to when somebody speaks in what was sent.
        is_utterance: Whether that was one utterance, of which a text alone is enough.

    Raises:
        NoTimes: If there are words, without times, of more than an utterance.
        UnreadableAnswer: If it makes no sense.
    """
    found = mapping(answer, "answer")
    language = language_of(found.get("language")) or _first_language(found)
    segments = array(found.get("segments"), "segments")
    heard = array(found.get("words"), "words")
    written = text(found.get("text") or "", "text").strip()
    if heard:
        return Reading(_written_as(_timed(heard), written.split()), language)
    if segments:
        unit_s = _unit_s(segments)
        return Reading([word for segment in segments for word in _of_segment(segment, unit_s)], language)
    if written and not is_utterance:
        raise NoTimes("the provider's answer has no times")
    return Reading(list(spread(written, *voice_s)), language)


def _unit_s(segments: Sequence[Any]) -> float:
    """What the times of segments are counted in, seconds: LocalAI's are nanoseconds."""
    ends = [number(mapping(told, "segment").get("end") or 0, "end of a segment") for told in segments]
    return 1e-9 if max(ends) >= _NO_SECONDS else 1.0


def _of_segment(told: Any, unit_s: float) -> list[Word]:
    segment = mapping(told, "segment")
    written = text(segment.get("text") or "", "text")
    label = segment.get("speaker")
    label = label if isinstance(label, str) and label else None
    heard = array(segment.get("words"), "words")
    if heard:
        words = _written_as(_timed(_glued(heard)), written.split())
        return [replace(word, speaker_id=label) for word in words]
    start_s = number(segment.get("start"), "start of a segment") * unit_s
    end_s = number(segment.get("end"), "end of a segment") * unit_s
    return list(spread(written, start_s, end_s, speaker_id=label))


def _glued(heard: Sequence[Any]) -> list[Any]:
    """Words of what may be parts of words: where words begin with a space, what does not goes on."""
    told = [mapping(word, "word") for word in heard]
    if not any(str(word.get("word", "")).startswith(" ") for word in told):
        return list(told)
    words: list[dict[str, Any]] = []
    for part in told:
        shown = text(part.get("word"), "word")
        if _CONTROL_TOKEN.fullmatch(shown):
            continue
        if words and not shown.startswith(" "):
            words[-1] = {**words[-1], "word": words[-1]["word"] + shown, "end": part.get("end")}
        else:
            words.append(part)
    return words


def _timed(heard: Sequence[Any]) -> list[Word]:
    """The words with their times; one that was not aligned stands where the one before it ended."""
    words: list[Word] = []
    for told in heard:
        word = mapping(told, "word")
        shown = text(word.get("word", word.get("text")), "word").strip()
        if not shown or _CONTROL_TOKEN.fullmatch(shown):
            continue
        before_s = words[-1].end_s if words else 0.0
        start_s = before_s if word.get("start") is None else number(word["start"], "start of a word")
        end_s = start_s if word.get("end") is None else number(word["end"], "end of a word")
        sure = next((word[name] for name in ("probability", "confidence", "score") if name in word), None)
        words.append(Word(bare(shown), start_s, max(start_s, end_s), shown, share(sure)))
    return words


def _written_as(words: Sequence[Word], written: Sequence[str]) -> list[Word]:
    """The words as they are written in the text, where they are bare: OpenAI's come without punctuation."""
    found, place = [], 0
    for word in words:
        near = range(place, min(place + _LOOK_AHEAD, len(written)))
        at = next((index for index in near if bare(written[index]) == word.text), None)
        if at is None:
            found.append(word)
            continue
        place = at + 1
        found.append(replace(word, punctuated=written[at]))
    return found


def _first_language(found: dict[str, Any]) -> str | None:
    """The first of ``languages``, as ``gpt-transcribe`` has them."""
    languages = found.get("languages")
    first = languages[0] if isinstance(languages, list) and languages else None
    return language_of(first.get("code")) if isinstance(first, dict) else None
