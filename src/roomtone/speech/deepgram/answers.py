"""Reading what Deepgram answers about a recording. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Any

from roomtone.speech.cloud.joining import Reading
from roomtone.speech.cloud.json_answers import array, mapping, number, seconds, share, text
from roomtone.speech.cloud.languages import bcp47
from roomtone.speech.transcript import Word


def read(answer: Any) -> Reading:
    """The words of an answer; its channels' together, in time order.

    Raises:
        UnreadableAnswer: If it is no such answer.
    """
    results = mapping(mapping(answer, "answer").get("results"), "results")
    words: list[Word] = []
    languages = Counter[str]()
    for channel in array(results.get("channels"), "channels"):
        found, told = _channel(mapping(channel, "channel"))
        words += found
        languages.update(told)
    language = languages.most_common(1)[0][0] if languages else None
    return Reading(sorted(words, key=lambda word: word.start_s), language, _model(answer.get("metadata")))


def _channel(channel: dict[str, Any]) -> tuple[list[Word], list[str]]:
    """A channel's words, and the languages that it or they are said to be in."""
    alternatives = array(channel.get("alternatives"), "alternatives")
    if not alternatives:
        return [], []
    best = mapping(alternatives[0], "alternative")
    told = [mapping(word, "word") for word in array(best.get("words"), "words")]
    languages = [bcp47(word.get("language")) for word in told]
    languages.append(bcp47(channel.get("detected_language")))
    languages += [bcp47(language) for language in array(best.get("languages"), "languages")[:1]]
    return [_word(word) for word in told], [language for language in languages if language]


def _word(word: dict[str, Any]) -> Word:
    label, shown = word.get("speaker"), word.get("punctuated_word")
    return Word(
        text=text(word.get("word"), "word"),
        start_s=seconds(word.get("start"), "start of a word"),
        end_s=seconds(word.get("end"), "end of a word"),
        punctuated=shown if isinstance(shown, str) else "",
        confidence=share(word.get("confidence")),
        speaker_id=None if label is None else str(int(number(label, "speaker"))),
    )


def _model(metadata: Any) -> str | None:
    """The name of the first model that the answer knows something of."""
    info = metadata.get("model_info") if isinstance(metadata, dict) else None
    for model in info.values() if isinstance(info, dict) else ():
        name = model.get("name") if isinstance(model, dict) else None
        if isinstance(name, str) and name:
            return name
    return None
