"""Stamps on the capture clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.browser.stamp_clock import StampClock


def test_a_stamp_of_the_machines_clock_is_taken_as_it_is():
    """Late arrival does not move it."""
    clock = StampClock()
    assert clock.place(1000.0e6, 1000.02) == 1000.0
    assert clock.place(1000.02e6, 1003.0) == 1000.02
    assert clock.corrected == 0


def test_a_stamp_of_another_clock_is_placed_by_the_fastest_message():
    """After a quick one, a slow one is placed by the quick one's shift."""
    clock = StampClock()
    clock.place(0.0, 5000.050)
    assert clock.place(20_000.0, 5000.030) == pytest.approx(5000.030, abs=1e-4)
    assert clock.place(40_000.0, 5000.200) == pytest.approx(5000.050, abs=1e-4)
    assert clock.corrected == 3


def test_a_new_origin_is_followed():
    """When the other clock begins anew, so does the shift."""
    clock = StampClock()
    clock.place(900e6, 5000.0)
    assert clock.place(0.0, 5001.0) == pytest.approx(5001.0)


@given(
    origin_s=st.floats(-1e6, 1e6),
    delays_s=st.lists(st.floats(0, 0.5), min_size=20, max_size=200),
    drift=st.floats(-5e-5, 5e-5),
)
def test_a_drifting_clock_with_jitter_never_runs_off(origin_s, delays_s, drift):
    """Placed stamps lie within half a second of the truth and never after their arrival."""
    clock = StampClock()
    for number, delay_s in enumerate(delays_s):
        true_s = 2e6 + number * 0.02
        stamp_us = ((true_s - 2e6) * (1 + drift) + origin_s) * 1e6
        arrival_s = true_s + delay_s
        placed_s = clock.place(stamp_us, arrival_s)
        assert placed_s <= arrival_s + 1e-3
        assert placed_s >= true_s - 1e-3
