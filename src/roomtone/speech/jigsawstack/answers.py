"""Reading what JigsawStack answers about a recording. Pure.

``{"success", "text", "chunks": [{"text", "timestamp": [start_s, end_s], "speaker"?}],
"speakers"?: [{"speaker", "text", "timestamp"}], "language_detected"?}``
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.joining import Reading
from roomtone.speech.cloud.json_answers import array, mapping, number, text
from roomtone.speech.cloud.languages import bcp47
from roomtone.speech.cloud.own_words import shown
from roomtone.speech.errors import ProviderRefused, UnreadableAnswer
from roomtone.speech.spreading import spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from roomtone.speech.transcript import Word

_Stretch = tuple[str, float, float]
"""Who speaks, from, to."""


def check(answer: Any, secrets: Iterable[str] = ()) -> None:
    """Raise ``ProviderRefused`` if the answer says that nothing came of it, which it may with status 200."""
    if isinstance(answer, dict) and answer.get("success") is False:
        told = answer.get("message")
        said = shown(told, secrets) if isinstance(told, str) else ""
        raise ProviderRefused(f"JigsawStack made no transcript{': ' if said else ''}{said}", None, said)


def read(answer: Any, voice_s: tuple[float, float]) -> Reading:
    """The words of an answer; a chunk of several is spread over its time.

    Args:
        answer: Its JSON.
        voice_s: From when to when somebody speaks: the end of a last chunk that has none.

    Raises:
        UnreadableAnswer: If it makes no sense, or has words without times.
    """
    found = mapping(answer, "answer")
    chunks = array(found.get("chunks"), "chunks")
    speakers = [_stretch(told, voice_s) for told in array(found.get("speakers"), "speakers")]
    if not chunks and text(found.get("text") or "", "text").strip():
        raise UnreadableAnswer("the provider's answer has no times")
    words = [word for told in chunks for word in _of_chunk(told, speakers, voice_s)]
    return Reading(words, _language(found.get("language_detected")))


def _of_chunk(told: Any, speakers: Sequence[_Stretch], voice_s: tuple[float, float]) -> Iterator[Word]:
    chunk = mapping(told, "chunk")
    start_s, end_s = _times(chunk, voice_s)
    label = _label(chunk.get("speaker")) or _speaking(speakers, start_s, end_s)
    yield from spread(text(chunk.get("text"), "text of a chunk"), start_s, end_s, speaker_id=label)


def _stretch(told: Any, voice_s: tuple[float, float]) -> _Stretch:
    speaker = mapping(told, "speaker")
    return (_label(speaker.get("speaker")) or "", *_times(speaker, voice_s))


def _times(told: dict[str, Any], voice_s: tuple[float, float]) -> tuple[float, float]:
    times = array(told.get("timestamp"), "time of a chunk")
    if len(times) != 2:
        raise UnreadableAnswer("the provider's answer has no usable time of a chunk")
    start_s = number(times[0], "start of a chunk")
    # Whisper leaves the end of the last one open.
    end_s = max(start_s, voice_s[1]) if times[1] is None else number(times[1], "end of a chunk")
    return start_s, end_s


def _label(told: Any) -> str | None:
    if isinstance(told, bool) or not isinstance(told, (str, int)) or told == "":
        return None
    return str(told)


def _speaking(speakers: Sequence[_Stretch], start_s: float, end_s: float) -> str | None:
    """Who speaks most of a time; None: nobody."""
    shared = [(min(end_s, to_s) - max(start_s, from_s), label) for label, from_s, to_s in speakers]
    best = max(shared, default=(-1.0, ""), key=lambda one: one[0])
    return best[1] or None if best[0] >= 0 else None


def _language(told: Any) -> str | None:
    """BCP 47; the package names the field and says of it only that it is an object."""
    if isinstance(told, dict):
        return next(
            (tag for key in ("code", "language_code", "language") if (tag := bcp47(told.get(key)))), None
        )
    return bcp47(told)
