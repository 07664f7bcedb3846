"""Deepgram's results to pieces. Pure.

Interim results of a span replace each other until one is final; the final ones up to ``speech_final``, to
``UtteranceEnd`` or to the answer to ``Finalize`` are one utterance.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from roomtone.speech.cloud.json_answers import share
from roomtone.speech.spreading import spread
from roomtone.speech.streaming.dialect import number, objects, text
from roomtone.speech.streaming.port import Piece
from roomtone.speech.transcript import Word


class DeepgramResults:
    """The results of one connection.

    Args:
        formats: Whether punctuation was asked for, so that final results have it.
    """

    def __init__(self, *, formats: bool) -> None:
        self._formats = formats
        self._segment = 0
        self._utterance = 0
        self._interim: Piece | None = None
        self._last_final: Piece | None = None
        self._ends_with_next_final = False

    @property
    def is_open(self) -> bool:
        """Whether an utterance has words and is not over."""
        return self._interim is not None or self._last_final is not None

    def result(self, message: dict[str, Any]) -> list[Piece]:
        """What is new with a ``Results`` message."""
        is_final = message.get("is_final") is True
        ends = is_final and (
            self._ends_with_next_final
            or message.get("speech_final") is True
            or message.get("from_finalize") is True
        )
        heard = _piece(message, self._segment, self._utterance, is_formatted=is_final and self._formats)
        if not is_final:
            if heard is None:
                return []
            self._interim = heard
            return [heard]
        pieces = self._final(heard, message)
        return [*pieces[:-1], *self._ended(pieces[-1:])] if ends else pieces

    def utterance_end(self, message: dict[str, Any]) -> list[Piece]:
        """What is new with an ``UtteranceEnd`` message."""
        interim = self._interim
        if interim is None:
            return self._ended([])
        last_word_end_s = number(message.get("last_word_end"))
        if last_word_end_s is None or interim.words[0].start_s < last_word_end_s:
            self._ends_with_next_final = True
            return []
        # What is pending was said after the utterance that is over.
        pieces = self._ended([])
        if pieces:
            self._interim = dataclasses.replace(interim, utterance=self._utterance)
            pieces.append(self._interim)
        return pieces

    def end_utterance(self) -> list[Piece]:
        """What is new because no more of the utterance will come; what is not final waits for its end."""
        return [] if self._interim is not None else self._ended([])

    def finish(self, *, orderly: bool) -> list[Piece]:
        """What is new because nothing more will come at all.

        Args:
            orderly: Whether the provider has said everything: then interim words are the last ones.
        """
        if self._interim is None or not orderly:
            return self._ended([])
        words = self._interim.words
        return self._ended(
            self._final(
                dataclasses.replace(self._interim, is_final=True, n_final_words=len(words)), self._interim.raw
            )
        )

    def _final(self, heard: Piece | None, message: Any) -> list[Piece]:
        """The final result of the segment; without words it takes back what was told of it."""
        if heard is None and self._interim is None:
            return []
        told = heard or Piece(self._segment, self._utterance, (), "", True, False, raw=message)
        self._interim = None
        self._segment += 1
        if heard is not None:
            self._last_final = heard
        return [told]

    def _ended(self, pieces: list[Piece]) -> list[Piece]:
        """The pieces with the end of the utterance, whose last final one is among them or told again."""
        self._ends_with_next_final = False
        last, self._last_final = self._last_final, None
        if last is None:
            return pieces
        self._utterance += 1
        before = [piece for piece in pieces if piece.segment != last.segment]
        return [*before, dataclasses.replace(last, ends_utterance=True)]


def _piece(message: dict[str, Any], segment: int, utterance: int, *, is_formatted: bool) -> Piece | None:
    """A result as a piece that ends nothing; None: it has no words."""
    channel = message.get("channel")
    alternatives = objects(channel.get("alternatives")) if isinstance(channel, dict) else []
    best = alternatives[0] if alternatives else {}
    words = _words(best, message)
    if not words:
        return None
    is_final = message.get("is_final") is True
    return Piece(
        segment=segment,
        utterance=utterance,
        words=words,
        text=text(best.get("transcript")).strip() or " ".join(word.shown for word in words),
        is_final=is_final,
        ends_utterance=False,
        is_formatted=is_formatted,
        n_final_words=len(words) if is_final else 0,
        language=_language(best),
        raw=message,
    )


def _words(best: dict[str, Any], message: dict[str, Any]) -> tuple[Word, ...]:
    words: list[Word] = []
    for item in objects(best.get("words")):
        start_s, end_s = number(item.get("start")), number(item.get("end"))
        if start_s is None or end_s is None:
            words = []
            break
        if text(item.get("word")):
            words.append(_word(item, start_s, end_s))
    if words:
        return tuple(words)
    start_s = number(message.get("start")) or 0.0
    end_s = start_s + (number(message.get("duration")) or 0.0)
    confidence = share(best.get("confidence"))
    return tuple(spread(text(best.get("transcript")), start_s, end_s, confidence=confidence))


def _word(item: dict[str, Any], start_s: float, end_s: float) -> Word:
    speaker = item.get("speaker")
    return Word(
        text=item["word"],
        start_s=start_s,
        end_s=max(start_s, end_s),
        punctuated=text(item.get("punctuated_word")),
        confidence=share(item.get("confidence")),
        speaker_id=str(speaker) if isinstance(speaker, int) else None,
    )


def _language(best: dict[str, Any]) -> str | None:
    """The language of most of the words, which is told only where several were allowed."""
    languages = best.get("languages")
    if isinstance(languages, list) and languages:
        return text(languages[0]) or None
    return next((item["language"] for item in objects(best.get("words")) if text(item.get("language"))), None)
