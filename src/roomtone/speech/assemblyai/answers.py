"""Reading AssemblyAI's transcripts of recordings. Pure."""

from __future__ import annotations

from typing import Any

from roomtone.speech.assemblyai.job import is_silence
from roomtone.speech.cloud.joining import Reading
from roomtone.speech.cloud.json_answers import array, mapping, seconds, share, text
from roomtone.speech.cloud.languages import bcp47
from roomtone.speech.spreading import bare
from roomtone.speech.transcript import Word

_MS = 1000.0


def read(answer: Any) -> Reading:
    """The words of a transcript that is done; its times are milliseconds.

    Raises:
        UnreadableAnswer: If it is no such transcript.
    """
    transcript = mapping(answer, "transcript")
    words = [_word(mapping(word, "word")) for word in array(transcript.get("words"), "words")]
    model = transcript.get("speech_model_used")
    language = None if is_silence(transcript) else bcp47(transcript.get("language_code"))
    return Reading(words, language, model if isinstance(model, str) else None)


def _word(word: dict[str, Any]) -> Word:
    shown, label = text(word.get("text"), "word"), word.get("speaker")
    return Word(
        text=bare(shown),
        start_s=seconds(word.get("start"), "start of a word", _MS),
        end_s=seconds(word.get("end"), "end of a word", _MS),
        punctuated=shown,
        confidence=share(word.get("confidence")),
        speaker_id=None if label is None else text(label, "speaker"),
    )
