"""JigsawStack's answers are read, and options become its parameters."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.speech.errors import ProviderRefused, UnreadableAnswer
from roomtone.speech.jigsawstack.answers import check, read
from roomtone.speech.jigsawstack.wire import form_fields

VOICE_S = (0.0, 9.0)


def test_chunks_have_their_times_and_their_speakers():
    """Speakers stand in the chunks, or in a list beside them; a last chunk may be open."""
    answer = {
        "success": True,
        "text": "Good day. Bye",
        "chunks": [
            {"text": " Good day.", "timestamp": [0.0, 2.0], "speaker": "SPEAKER_00"},
            {"text": " Bye", "timestamp": [8.0, None]},
        ],
        "speakers": [
            {"speaker": "SPEAKER_00", "text": "Good day.", "timestamp": [0, 3]},
            {"speaker": "SPEAKER_01", "text": "Bye", "timestamp": [7, 9]},
        ],
        "language_detected": {"language": "en", "confidence": 0.9},
    }
    reading = read(answer, VOICE_S)
    assert [(word.shown, word.speaker_id, word.end_s) for word in reading.words] == [
        ("Good", "SPEAKER_00", 1.0),
        ("day.", "SPEAKER_00", 2.0),
        ("Bye", "SPEAKER_01", 9.0),
    ]
    assert reading.language == "en"


def test_what_failed_or_has_no_times_is_told():
    """A failure is a refusal in the service's words, without links and secrets; a text without times is unreadable."""
    with pytest.raises(ProviderRefused, match=r"made no transcript: key \*\*\* is odd, see \(a link\)"):
        check({"success": False, "message": "key sk-1234 is odd, see https://x.example/a"}, ("sk-1234",))
    check({"success": True})
    senseless: tuple[object, ...] = (
        {"text": "hello", "chunks": []},
        {"chunks": [{"text": "a", "timestamp": [1]}]},
        [],
    )
    for answer in senseless:
        with pytest.raises(UnreadableAnswer):
            read(answer, VOICE_S)
    assert read({"text": "", "chunks": None}, VOICE_S).words == []


_NAMES = st.sampled_from(["text", "chunks", "timestamp", "speaker", "speakers", "language_detected", "code"])
_JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=5)),
    max_leaves=15,
)


@given(st.dictionaries(_NAMES, _JSON))
def test_any_json_is_words_or_unreadable(answer):
    """Whatever is answered: words, or the one error."""
    try:
        reading = read(answer, VOICE_S)
    except UnreadableAnswer:
        return
    assert all(word.start_s <= word.end_s + 1e-6 for word in reading.words)


def test_options_become_parameters():
    """One speaker's own sound is not searched for voices."""
    ((name, told),) = form_fields(
        {"language": "en_GB", "translate": True}, has_one_voice=False, with_words=True
    )
    assert name == "body"
    assert json.loads(told) == {
        "language": "en-GB",
        "translate": True,
        "by_speaker": True,
        "word_timestamps": True,
    }
    ((_, own),) = form_fields({"language": "auto", "by_speaker": True}, has_one_voice=True, with_words=False)
    assert json.loads(own) == {"language": "auto", "translate": False, "by_speaker": False}
