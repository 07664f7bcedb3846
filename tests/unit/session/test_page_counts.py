"""Counts of the page, summed up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.page_counts import PageCounts


def test_concealment_is_summed_over_tracks_and_silence_is_none():
    """Totals replace totals, tracks add up, concealed silence and video do not count."""
    counts = PageCounts()
    one = {"media_track_id": "a", "kind": "audio", "concealed_samples": 500, "silent_concealed_samples": 100}
    counts.take({"tracks": [one, {"media_track_id": "v", "kind": "video", "concealed_samples": 9}]})
    counts.take({"tracks": [{**one, "concealed_samples": 700}], "untapped": [{**one, "media_track_id": "b"}]})
    assert counts.concealed_samples == 600 + 400


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
TRACKS = st.fixed_dictionaries(
    {"kind": st.just("audio")}, optional={"concealed_samples": JSON, "media_track_id": JSON}
)


@given(st.fixed_dictionaries({}, optional={"tracks": JSON | st.lists(TRACKS), "untapped": JSON}))
def test_a_page_may_say_anything(body):
    """Whatever is no count is left out."""
    counts = PageCounts()
    counts.take(body)
    assert counts.concealed_samples >= 0
