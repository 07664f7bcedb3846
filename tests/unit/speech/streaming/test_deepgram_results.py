"""Deepgram's messages to pieces."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.speech.streaming.told_pieces import GOLDEN, told

from roomtone.speech.accounts import Account
from roomtone.speech.streaming.deepgram import DeepgramDialect
from roomtone.speech.streaming.deepgram_results import DeepgramResults
from roomtone.speech.streaming.errors import StreamEnded

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def dialect(**options: Any) -> DeepgramDialect:
    """A new conversation."""
    return DeepgramDialect({"punctuate": True} | options, Account(api_key="secret"))


def due_s(conversation: DeepgramDialect) -> float | None:
    """When it has to be told that the wait is over."""
    return conversation.due_s


def result(text: str = "", start_s: float = 0.0, **flags: Any) -> dict[str, Any]:
    """A ``Results`` message with words of 0.1 s each."""
    words = [
        {"word": word, "start": start_s + n / 10, "end": start_s + (n + 1) / 10, "confidence": 0.9}
        for n, word in enumerate(text.split())
    ]
    channel = {"alternatives": [{"transcript": text, "confidence": 0.9, "words": words}]}
    return {"type": "Results", "start": start_s, "duration": 1.0, "channel": channel} | flags


def test_golden_conversation():
    """What is told of a whole conversation, message by message."""
    assert told(dialect(), "deepgram") == (GOLDEN / "deepgram_pieces.txt").read_text()


def test_words_without_times_are_spread():
    """Where times are missing the words share the time of the result."""
    message = result("one two", 4.0, is_final=True)
    del message["channel"]["alternatives"][0]["words"][1]["start"]
    (piece,) = DeepgramResults(formats=True).result(message)
    assert [word.text for word in piece.words] == ["one", "two"]
    assert (piece.words[0].start_s, piece.words[-1].end_s) == (4.0, 5.0)


def test_without_punctuation_nothing_is_formatted():
    """Only where it was asked for are punctuation and case the final ones."""
    message = result("one", is_final=True)
    assert not DeepgramResults(formats=False).result(message)[0].is_formatted
    assert DeepgramResults(formats=True).result(message)[0].is_formatted


def test_end_that_comes_before_the_final_result():
    """UtteranceEnd for words that are not final yet ends the utterance with their final result."""
    results = DeepgramResults(formats=True)
    results.result(result("one two"))
    assert results.utterance_end({"last_word_end": 0.2}) == []
    (piece,) = results.result(result("one two", is_final=True))
    assert piece.ends_utterance
    assert results.utterance_end({"last_word_end": 0.2}) == []


def test_lost_connection_leaves_interim_words_as_they_are():
    """They are to be recognised again; what was final ends its utterance."""
    results = DeepgramResults(formats=True)
    results.result(result("one", is_final=True))
    results.result(result("two", 1.0))
    (piece,) = results.finish(orderly=False)
    assert (piece.text, piece.ends_utterance) == ("one", True)


def test_proper_end_makes_interim_words_the_last_ones():
    """When the provider has said everything there is nothing else to wait for."""
    results = DeepgramResults(formats=True)
    results.result(result("one", is_final=True))
    results.result(result("two", 1.0))
    (piece,) = results.finish(orderly=True)
    assert (piece.text, piece.is_final, piece.ends_utterance, piece.utterance) == ("two", True, True, 0)


def test_finalize_is_waited_for_until_its_answer_or_new_sound():
    """Its answer or the next words end the wait; other results make it longer."""
    conversation = dialect()
    conversation.flush(10.0)
    assert due_s(conversation) == 12.0
    conversation.hear(result("one", is_final=True), 11.0)
    assert due_s(conversation) == 13.0
    conversation.sound(b"\0\0")
    assert due_s(conversation) is None
    conversation.flush(14.0)
    (piece,) = conversation.hear(result("two", 1.0, is_final=True, from_finalize=True), 14.1)
    assert due_s(conversation) is None
    assert piece.ends_utterance


def test_error_shows_no_key():
    """A provider that repeats the key is not repeated."""
    with pytest.raises(StreamEnded) as ended:
        dialect().hear({"type": "Error", "variant": "X", "description": "no secret here"}, 0.0)
    assert "secret" not in str(ended.value)


RESULTS = st.lists(
    st.tuples(
        st.sampled_from(["", "one", "one two", "three"]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["result", "result", "result", "end", "wait", "flush"]),
    ),
    max_size=30,
)


@given(RESULTS, st.booleans())
def test_segments_and_utterances_hold_together(steps, orderly):
    """In any order final segments stay final, and each utterance with final words ends once."""
    conversation, pieces = dialect(), []
    for at_s, (text, is_final, speech_final, from_finalize, kind) in enumerate(steps):
        match kind:
            case "end":
                message: dict[str, Any] = {"type": "UtteranceEnd", "last_word_end": at_s - 0.5}
            case "wait":
                pieces += conversation.wait_is_over(float(at_s))
                continue
            case "flush":
                conversation.flush(float(at_s))
                continue
            case _:
                flags = {"is_final": is_final, "speech_final": speech_final, "from_finalize": from_finalize}
                message = result(text, float(at_s), **flags)
        pieces += conversation.hear(message, float(at_s))
    pieces += conversation.finish(orderly=orderly)

    newest, final, ended = -1, set(), []
    for piece in pieces:
        assert piece.segment <= newest + 1
        newest = max(newest, piece.segment)
        assert piece.is_final or piece.segment not in final
        assert not piece.ends_utterance or (piece.is_final and piece.words)
        assert piece.n_final_words == (len(piece.words) if piece.is_final else 0)
        assert bool(piece.words) == bool(piece.text)
        if piece.is_final:
            final.add(piece.segment)
        if piece.ends_utterance:
            ended.append(piece.utterance)
    last = {piece.segment: piece for piece in pieces}.values()
    with_words = {piece.utterance for piece in last if piece.is_final and piece.words}
    assert ended == sorted(with_words)


@given(
    st.dictionaries(st.sampled_from(["start", "duration", "is_final", "channel", "last_word_end"]), JSON),
    JSON,
)
def test_nothing_that_is_said_breaks_it(fields, alternative):
    """Fields of any kind are taken or passed over."""
    conversation = dialect()
    for kind in ("Results", "UtteranceEnd", "Metadata", "SpeechStarted", "Other"):
        conversation.hear({"type": kind} | fields, 0.0)
        nested = {"type": kind, "is_final": True, "channel": {"alternatives": [alternative]}}
        conversation.hear(nested | {"start": fields.get("start")}, 0.0)
        words = {"alternatives": [{"transcript": "a", "words": [fields, {"word": "x"} | fields]}]}
        conversation.hear({"type": kind, "channel": words}, 0.0)
    conversation.finish(orderly=True)
