"""Which versions of captions are written down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.caption_versions import MOST_OPEN, CaptionVersions
from roomtone.session.capture.model import CaptionHeard


def heard(
    caption_id: str, text: str, at_s: float = 1.0, *, who: str = "1", final: bool = False
) -> CaptionHeard:
    """A version of a caption."""
    return CaptionHeard(caption_id, who, text, final, at_s)


def test_the_final_version_is_told_with_the_time_at_which_it_began():
    """Nothing before it is final, nothing after."""
    versions = CaptionVersions()
    assert versions.take(heard("a", "hel", 1.0)) == []
    assert versions.take(heard("a", "hello", 2.0)) == []
    assert versions.take(heard("a", "Hello.", 3.0, final=True)) == [heard("a", "Hello.", 1.0, final=True)]
    assert versions.take(heard("a", "Hello.", 4.0, final=True)) == []
    assert versions.rest() == []


def test_the_next_caption_of_a_speaker_replaces_the_one_before():
    """What was told so is told again once it is final, and not for each word in between."""
    versions = CaptionVersions()
    versions.take(heard("a", "hello", 1.0))
    assert versions.take(heard("x", "other", 2.0, who="2")) == []
    assert versions.take(heard("b", "next", 3.0)) == [heard("a", "hello", 1.0)]
    assert versions.take(heard("a", "hello you", 4.0)) == []
    assert versions.take(heard("a", "Hello you.", 5.0, final=True)) == [
        heard("a", "Hello you.", 1.0, final=True)
    ]
    assert versions.rest() == [heard("x", "other", 2.0, who="2"), heard("b", "next", 3.0)]


def test_of_too_many_open_ones_the_oldest_is_told():
    """What is held back is bounded."""
    versions = CaptionVersions()
    told = [
        one
        for number in range(MOST_OPEN + 1)
        for one in versions.take(heard(f"c{number}", "x", who=str(number)))
    ]
    assert told == [heard("c0", "x", who="0")]


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("12"), st.text(min_size=1), st.booleans())),
)
def test_no_caption_is_lost_and_none_told_more_than_twice(said: list[tuple[str, str, str, bool]]):
    """Every caption is told; its first final version is the last of it."""
    versions = CaptionVersions()
    told = [
        one for i, (key, who, text, final) in enumerate(said)
        for one in versions.take(heard(key, text, float(i), who=who, final=final))
    ]  # fmt: skip
    told += versions.rest()
    assert {one.caption_id for one in told} == {key for key, *_ in said}
    for key in {key for key, *_ in said}:
        lines = [one for one in told if one.caption_id == key]
        finals = [text for other, _, text, final in said if other == key and final]
        assert len(lines) <= 2
        assert [one.text for one in lines if one.is_final] == finals[:1]
        assert lines[-1].is_final is bool(finals)
