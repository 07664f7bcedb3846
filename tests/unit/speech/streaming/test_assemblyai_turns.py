"""AssemblyAI's messages to pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.speech.streaming.told_pieces import GOLDEN, told

from roomtone.speech.accounts import Account
from roomtone.speech.streaming.assemblyai import AssemblyaiDialect
from roomtone.speech.streaming.assemblyai_turns import KEPT_TURNS
from roomtone.speech.streaming.errors import StreamEnded

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def dialect(*, formats: bool = False) -> AssemblyaiDialect:
    """A new conversation."""
    return AssemblyaiDialect({"format_turns": formats}, Account(api_key="secret"), 16_000)


def due_s(conversation: AssemblyaiDialect) -> float | None:
    """When it has to be told that the wait is over."""
    return conversation.due_s


def turn(order: int, text: str, *, over: bool = False, formatted: bool = False) -> dict[str, Any]:
    """A ``Turn`` message; the last word of one that goes on is not final."""
    words = text.split()
    return {
        "type": "Turn",
        "turn_order": order,
        "end_of_turn": over,
        "turn_is_formatted": formatted,
        "transcript": " ".join(words if over else words[:-1]),
        "words": [
            {
                "text": word,
                "start": order * 1000 + n * 100,
                "end": order * 1000 + n * 100 + 100,
                "confidence": 0.9,
                "word_is_final": over or n < len(words) - 1,
            }
            for n, word in enumerate(words)
        ],
    }


@pytest.mark.parametrize("formats", [False, True])
def test_golden_conversation(formats):
    """What is told of a whole conversation, message by message, with formatted turns asked for or not."""
    golden = GOLDEN / f"assemblyai_pieces{'_formatted' if formats else ''}.txt"
    assert told(dialect(formats=formats), "assemblyai") == golden.read_text()


def test_formatted_form_is_waited_for_once():
    """The wait begins with the first turn that is over, and is not made longer by others."""
    conversation = dialect(formats=True)
    conversation.hear(turn(0, "one", over=True), 10.0)
    assert due_s(conversation) == 12.0
    conversation.hear(turn(1, "two"), 11.0)
    assert due_s(conversation) == 12.0
    (piece,) = conversation.wait_is_over(12.0)
    assert (piece.text, piece.is_final, piece.ends_utterance) == ("one", True, True)
    assert due_s(conversation) is None
    (piece,) = conversation.hear(turn(0, "One.", over=True, formatted=True), 13.0)
    assert (piece.text, piece.is_final, piece.ends_utterance) == ("One.", True, False)


def test_end_of_the_next_turn_ends_the_wait():
    """Turns end in order."""
    conversation = dialect(formats=True)
    conversation.hear(turn(0, "one", over=True), 0.0)
    pieces = conversation.hear(turn(1, "two", over=True), 0.1)
    assert [(piece.text, piece.ends_utterance) for piece in pieces] == [("one", True), ("two", False)]


def test_words_that_were_taken_back():
    """A turn that ends without words takes back what was told of it."""
    conversation = dialect()
    conversation.hear(turn(0, "uh"), 0.0)
    (piece,) = conversation.hear(turn(0, "", over=True), 0.1)
    assert (piece.words, piece.is_final, piece.ends_utterance) == ((), True, False)


def test_lost_connection_leaves_unfinished_turns_as_they_are():
    """What was heard to its end is final; the rest is to be recognised again."""
    conversation = dialect(formats=True)
    conversation.hear(turn(0, "one", over=True), 0.0)
    conversation.hear(turn(1, "two"), 0.0)
    assert [piece.text for piece in conversation.finish(orderly=False)] == ["one"]


def test_turns_of_long_ago_are_forgotten():
    """What is kept does not grow with the meeting."""
    conversation = dialect()
    for order in range(KEPT_TURNS * 3):
        conversation.hear(turn(order, "one", over=True), 0.0)
    assert len(conversation._turns._turns) <= KEPT_TURNS + 1
    assert conversation.hear(turn(0, "one", over=True, formatted=True), 0.0) == []


def test_error_shows_no_key():
    """A provider that repeats the key is not repeated."""
    with pytest.raises(StreamEnded) as ended:
        dialect().hear({"type": "Error", "error": "bad key secret", "error_code": 4001}, 0.0)
    assert "secret" not in str(ended.value)


TURNS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["", "one", "one two", "three"]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=40,
)


@given(TURNS, st.booleans(), st.booleans())
def test_turns_hold_together(steps, formats, orderly):
    """Whatever the order: a final turn stays final, each with final words ends once, none over is left open."""
    conversation, pieces = dialect(formats=formats), []
    for at_s, (order, text, over, formatted, waits) in enumerate(steps):
        message = turn(order, text, over=over, formatted=formatted and over)
        pieces += conversation.hear(message, float(at_s))
        if waits:
            pieces += conversation.wait_is_over(float(at_s))
    pieces += conversation.finish(orderly=orderly)

    final: set[int] = set()
    ended: list[int] = []
    numbers = list(dict.fromkeys(piece.segment for piece in pieces))
    assert numbers == list(range(len(numbers)))
    for piece in pieces:
        assert piece.utterance == piece.segment
        assert piece.is_final or piece.segment not in final
        assert not piece.ends_utterance or (piece.is_final and piece.words)
        assert 0 <= piece.n_final_words <= len(piece.words)
        assert not piece.is_final or piece.n_final_words == len(piece.words)
        if piece.is_final:
            final.add(piece.segment)
        if piece.ends_utterance:
            ended.append(piece.segment)
    last = {piece.segment: piece for piece in pieces}.values()
    assert sorted(ended) == [
        piece.segment for piece in sorted(last, key=lambda p: p.segment) if piece.is_final and piece.words
    ]
    for piece in last:
        assert piece.is_final or not (isinstance(piece.raw, dict) and piece.raw["end_of_turn"])
    assert not orderly or all(piece.is_final for piece in last)


FIELDS = [
    "turn_order",
    "end_of_turn",
    "turn_is_formatted",
    "words",
    "transcript",
    "text",
    "start",
    "end",
    "confidence",
]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), st.lists(JSON, max_size=3))
def test_nothing_that_is_said_breaks_it(fields, words):
    """Fields of any kind are taken or passed over."""
    conversation = dialect(formats=True)
    for kind in ("Turn", "Begin", "Termination", "SpeechStarted", "Other", None):
        conversation.hear({"type": kind} | fields, 0.0)
        conversation.hear({"type": kind, "turn_order": 0, "words": words}, 0.0)
        conversation.hear(
            {"type": kind, "turn_order": 1} | fields | {"words": [fields, {"text": "x"} | fields]}, 0.0
        )
        conversation.hear(turn(0, "one") | fields, 0.0)
    pieces = conversation.finish(orderly=True)
    assert json.dumps([piece.text for piece in pieces])
