"""Sarvam's answers are read, and options become its parameters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.speech.errors import UnreadableAnswer
from roomtone.speech.sarvam.answers import read
from roomtone.speech.sarvam.wire import form_fields, language_asked, language_told, parameters_of

VOICE_S = (0.5, 2.5)


def test_phrases_are_spread_and_voices_kept():
    """Phrases have times, words share them; voices told apart go before phrases without."""
    phrases = {
        "words": ["नमस्ते दुनिया।", "ok"],
        "start_time_seconds": [0.0, 3.0],
        "end_time_seconds": [2.0, 4.0],
    }
    answer = {
        "request_id": "r",
        "transcript": "नमस्ते दुनिया। ok",
        "timestamps": phrases,
        "language_code": "hi-IN",
    }
    reading = read(answer, VOICE_S)
    assert [word.shown for word in reading.words] == ["नमस्ते", "दुनिया।", "ok"]
    assert (reading.words[0].start_s, reading.words[1].end_s, reading.language) == (0.0, 2.0, "hi-IN")
    entry = {"transcript": "ok then", "start_time_seconds": 1.0, "end_time_seconds": 2, "speaker_id": "0"}
    told = read(answer | {"diarized_transcript": {"entries": [entry]}}, VOICE_S)
    assert [(word.shown, word.speaker_id) for word in told.words] == [("ok", "0"), ("then", "0")]


def test_a_text_without_times_is_spread_when_it_is_short():
    """Of half a minute a text is enough; of more it would be a guess."""
    answer = {"transcript": "one two", "timestamps": None, "diarized_transcript": None, "language_code": None}
    assert [(word.start_s, word.end_s) for word in read(answer, VOICE_S).words] == [(0.5, 1.5), (1.5, 2.5)]
    with pytest.raises(UnreadableAnswer):
        read(answer, (0.0, 40.0))
    assert read({"transcript": ""}, (0.0, 40.0)).words == []


_JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "transcript",
                    "timestamps",
                    "words",
                    "start_time_seconds",
                    "end_time_seconds",
                    "entries",
                    "speaker_id",
                ]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=15,
)


@given(
    st.dictionaries(
        st.sampled_from(["transcript", "timestamps", "diarized_transcript", "language_code"]), _JSON
    )
)
def test_any_json_is_words_or_unreadable(answer):
    """Whatever is answered: words, or the one error."""
    try:
        reading = read(answer, VOICE_S)
    except UnreadableAnswer:
        return
    assert all(word.start_s <= word.end_s + 1e-6 for word in reading.words)


def test_options_become_parameters():
    """Modes are for the models that know them; languages are told in Sarvam's codes."""
    assert parameters_of({"model": "saarika:v2.5", "language_code": "or-IN", "mode": "translate"}) == {
        "model": "saarika:v2.5",
        "language_code": "od-IN",
        "with_timestamps": True,
    }
    assert form_fields({"language_code": "auto", "mode": "translate"}) == [
        ("model", "saaras:v3"),
        ("language_code", "unknown"),
        ("with_timestamps", "true"),
        ("mode", "translate"),
    ]
    assert (language_asked({"language_code": "en_in"}), language_asked({"language_code": "unknown"})) == (
        "en-IN",
        None,
    )
    assert (language_told("od-IN"), language_told("ta-IN"), language_told(None)) == ("or-IN", "ta-IN", None)
