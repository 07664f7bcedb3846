"""The meeting's clock: one grid for sound and pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.practice.meeting_clock import PACKETS_PER_S, PICTURES_PER_S, MeetingClock


@given(st.floats(0, 1e6), st.floats(0, 4000))
def test_second_zero_is_on_the_grid_of_sound_and_pictures(origin_s: float, later_s: float) -> None:
    """Zero lies at most 100 ms ahead, where a packet and a picture are due at the same instant."""
    clock = MeetingClock(origin_s)
    clock.start(origin_s + later_s)
    assert clock.zero_s is not None
    assert -1e-6 <= clock.zero_s - (origin_s + later_s) <= 0.1 + 1e-6
    packet = round((clock.zero_s - origin_s) * PACKETS_PER_S)
    picture = round((clock.zero_s - origin_s) * PICTURES_PER_S)
    assert clock.scripted_packet(packet) == 0
    assert clock.scripted_picture(picture) == 0
    assert clock.packet_due_s(packet) == pytest.approx(clock.zero_s, abs=1e-6)
    assert clock.picture_due_s(picture) == pytest.approx(clock.zero_s, abs=1e-6)


@given(st.integers(0, 24 * 3600))
def test_nothing_drifts_over_a_day(second: int) -> None:
    """The packet and the picture of any full second are due at that second."""
    clock = MeetingClock(0.0)
    assert clock.packet_due_s(second * PACKETS_PER_S) == pytest.approx(second, abs=1e-9)
    assert clock.picture_due_s(second * PICTURES_PER_S) == pytest.approx(second, abs=1e-9)


def test_before_the_start_nothing_has_a_time() -> None:
    """Until second zero is known there is no script time."""
    clock = MeetingClock(5.0)
    assert (clock.zero_s, clock.at_s(6.0), clock.scripted_packet(3)) == (None, None, None)
