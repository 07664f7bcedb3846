"""Who speaks is who is loud enough, the loudest first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.practice.speaking import SPEAKING_DBFS, active_speakers, level_dbfs


def test_the_loudest_is_first() -> None:
    """Silence is left out."""
    assert active_speakers({"a": -40.0, "b": -10.0, "c": -80.0}, ()) == ("b", "a")


def test_about_as_loud_does_not_change_the_order() -> None:
    """Two who are within a step keep their places."""
    assert active_speakers({"a": -20.0, "b": -19.0}, ("a", "b")) == ("a", "b")
    assert active_speakers({"a": -20.0, "b": -19.0}, ("b", "a")) == ("b", "a")


@given(st.dictionaries(st.text(max_size=3), st.floats(-120, 0)), st.lists(st.text(max_size=3)))
def test_exactly_the_loud_ones_speak(levels: dict[str, float], before: list[str]) -> None:
    """Whatever came before, nobody is lost, doubled or invented."""
    speaking = active_speakers(levels, before)
    assert set(speaking) == {member for member, level in levels.items() if level > SPEAKING_DBFS}
    assert len(speaking) == len(set(speaking))


def test_levels_of_browsers_become_decibels() -> None:
    """Full scale is 0 dB, nothing is the floor."""
    assert level_dbfs(1.0) == 0.0
    assert level_dbfs(0.0) == -120.0
