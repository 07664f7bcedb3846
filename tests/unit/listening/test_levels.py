"""Levels and their meter."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roomtone.listening.levels import FLOOR_DBFS, bar, decayed, level_dbfs


def test_known_levels():
    """A full-scale sine is -3 dBFS, silence and nothing are the floor."""
    sine = (32767 * np.sin(np.arange(4800) * 2 * np.pi / 48)).astype("<i2").tobytes()
    assert abs(level_dbfs(sine) + 3.01) < 0.01
    assert level_dbfs(bytes(1920)) == level_dbfs(b"") == FLOOR_DBFS


def test_a_meter_rises_at_once_and_falls_slowly():
    """The shown level jumps up to what is heard and falls by 40 dB a second."""
    assert decayed(-60, -10, 0.02) == -10
    assert decayed(-10, -80, 0.5) == -30
    assert decayed(-10, -80, 60) == -80


@given(st.floats(-200, 20), st.integers(1, 60))
def test_a_bar_has_its_width(level, width):
    """Whatever the level, the bar is as wide as asked."""
    assert len(bar(level, width)) == width
