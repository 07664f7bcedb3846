"""When a webhook is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.webhooks.retrying import Answer, retry_at

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(hours=24)


def delay_s(answer: Answer, attempts: int, jitter: float = 1.0) -> float:
    """Seconds until the next attempt of an event that is new."""
    at = retry_at(answer, attempts=attempts, tried_since=NOW, now=NOW, give_up_after=DAY, jitter=jitter)
    assert at is not None
    return (at - NOW).total_seconds()


def test_delays_double_up_to_a_quarter_of_an_hour():
    """1, 2, 4 s... and never more than 900."""
    waits = [delay_s(Answer(500), attempts) for attempts in range(1, 15)]
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == 900
    assert delay_s(Answer(500), 10_000) == 900


@given(st.integers(1, 30), st.floats(0, 1))
def test_jitter_takes_at_most_half(attempts: int, jitter: float):
    """Retries spread over the second half of the delay."""
    longest = delay_s(Answer(None), attempts)
    assert longest / 2 <= delay_s(Answer(None), attempts, jitter) <= longest


@pytest.mark.parametrize(
    ("status", "wish", "expected_s"),
    [
        (429, "30", 30),
        (503, format_datetime(NOW + timedelta(seconds=40), usegmt=True), 40),
        (503, "999999", 3600),
        (503, "soon", 1),
        (503, "-5", 1),
        (503, "", 1),
        (503, "1e9", 1),
        (500, "30", 1),
    ],
)
def test_a_busy_receiver_is_given_time(status: int, wish: str, expected_s: float):
    """Retry-After counts for who says that it is busy, up to an hour; nonsense does not."""
    assert delay_s(Answer(status, wish), 1) == expected_s


def test_giving_up():
    """410 at once; anything else when the next attempt would come too late."""
    at = {"attempts": 3, "tried_since": NOW, "give_up_after": DAY, "jitter": 0.0}
    assert retry_at(Answer(410), now=NOW, **at) is None  # type: ignore[arg-type]
    assert retry_at(Answer(500), now=NOW + DAY - timedelta(seconds=5), **at) is not None  # type: ignore[arg-type]
    assert retry_at(Answer(500), now=NOW + DAY, **at) is None  # type: ignore[arg-type]


@given(st.text(max_size=30))
def test_any_header_can_be_read(text: str):
    """Whatever a receiver writes, there is a next attempt."""
    assert delay_s(Answer(503, text), 1) >= 1


@pytest.mark.parametrize(
    ("status", "taken"), [(200, True), (204, True), (299, True), (199, False), (301, False), (None, False)]
)
def test_only_2xx_is_success(status: int | None, taken: bool):
    """Redirects and silence are failures."""
    assert Answer(status).taken is taken
