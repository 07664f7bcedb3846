"""Words of a piece find their place in the recording."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.speech.cutting.spans import Span, placed
from roomtone.speech.transcript import Word

SPANS = (Span(10.0, 0.0, 5.0), Span(100.0, 5.0, 2.0))


@pytest.mark.parametrize(
    ("piece_s", "source_s"),
    [
        ((0.0, 1.0), (10.0, 11.0)),
        ((5.5, 6.0), (100.5, 101.0)),
        ((4.0, 5.3), (14.0, 15.0)),
        ((4.9, 6.0), (100.0, 101.0)),
        ((6.5, 9.0), (101.5, 102.0)),
        ((50.0, 51.0), (102.0, 102.0)),
    ],
)
def test_a_word_lies_in_the_stretch_that_has_most_of_it(piece_s, source_s):
    """It is moved with that stretch, and what stands over its ends is left out."""
    (word,) = placed([Word("hi", *piece_s)], SPANS, 1000.0)
    assert (word.start_s, word.end_s) == pytest.approx((1000.0 + source_s[0], 1000.0 + source_s[1]))


@given(
    st.lists(st.tuples(st.floats(0.03, 30), st.floats(0.03, 300)), min_size=1, max_size=8),
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 5)), max_size=20),
)
def test_words_in_order_stay_in_order(stretches, times):
    """Whatever was cut out, a word that begins later does not come to lie before, and none leaves the sound."""
    spans, source_s, piece_s = [], 0.0, 0.0
    for length_s, gap_s in stretches:
        spans.append(Span(source_s, piece_s, length_s))
        source_s, piece_s = source_s + length_s + gap_s, piece_s + length_s
    words = [Word("w", start_s, start_s + length_s) for start_s, length_s in sorted(times)]
    moved = placed([word for word in words if word.end_s <= piece_s], tuple(spans))
    for word in moved:
        assert any(
            span.source_s - 1e-6 <= word.start_s <= word.end_s + 1e-9
            and word.end_s <= span.source_s + span.length_s + 1e-6
            for span in spans
        )
