"""Text whose times are known as a whole becomes words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.speech.spreading import bare, spread


def test_longer_words_take_longer():
    """The span is divided by letters, a pause after each word counted in."""
    words = list(spread(" Hello,  wonderful world! ", 10.0, 13.0, speaker_id="p1", speaker_name="Ada"))
    assert [(word.punctuated, word.text) for word in words] == [
        ("Hello,", "hello"),
        ("wonderful", "wonderful"),
        ("world!", "world"),
    ]
    assert [word.start_s for word in words] == pytest.approx([10.0, 10.875, 12.125])
    assert words[-1].end_s == pytest.approx(13.0)
    assert {(word.speaker_id, word.speaker_name) for word in words} == {("p1", "Ada")}


@given(st.text(), st.floats(0, 1e6), st.floats(-10, 1e4))
def test_words_of_any_text_follow_each_other_within_the_span(text, start_s, length_s):
    """No word is lost, none goes back in time, none leaves the span."""
    words = list(spread(text, start_s, start_s + length_s))
    assert [word.punctuated for word in words] == text.split()
    assert all(word.text == bare(word.punctuated) for word in words)
    at_s = start_s
    for word in words:
        assert at_s - 1e-6 <= word.start_s <= word.end_s + 1e-9
        at_s = word.end_s
    assert at_s <= max(start_s, start_s + length_s) + 1e-6
