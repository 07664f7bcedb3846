"""The transcript as the API gives it: an array of segments, and back from it. Pure.

It is also how a transcript is stored, so every other format can be made of what is kept.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from roomtone.speech.transcript import UNKNOWN_SPEAKER, Transcript, Turn, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DIGITS = 3
_LAST = datetime.max.replace(tzinfo=UTC)


def segments_of(turns: Sequence[Turn], started_at: datetime) -> list[dict[str, Any]]:
    """The turns as JSON objects.

    Each has ``speaker`` (the name), ``speaker_id`` (the participant's; null for nobody), ``transcript``,
    ``start_time`` and ``end_time`` in seconds since the recording began, the same as instants in
    ``absolute_start_time`` and ``absolute_end_time`` (ISO 8601, UTC), and ``words``. A word's ``speaker``
    counts speakers from 0 in the order in which they first spoke; ``confidence`` is null where the provider
    tells none, ``speaker_confidence`` always.
    """
    numbers: dict[str | None, int] = {}
    for turn in turns:
        numbers.setdefault(turn.speaker_id, len(numbers))
    return [_segment(turn, numbers[turn.speaker_id], started_at) for turn in turns]


def turns_of(segments: Iterable[dict[str, Any]]) -> tuple[Turn, ...]:
    """The turns of stored segments."""
    return tuple(_turn(segment) for segment in segments)


def raw_of(transcript: Transcript, transcript_id: str, duration_s: float | None) -> Any:
    """What ``?raw=true`` gives: the provider's own answer, or one in the documented shape made of the words.

    Times in it are whole milliseconds, as that shape has them.
    """
    if transcript.raw is not None:
        return transcript.raw
    words = [word for turn in transcript.turns for word in turn.words]
    known = [word.confidence for word in words if word.confidence is not None]
    return {
        "id": transcript_id,
        "status": "completed",
        "provider": transcript.provider,
        "engine": transcript.engine,
        "model": transcript.model,
        "text": " ".join(turn.text for turn in transcript.turns),
        "language_code": transcript.language,
        "audio_url": None,
        "confidence": round(sum(known) / len(known), _DIGITS) if known else None,
        "audio_duration": None if duration_s is None else round(duration_s),
        "speaker_labels": True,
        "words": [_raw_word(word) for word in sorted(words, key=lambda w: w.start_s)],
        "utterances": [
            {
                "speaker": turn.speaker,
                "text": turn.text,
                "start": _ms(turn.start_s),
                "end": _ms(turn.end_s),
                "words": [_raw_word(word) for word in turn.words],
            }
            for turn in transcript.turns
        ],
    }


def _segment(turn: Turn, number: int, started_at: datetime) -> dict[str, Any]:
    return {
        "speaker": turn.speaker,
        "speaker_id": turn.speaker_id,
        "transcript": turn.text,
        "start_time": round(turn.start_s, _DIGITS),
        "end_time": round(turn.end_s, _DIGITS),
        "absolute_start_time": _instant(started_at, turn.start_s),
        "absolute_end_time": _instant(started_at, turn.end_s),
        "words": [
            {
                "word": word.text,
                "punctuated_word": word.shown,
                "start": round(word.start_s, _DIGITS),
                "end": round(word.end_s, _DIGITS),
                "confidence": None if word.confidence is None else round(word.confidence, 4),
                "speaker": number,
                "speaker_confidence": None,
            }
            for word in turn.words
        ],
    }


def _turn(segment: dict[str, Any]) -> Turn:
    speaker_id, name = segment["speaker_id"], segment["speaker"]
    shown_name = None if name in {speaker_id, UNKNOWN_SPEAKER} else name
    return Turn(
        speaker_id,
        shown_name,
        tuple(
            Word(
                word["word"],
                word["start"],
                word["end"],
                word["punctuated_word"],
                word["confidence"],
                speaker_id,
                shown_name,
            )
            for word in segment["words"]
        ),
    )


def _raw_word(word: Word) -> dict[str, Any]:
    return {
        "text": word.shown,
        "start": _ms(word.start_s),
        "end": _ms(word.end_s),
        "confidence": word.confidence,
        "speaker": word.speaker_name or word.speaker_id,
    }


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _instant(started_at: datetime, offset_s: float) -> str:
    try:
        at = started_at.astimezone(UTC) + timedelta(milliseconds=_ms(offset_s))
    except OverflowError:
        at = _LAST
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
