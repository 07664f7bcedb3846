"""Segments begin with key frames as long as there are any, and are never longer than promised."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from roomtone.fragments.growing import Fragment
from roomtone.service.live_view.segments import TARGET_S, Segment, Segmenting


def fragments_of(*parts: tuple[float, bool]) -> list[Fragment]:
    """Fragments that follow one another: length in seconds, and whether a key frame begins it."""
    made, at_s = [], 0.0
    for number, (length_s, is_key) in enumerate(parts):
        made.append(Fragment(number * 100, number * 100 + 100, at_s, at_s + length_s, 12, is_key))
        at_s += length_s
    return made


def segments_of(*parts: tuple[float, bool]) -> list[Segment]:
    """The segments of such fragments, the last included."""
    segmenting = Segmenting()
    for fragment in fragments_of(*parts):
        segmenting.add(fragment)
    segmenting.finish()
    return segmenting.segments


def test_key_frames_begin_segments():
    """Two seconds of fragments, the first with a key frame, are a segment."""
    group = [(0.5, True), (0.5, False), (0.5, False), (0.5, False)]
    segments = segments_of(*group * 3)
    assert [(s.begin_s, s.end_s, s.is_independent) for s in segments] == [
        (0.0, 2.0, True),
        (2.0, 4.0, True),
        (4.0, 6.0, True),
    ]
    assert [(s.number, s.start, s.end) for s in segments] == [(0, 0, 400), (1, 400, 800), (2, 800, 1200)]


def test_one_in_the_making_is_not_shown():
    """A segment is whole when the next begins."""
    segmenting = Segmenting()
    for fragment in fragments_of((0.5, True), (0.5, False), (0.5, False), (0.5, False)):
        segmenting.add(fragment)
    assert segmenting.segments == []
    segmenting.finish()
    assert len(segmenting.segments) == 1


def test_key_frames_of_a_pause_do_not_each_begin_one():
    """A key frame a second: two of them go together."""
    segments = segments_of(*[(0.5, True), (0.5, False)] * 4)
    assert [s.length_s for s in segments] == [2.0, 2.0]


def test_sound_alone_is_cut_by_time():
    """Without a key frame segments stay short, and say that they cannot be begun with."""
    segments = segments_of((0.5, True), *[(0.5, False)] * 12)
    assert [s.is_independent for s in segments] == [True, False, False, False]
    assert max(s.length_s for s in segments) == 2.0


@given(st.lists(st.tuples(st.floats(0.05, 0.6), st.booleans()), min_size=1, max_size=60))
def test_every_byte_is_in_one_segment_and_none_is_longer_than_promised(parts):
    """They join without a gap, and each length rounds to the target or less."""
    segments = segments_of(*parts)
    assert segments[0].start == 0
    assert segments[-1].end == len(parts) * 100
    assert all(b.start == a.end and b.begin_s == a.end_s for a, b in itertools.pairwise(segments))
    assert all(round(s.length_s) <= TARGET_S for s in segments)
