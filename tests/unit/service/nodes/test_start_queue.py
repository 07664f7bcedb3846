"""Who starts next: in order, and fair to bots that need more room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.nodes.slots import Slots
from roomtone.service.nodes.start_queue import FIRST_TURN_S, choose, keeps_room

HOUR_S = 3600.0
LONGEST_STAY_S = 5 * HOUR_S
STEP_S = 15.0


def taken(capacity: int, *weights: int) -> Slots:
    """Slots of a node on which bots of these weights run."""
    slots = Slots(capacity)
    for number, weight in enumerate(weights):
        slots.take(str(number), weight)
    return slots


def test_who_has_been_due_longest_comes_first():
    """As long as it fits."""
    assert choose([1, 2, 1], taken(2), 0.0) == 0
    assert choose([2, 1, 1], taken(2), 0.0) == 0
    assert choose([], taken(2), 0.0) is None


def test_one_that_does_not_fit_is_passed_at_first_and_not_later():
    """A bot with video waits for two slots, one is free."""
    slots = taken(2, 1)
    assert choose([2, 2, 1, 1], slots, 0.0) == 2
    assert choose([2, 2, 1, 1], slots, FIRST_TURN_S - 1) == 2
    assert choose([2, 2, 1, 1], slots, FIRST_TURN_S + 1) is None
    assert choose([2, 2, 1, 1], slots, 3 * FIRST_TURN_S + 1) == 2


def test_room_is_kept_for_the_first_alone():
    """Else the turns of many who wait would add up to always."""
    assert choose([1, 2, 1], taken(2, 1), FIRST_TURN_S + 1) == 0


@pytest.mark.parametrize("waited_min", [0.0, 0.9, 3.1, 6.9, 15.1, 30.9])
def test_turns_double(waited_min: float):
    """Passed for one minute, kept for two, passed for four, kept for eight, passed for sixteen."""
    assert not keeps_room(waited_min * 60)


@pytest.mark.parametrize("waited_min", [1.0, 2.9, 7.0, 14.9, 31.1])
def test_kept_turns_double_too(waited_min: float):
    """Between those in which others pass."""
    assert keeps_room(waited_min * 60)


def test_a_turn_comes_that_is_longer_than_any_stay():
    """So that whoever holds the slots must have gone; and not after days."""
    kept_s = 0.0
    for second in range(0, int(24 * HOUR_S), 60):
        kept_s = kept_s + 60 if keeps_room(second) else 0.0
        if kept_s > LONGEST_STAY_S:
            break
    assert kept_s > LONGEST_STAY_S


@given(capacity=st.integers(2, 6), stay_s=st.floats(60, HOUR_S), data=st.data())
def test_nobody_starves_and_nobody_is_kept_out_for_ever(capacity: int, stay_s: float, data: st.DataObject):
    """With light bots coming without end a heavy one gets in, and light ones go on getting in meanwhile."""
    slots = Slots(capacity)
    ends_s: dict[str, float] = {}
    began_light = 0
    for number in range(capacity):  # who is there first, each for its own time
        slots.take(f"early {number}", 1)
        ends_s[f"early {number}"] = data.draw(st.floats(0, stay_s))
    for step in range(int(24 * HOUR_S / STEP_S)):
        now_s = step * STEP_S
        for name in [name for name, end_s in ends_s.items() if end_s <= now_s]:
            slots.release(name)
            del ends_s[name]
        index = choose([2] + [1] * 50, slots, now_s)
        while index is not None and index > 0:
            began_light += 1
            slots.take(f"light {began_light}", 1)
            ends_s[f"light {began_light}"] = now_s + stay_s
            index = choose([2] + [1] * 50, slots, now_s)
        if index == 0:
            break
    assert index == 0
    assert now_s <= 8 * stay_s + 8 * FIRST_TURN_S
