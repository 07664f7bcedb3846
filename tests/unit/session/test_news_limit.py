"""How much is told of who speaks is bounded, and true in the end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.session_protocol import SpeakingMoved
from roomtone.session.news_limit import Allowance, SpeakingLimit

if TYPE_CHECKING:
    from typing import Literal


def moved(who: str, action: Literal["start", "stop"]) -> SpeakingMoved:
    """Somebody began or ceased."""
    return SpeakingMoved(
        at=datetime(2026, 3, 14, tzinfo=UTC), action=action, participant_id=who, name=who, recorded_s=0
    )


def test_an_allowance_fills_up_again() -> None:
    """Two at once, then one a second."""
    allowance = Allowance(a_minute=60, at_once=2)
    assert [allowance.take(0.0) for _ in range(3)] == [True, True, False]
    assert [allowance.take(at_s) for at_s in (0.5, 1.0, 1.5, 100.0, 100.0, 100.0)] == [
        False, True, False, True, True, False,
    ]  # fmt: skip


def test_what_is_too_much_is_told_later_as_it_is_then() -> None:
    """Who began and ceased meanwhile is not told at all."""
    limit = SpeakingLimit(Allowance(a_minute=60, at_once=1))
    first, second = moved("1", "start"), moved("2", "start")
    assert limit.offer(first, 0.0) == [first]
    assert limit.offer(second, 0.0) == []
    assert limit.offer(moved("3", "start"), 0.0) == []
    assert limit.offer(moved("3", "stop"), 0.1) == []
    assert limit.due(1.0) == [second]
    assert limit.due(60.0) == []


@given(
    st.lists(st.tuples(st.sampled_from("123"), st.floats(0, 0.5)), max_size=80),
    st.integers(1, 5),
)
def test_starts_and_stops_alternate_within_bounds_and_end_true(
    steps: list[tuple[str, float]], at_once: int
) -> None:
    """However many come, and whatever is left out."""
    limit = SpeakingLimit(Allowance(a_minute=60, at_once=at_once))
    really: set[str] = set()
    told: set[str] = set()
    now_s, n_told = 0.0, 0
    for who, wait_s in steps:
        now_s += wait_s
        really ^= {who}
        for one in limit.offer(moved(who, "start" if who in really else "stop"), now_s):
            assert (one.participant_id in told) == (one.action == "stop")
            told ^= {one.participant_id}
            n_told += 1
    assert n_told <= at_once + now_s + 1
    for _ in range(10):
        now_s += 60
        for one in limit.due(now_s):
            told ^= {one.participant_id}
    assert told == really
