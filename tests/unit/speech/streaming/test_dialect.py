"""What is read of a provider's messages."""

from __future__ import annotations

import pytest

from roomtone.speech.streaming.dialect import MOST_MS, number


@pytest.mark.parametrize("value", [None, True, "1", 1e300, -1e300, 10**400, float("nan"), MOST_MS + 1])
def test_no_time_of_a_meeting_is_none(value: object) -> None:
    """A word at 1e300 has no date, and telling it would end the meeting's words."""
    assert number(value) is None


def test_times_are_numbers() -> None:
    """Whole ones and others, up to a week in milliseconds."""
    assert [number(value) for value in (0, 1.5, MOST_MS)] == [0.0, 1.5, MOST_MS]
