"""The offset of two clocks, on clocks that a busy machine is slow to read."""

from __future__ import annotations

import time
from itertools import chain, repeat

import pytest

from roomtone.clock_offset import wall_minus_monotonic_s

OFFSET_S = 1_700_000_000.0


class SlowMachine:
    """A machine on which each look at a clock is followed by a wait."""

    def __init__(self, *waits_s: float) -> None:
        self._now_s = 50.0
        self._waits_s = chain(waits_s, repeat(0.0))

    def monotonic(self) -> float:
        """The one clock."""
        seen_s = self._now_s
        self._now_s += next(self._waits_s)
        return seen_s

    def wall(self) -> float:
        """The other."""
        return OFFSET_S + self.monotonic()


@pytest.mark.parametrize("waits_s", [(), (2.0,), (0.0, 2.0), (0.5, 0.5, 0.0, 0.0, 3.0), (1.0, 1.0, 0.0) * 9])
def test_a_wait_between_two_looks_is_no_part_of_it(waits_s: tuple[float, ...]):
    """However long the machine pauses before or after the wall clock is read, one undisturbed reading is found."""
    machine = SlowMachine(*waits_s)
    assert wall_minus_monotonic_s(machine.wall, machine.monotonic) == pytest.approx(OFFSET_S, abs=1e-3)


def test_of_disturbed_readings_the_closest_is_taken():
    """Where none is undisturbed the error is at most half of the shortest one."""
    machine = SlowMachine(*((0.3, 0.3, 0.0) * 4 + (0.004, 0.0, 0.0) + (0.3, 0.3, 0.0) * 20))
    assert wall_minus_monotonic_s(machine.wall, machine.monotonic) == pytest.approx(OFFSET_S, abs=0.0021)


def test_it_leads_from_one_clock_of_this_machine_to_the_other():
    """Between two looks at the wall clock lies what the other one says by it."""
    before_s = time.time()
    told_s = time.monotonic() + wall_minus_monotonic_s()
    assert before_s - 0.01 < told_s < time.time() + 0.01
