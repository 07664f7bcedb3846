"""What is told of utterances in each mode, and the messages as they go out (a golden file)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.speaker import Speaker
from roomtone.session.live.transcription.payload import Payloads
from roomtone.session.live.transcription.updates import Update
from roomtone.session.live.transcription.utterance_book import MODES, MOST_WORDS, Told, UtteranceBook
from roomtone.speech.transcript import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

ADA = Speaker("user_42", "Ada Łovelace")
GOLDEN = Path(__file__).parent / "live_transcription_messages.jsonl"


def update(
    text: str,
    *,
    segment: int = 0,
    at_s: float = 1.0,
    final: bool = False,
    ends: bool = False,
    formatted: bool = False,
    n_final: int = 0,
    utterance: str = "0-0.0",
    speaker: Speaker | None = ADA,
) -> Update:
    """An update whose words are 0.2 s long, one after the other."""
    words = tuple(
        Word(
            shown.strip(".,?!").lower(),
            round(at_s + n * 0.2, 3),
            round(at_s + n * 0.2 + 0.2, 3),
            shown,
            0.987654,
        )
        for n, shown in enumerate(text.split())
    )
    return Update(
        utterance,
        segment,
        speaker,
        words,
        text,
        final,
        ends,
        formatted,
        len(words) if final else n_final,
        "en",
    )


def told(mode: str, updates: Sequence[Update]) -> list[Told]:
    """Everything that is told of some updates."""
    book = UtteranceBook(next(known for known in MODES if known == mode))
    return [one for update in updates for one in book.take(update)]


TURN = [
    update("hello", n_final=0),
    update("hello there how", n_final=1),
    update("Hello there.", final=True, formatted=True),
    update("How are", segment=1, at_s=2.0),
    update("How are you?", segment=1, at_s=2.0, final=True, formatted=True),
    update("How are you?", segment=1, at_s=2.0, final=True, formatted=True, ends=True),
]


def test_raw_tells_everything_as_it_comes():
    """Every piece, with the utterance so far; what was final already is not said again at the end."""
    messages = told("raw", TURN)
    assert [one.text for one in messages] == [*(one.text for one in TURN[:-1]), ""]
    assert [one.transcript for one in messages] == [
        "hello", "hello there how", "Hello there.", "Hello there. How are",
        "Hello there. How are you?", "Hello there. How are you?",
    ]  # fmt: skip
    assert [one.is_final for one in messages] == [False, False, True, False, True, True]
    assert [one.ends_utterance for one in messages] == [False] * 5 + [True]


def test_word_tells_each_word_once_when_it_is_certain():
    """A word that is final early is told early and not again; the end of the utterance is told."""
    messages = told("word", TURN)
    assert [one.text for one in messages] == ["hello", "there.", "How", "are", "you?", ""]
    assert all(one.is_final for one in messages)
    assert [one.ends_utterance for one in messages] == [False] * 5 + [True]
    assert messages[-1].transcript == "hello there. How are you?"


def test_sentence_tells_sentences_else_utterances():
    """With punctuation a sentence at a time, without it the utterance as a whole."""
    assert [(one.text, one.ends_utterance) for one in told("sentence", TURN)] == [
        ("Hello there.", False), ("How are you?", False), ("", True),
    ]  # fmt: skip
    bare = [
        update("hello there", final=True),
        update("how are you", segment=1, at_s=2.0, final=True, ends=True),
    ]
    assert [(one.text, one.ends_utterance) for one in told("sentence", bare)] == [
        ("hello there how are you", True)
    ]


@pytest.mark.parametrize("mode", ["word", "sentence"])
def test_a_connection_that_ends_in_mid_utterance_leaves_its_final_words(mode):
    """What was final is told with the end of the utterance; what was not never was."""
    book = UtteranceBook("sentence" if mode == "sentence" else "word")
    messages = book.take(update("so far", final=True))
    messages += book.take(update("and perh", segment=1))
    messages += book.close("0-0")
    assert " ".join(one.text for one in messages).strip() == "so far"
    assert messages[-1].ends_utterance
    assert book.close("0-0") == []


def test_a_segment_that_is_taken_back_is_told_raw_and_nowhere_else():
    """An interim that turned out to be nothing."""
    updates = [update("hm"), update("", final=True)]
    assert [one.text for one in told("raw", updates)] == ["hm", ""]
    assert told("word", updates) == []
    assert told("sentence", updates) == []


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=6),
    st.sampled_from(["word", "sentence"]),
    st.booleans(),
)
def test_every_final_word_is_told_once_in_order(lengths, mode, formatted):
    """Whatever the segments are, and however often they are told."""
    updates, words = [], []
    for segment, length in enumerate(lengths):
        text = " ".join(f"w{segment}x{n}" + ("." if n % 2 else "") for n in range(length))
        words += text.split()
        ends = segment == len(lengths) - 1
        updates += [
            update(text, segment=segment, at_s=segment * 2.0, n_final=length // 2),
            update(text, segment=segment, at_s=segment * 2.0, final=True, formatted=formatted),
            update(text, segment=segment, at_s=segment * 2.0, final=True, formatted=formatted, ends=ends),
        ]
    messages = told(mode, updates)
    assert [word.shown for one in messages for word in one.words] == words
    assert [one.ends_utterance for one in messages].count(True) == 1
    assert messages[-1].ends_utterance


def test_messages_are_as_documented():
    """The golden file: what goes over the wire, in all modes; its first line stands in the documentation."""
    began_at = datetime(2026, 11, 22, 18, 0, 0, tzinfo=UTC)
    lines = []
    for mode in MODES:
        payloads = Payloads("5f0c", mode, {"team": "red"})
        lines += [payloads.write(one, began_at) for one in told(mode, TURN)]
    nobody = Payloads("5f0c", "raw", {})
    lines += [nobody.write(one, began_at) for one in told("raw", [update("who", speaker=None, final=True)])]
    assert lines == [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("mode", MODES)
def test_an_utterance_that_never_ends_is_told_whole_and_not_kept_whole(mode: str):
    """A provider that hears no pause for an hour loses no word, and makes no message ever longer."""
    updates = [update(f"w{n}", segment=n, at_s=n / 2, final=True) for n in range(3000)]
    updates.append(update("end", segment=3000, at_s=1500.0, final=True, ends=True))
    several = told(mode, updates)
    words = [word.text for one in several for word in one.words]
    assert words == [*(f"w{n}" for n in range(3000)), "end"]
    assert max(len(one.transcript.split()) for one in several) <= MOST_WORDS
