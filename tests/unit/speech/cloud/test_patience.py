"""When a request is repeated."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from roomtone.speech.cloud.patience import Patience, asked_delay_s, is_passing


def test_waits_double_up_to_the_longest_and_end():
    """Each wait is between three quarters and the whole of its step; after the last attempt there is none."""
    patience = Patience(attempts=5, first_delay_s=1.0, longest_delay_s=5.0)
    for attempt, whole_s in ((1, 1.0), (2, 2.0), (3, 4.0), (4, 5.0)):
        delay_s = patience.delay_s(attempt, None)
        assert delay_s is not None
        assert 0.75 * whole_s <= delay_s <= whole_s
    assert patience.delay_s(5, None) is None


def test_what_the_service_asks_for_is_done_when_it_is_bearable():
    """``Retry-After`` goes before our own steps; one that is too long ends the attempts."""
    patience = Patience(longest_delay_s=30.0)
    assert patience.delay_s(1, 7.0) == 7.0
    assert patience.delay_s(1, 31.0) is None


@pytest.mark.parametrize(
    ("header", "delay_s"),
    [
        (None, None), ("3", 3.0), (" 120 ", 120.0), ("-1", None), ("soon", None), ("٣", None), ("9" * 40, None),
        ("Sun, 22 Nov 2026 10:00:30 GMT", 30.0), ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("Sun, 99 Nov 2026 09:00:00 GMT", None),
    ],
)  # fmt: skip
def test_both_forms_of_retry_after_are_read(header, delay_s):
    """Seconds, or a date; nonsense is as if it were not there."""
    assert asked_delay_s(header, datetime(2026, 11, 22, 10, 0, tzinfo=UTC)) == delay_s


def test_only_what_may_pass_is_passing():
    """A wrong key, no credit and bad audio stay so."""
    assert all(is_passing(status) for status in (408, 429, 500, 502, 503, 504, 529))
    assert not any(is_passing(status) for status in (301, 400, 401, 402, 403, 404, 413, 415, 422))
