"""Which warnings are told, and which only counted."""

from __future__ import annotations

from roomtone.session.warning_limit import WarningLimit


def test_the_first_of_a_kind_is_told_as_it_is():
    """Each code has its own minute."""
    limit = WarningLimit(60)
    assert limit.admit("gone", "it is gone", 0) == "it is gone"
    assert limit.admit("refused", "it refused", 1) == "it refused"


def test_a_flapping_receiver_is_told_once_a_minute_with_the_count():
    """Of one warning a second for two minutes, two are told; the second counts the others."""
    limit = WarningLimit(60)
    told = [text for second in range(120) if (text := limit.admit("gone", "it is gone", second)) is not None]
    assert told == ["it is gone", "it is gone (59 more since the last report)"]


def test_a_rare_warning_counts_nothing():
    """What was not kept back is not counted."""
    limit = WarningLimit(60)
    assert [limit.admit("gone", "it is gone", at) for at in (0, 60, 200)] == ["it is gone"] * 3
