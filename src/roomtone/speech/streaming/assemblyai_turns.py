"""AssemblyAI's turns to pieces. Pure.

A turn is told again and again, by its ``turn_order``, while it grows; it is one segment and one utterance.
Where formatted turns were asked for it ends twice: as it was heard, and then with punctuation and case.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.json_answers import share
from roomtone.speech.spreading import bare, spread
from roomtone.speech.streaming.dialect import number, objects, text
from roomtone.speech.streaming.port import Piece
from roomtone.speech.transcript import Word

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT_TURNS = 64
"""Turns that are known; one that is told again after so many others is taken as unheard."""


@dataclass(slots=True)
class _Turn:
    segment: int
    told: Piece | None = None
    is_over: bool = False
    has_ended: bool = False


class AssemblyaiTurns:
    """The turns of one connection.

    Args:
        formats: Whether formatted turns were asked for.
        given_s: From seconds of the provider's sound to seconds of the sound that was given.
    """

    def __init__(self, *, formats: bool, given_s: Callable[[float], float]) -> None:
        self._formats = formats
        self._given_s = given_s
        self._turns: dict[int, _Turn] = {}
        self._n_segments = 0
        self._newest = -1

    @property
    def is_pending(self) -> bool:
        """Whether a turn is over and its formatted form has not come."""
        return any(_is_pending(turn) for turn in self._turns.values())

    def turn(self, message: dict[str, Any]) -> list[Piece]:
        """What is new with a ``Turn`` message."""
        order = message.get("turn_order")
        if not isinstance(order, int) or isinstance(order, bool):
            return []
        turn = self._turns.get(order)
        words = self._words(message, turn)
        is_over = message.get("end_of_turn") is True
        if turn is None:
            if not words or order < self._newest - KEPT_TURNS:
                return []
            turn = self._new_turn(order)
        elif not words and (turn.is_over or not is_over):
            return []
        is_formatted = message.get("turn_is_formatted") is True
        told = turn.told
        if turn.is_over and (not is_over or (told is not None and told.is_formatted and not is_formatted)):
            return []
        earlier = self._settled(order) if is_over else []
        is_final = is_over and (turn.is_over or is_formatted or not self._formats or not words)
        ends = is_final and bool(words) and not turn.has_ended
        turn.told = _piece(message, turn.segment, words, is_final=is_final, ends=ends)
        turn.is_over = turn.is_over or is_final
        turn.has_ended = turn.has_ended or ends
        return [*earlier, turn.told]

    def settle(self) -> list[Piece]:
        """What is new because the formatted form of turns that are over did not come in time."""
        return self._settled(None)

    def finish(self, *, orderly: bool) -> list[Piece]:
        """What is new because nothing more will come at all.

        Args:
            orderly: Whether the provider has said everything: then unfinished turns have their last words.
        """
        if not orderly:
            return self.settle()
        return [
            _over(turn, turn.told)
            for turn in self._turns.values()
            if not turn.is_over and turn.told is not None
        ]

    def _new_turn(self, order: int) -> _Turn:
        turn = self._turns[order] = _Turn(self._n_segments)
        self._n_segments += 1
        self._newest = max(self._newest, order)
        for old in [known for known in self._turns if known < self._newest - KEPT_TURNS]:
            del self._turns[old]
        return turn

    def _settled(self, before: int | None) -> list[Piece]:
        """Turns that are over, told as they are; those before a turn, or all."""
        return [
            _over(turn, turn.told)
            for order, turn in self._turns.items()
            if _is_pending(turn) and turn.told is not None and (before is None or order < before)
        ]

    def _words(self, message: dict[str, Any], turn: _Turn | None) -> tuple[Word, ...]:
        words = []
        for item in objects(message.get("words")):
            start_ms, end_ms = number(item.get("start")), number(item.get("end"))
            shown = text(item.get("text")).strip()
            if start_ms is None or end_ms is None or not shown:
                continue
            start_s = self._given_s(start_ms / 1000)
            words.append(
                Word(
                    text=bare(shown),
                    start_s=start_s,
                    end_s=max(start_s, self._given_s(end_ms / 1000)),
                    punctuated=shown,
                    confidence=share(item.get("confidence")),
                    speaker_id=text(item.get("speaker")) or None,
                )
            )
        told = turn.told.words if turn is not None and turn.told is not None else ()
        if not words and told:
            return tuple(spread(text(message.get("transcript")), told[0].start_s, told[-1].end_s))
        return tuple(words)


def _piece(
    message: dict[str, Any], segment: int, words: tuple[Word, ...], *, is_final: bool, ends: bool
) -> Piece:
    is_over = message.get("end_of_turn") is True
    return Piece(
        segment=segment,
        utterance=segment,
        words=words,
        text=_text(message, words, is_over=is_over),
        is_final=is_final,
        ends_utterance=ends,
        is_formatted=message.get("turn_is_formatted") is True,
        n_final_words=len(words) if is_over else _n_final(message, len(words)),
        language=text(message.get("language_code")) or None,
        raw=message,
    )


def _is_pending(turn: _Turn) -> bool:
    """Whether the turn's end was heard and not told, because its formatted form is to come."""
    told = turn.told
    return not turn.is_over and told is not None and bool(told.words) and _ended(told)


def _ended(piece: Piece) -> bool:
    return isinstance(piece.raw, dict) and piece.raw.get("end_of_turn") is True


def _over(turn: _Turn, told: Piece) -> Piece:
    turn.is_over = turn.has_ended = True
    turn.told = dataclasses.replace(told, is_final=True, ends_utterance=True, n_final_words=len(told.words))
    return turn.told


def _n_final(message: dict[str, Any], n_words: int) -> int:
    """How many words from the first are final."""
    n_final = 0
    for item in objects(message.get("words")):
        if item.get("word_is_final") is not True:
            break
        n_final += 1
    return min(n_final, n_words)


def _text(message: dict[str, Any], words: tuple[Word, ...], *, is_over: bool) -> str:
    """The words as they are read. ``transcript`` has only the final ones, so it will do at the end alone."""
    return (text(message.get("transcript")).strip() if is_over else "") or " ".join(
        word.shown for word in words
    )
