"""Answers of servers that speak OpenAI's API are read, whatever they leave out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.speech.errors import UnreadableAnswer
from roomtone.speech.openai_compatible.answers import NoTimes, read
from roomtone.speech.openai_compatible.languages import language_of

VOICE_S = (0.5, 2.5)
SEGMENT = {"id": 0, "seek": 0, "start": 1.0, "end": 3.0, "tokens": [1], "avg_logprob": -0.3}


def _read(answer: Any, *, is_utterance: bool = False) -> list[tuple[str, str, float, float]]:
    reading = read(json.loads(json.dumps(answer)), VOICE_S, is_utterance=is_utterance)
    return [(w.shown, w.text, round(w.start_s, 3), round(w.end_s, 3)) for w in reading.words]


def test_words_of_whisper_are_written_as_in_its_text():
    """OpenAI's words come bare; the text has their punctuation."""
    answer = {
        "task": "transcribe",
        "language": "english",
        "duration": 3.1,
        "text": "Hello, Zoë! Ten per cent.",
        "words": [
            {"word": "Hello", "start": 0.0, "end": 0.4},
            {"word": "Zoë", "start": 0.5, "end": 0.9},
            {"word": "10", "start": 1.0, "end": 1.2},
            {"word": "cent", "start": 1.5, "end": 2.0},
        ],
        "segments": [{**SEGMENT, "text": " Hello, Zoë! Ten per cent."}],
    }
    assert _read(answer) == [
        ("Hello,", "hello", 0.0, 0.4),
        ("Zoë!", "zoë", 0.5, 0.9),
        ("10", "10", 1.0, 1.2),
        ("cent.", "cent", 1.5, 2.0),
    ]
    assert read(answer, VOICE_S).language == "en"


def test_parts_of_words_are_put_together():
    """Tokens of whisper.cpp are words where a space begins; its control tokens are none; sureness is kept."""
    words = [
        {"word": "[_BEG_]", "start": 1.0, "end": 1.0},
        {"word": " Good", "start": 1.0, "end": 1.3, "t_dtw": -1, "probability": 0.9},
        {"word": " morn", "start": 1.4, "end": 1.6, "probability": 0.8},
        {"word": "ing", "start": 1.6, "end": 1.8, "probability": 0.7},
        {"word": ".", "start": 1.8, "end": 1.8, "probability": 0.6},
    ]
    answer = {"segments": [{**SEGMENT, "text": " Good morning.", "words": words}], "language": "en"}
    assert _read(answer) == [("Good", "good", 1.0, 1.3), ("morning.", "morning", 1.4, 1.8)]
    assert [word.confidence for word in read(answer, VOICE_S).words] == [0.9, 0.8]


def test_words_that_were_not_aligned_stand_where_the_last_ended():
    """Numbers that an aligner could not place have no times of their own and are not lost."""
    answer = {
        "text": "in 2026 x",
        "words": [
            {"word": "in", "start": 1.0, "end": 1.2},
            {"word": "2026"},
            {"word": "x", "start": 2.0, "end": None},
        ],
    }
    assert [word[2:] for word in _read(answer)] == [(1.0, 1.2), (1.2, 1.2), (2.0, 2.0)]


def test_segments_without_words_are_spread_and_labels_kept():
    """A segment's words share its time; a diarised one has its speaker."""
    diarised = {
        "task": "transcribe",
        "duration": 4.0,
        "text": "Yes no",
        "segments": [
            {
                "type": "transcript.text.segment",
                "id": "seg_0",
                "start": 0.0,
                "end": 1.0,
                "speaker": "A",
                "text": " Yes",
            },
            {
                "type": "transcript.text.segment",
                "id": "seg_1",
                "start": 2.0,
                "end": 3.0,
                "speaker": "B",
                "text": " no",
            },
        ],
    }
    assert _read(diarised) == [("Yes", "yes", 0.0, 1.0), ("no", "no", 2.0, 3.0)]
    assert [word.speaker_id for word in read(diarised, VOICE_S).words] == ["A", "B"]


def test_nanoseconds_are_told_from_seconds():
    """LocalAI counts in them; nobody talks for months."""
    segments = [
        {"start": 0, "end": 5_000_000, "text": "a"},
        {"start": 5_000_000, "end": 3_000_000_000, "text": "b"},
    ]
    assert _read({"text": "a b", "segments": segments}) == [("a", "a", 0.0, 0.005), ("b", "b", 0.005, 3.0)]


def test_a_text_alone_is_enough_for_an_utterance_and_for_nothing_else():
    """A text has the time of its utterance; that of ten minutes has none."""
    answer = {"text": "one two", "languages": [{"code": "de"}], "usage": {"type": "tokens"}}
    assert _read(answer, is_utterance=True) == [("one", "one", 0.5, 1.5), ("two", "two", 1.5, 2.5)]
    assert read(answer, VOICE_S).language == "de"
    with pytest.raises(NoTimes):
        read({"text": "one two", "segments": None}, VOICE_S, is_utterance=False)
    assert _read({"text": "", "segments": [], "words": None}) == []


@pytest.mark.parametrize(
    "answer",
    [None, [], "text", {"text": 5}, {"segments": {}}, {"words": [{"word": 1}]}, {"words": [{"word": "a", "start": "1"}]},
     {"segments": [{"text": "a", "start": 1.0}]}, {"words": [None], "text": ""}],
)  # fmt: skip
def test_what_makes_no_sense_is_told(answer):
    """Nothing else is raised for what no server would answer."""
    with pytest.raises(UnreadableAnswer):
        read(answer, VOICE_S, is_utterance=False)


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
_NAMES = st.sampled_from(
    [
        "text",
        "segments",
        "words",
        "word",
        "start",
        "end",
        "language",
        "languages",
        "code",
        "speaker",
        "probability",
    ]
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_NAMES, inner, max_size=6)),
    max_leaves=20,
)


@given(st.dictionaries(_NAMES, _JSON, max_size=6), st.booleans())
def test_any_json_is_words_or_unreadable(answer, is_utterance):
    """Whatever is answered: words whose times are numbers, or the one error."""
    try:
        reading = read(answer, VOICE_S, is_utterance=is_utterance)
    except UnreadableAnswer:
        return
    assert all(
        isinstance(word.start_s, float) and word.start_s <= word.end_s + 1e-6 for word in reading.words
    )
    assert all(word.shown.strip() for word in reading.words)


@given(
    st.lists(
        st.tuples(st.text("ab,. ", min_size=1, max_size=6).filter(str.strip), st.floats(0, 1)), max_size=12
    )
)
def test_no_word_is_lost_or_doubled(told):
    """As many words as were told, in order, each written as it was or as the text has it."""
    words = [{"word": text, "start": float(n), "end": n + lasts_s} for n, (text, lasts_s) in enumerate(told)]
    reading = read({"words": words, "text": " ".join(text for text, _ in told)}, VOICE_S)
    assert [word.start_s for word in reading.words] == [float(n) for n in range(len(told))]


@pytest.mark.parametrize(
    ("told", "tag"),
    [("english", "en"), ("German", "de"), ("haitian creole", "ht"), ("jw", "jv"), ("<|yue|>", "yue"), ("pt", "pt"),
     ("zh_hans_cn", "zh-Hans-CN"), ("klingonish", None), (None, None), (7, None), ("", None)],
)  # fmt: skip
def test_languages_are_bcp_47(told, tag):
    """Names, codes and tokens of languages become tags; what is none is nothing."""
    assert language_of(told) == tag
