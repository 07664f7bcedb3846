"""Token buckets: what they grant, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.api.token_buckets import MOST_BUCKETS, TokenBuckets


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        """The present."""
        return self.now_s


def test_a_bucket_is_full_at_first_and_fills_evenly():
    """Three at once, then one every two seconds; the answer to a refused one says when."""
    clock = Clock()
    buckets = TokenBuckets(30, 3, clock)
    answers = [buckets.take("a") for _ in range(4)]
    assert [answer.granted for answer in answers if answer] == [True, True, True, False]
    refused = answers[-1]
    assert refused is not None
    assert (refused.limit, refused.remaining, refused.retry_after_s, refused.full_after_s) == (3, 0, 2, 6)
    clock.now_s += 2.0
    assert [answer.granted for answer in (buckets.take("a"), buckets.take("a")) if answer] == [True, False]


def test_names_have_buckets_of_their_own():
    """One who asks too often takes nothing from others."""
    buckets = TokenBuckets(30, 1, Clock())
    granted = [buckets.take(name) for name in ("a", "a", "b")]
    assert [answer.granted for answer in granted if answer] == [True, False, True]


def test_zero_a_minute_is_no_limit():
    """There is nothing to say then."""
    buckets = TokenBuckets(0, 1, Clock())
    assert [buckets.take("a") for _ in range(3)] == [None, None, None]


def test_memory_is_bounded():
    """The bucket that was used longest ago goes first."""
    buckets = TokenBuckets(1, 1, Clock())
    buckets.take("busy")
    for number in range(MOST_BUCKETS - 1):
        buckets.take(str(number))
    buckets.take("busy")
    buckets.take("one more")
    still = buckets.take("busy")
    forgotten = buckets.take("0")
    assert still is not None
    assert not still.granted
    assert forgotten is not None
    assert forgotten.granted


@given(
    per_minute=st.integers(1, 100_000),
    burst=st.integers(1, 1000),
    pauses_s=st.lists(st.floats(0, 120), max_size=60),
)
def test_never_more_than_the_burst_and_what_came_back(per_minute: int, burst: int, pauses_s: list[float]):
    """Over any time at most the burst and the rate's share are granted, and who waits as told is granted."""
    clock = Clock()
    buckets = TokenBuckets(per_minute, burst, clock)
    granted = 0
    for pause_s in pauses_s:
        clock.now_s += pause_s
        answer = buckets.take("a")
        assert answer is not None
        granted += answer.granted
        assert 0 <= answer.remaining < burst or answer.remaining == burst - 1
        if not answer.granted:
            clock.now_s += answer.retry_after_s
            after = buckets.take("a")
            assert after is not None
            assert after.granted
            granted += 1
    assert granted <= burst + (clock.now_s - 1000.0) * per_minute / 60 + 1e-3


@pytest.mark.parametrize("wait_s", [1, 59])
def test_a_rare_token_takes_its_time(wait_s: int):
    """One a minute is refused until the minute is over."""
    clock = Clock()
    buckets = TokenBuckets(1, 1, clock)
    buckets.take("a")
    clock.now_s += wait_s
    answer = buckets.take("a")
    assert answer is not None
    assert 60 - wait_s <= answer.retry_after_s <= 61 - wait_s  # rounded up
