"""Heard speech, from levels."""

from __future__ import annotations

import numpy as np

from roomtone.staging.sheet.model import speech_spans, time_text


def test_short_pauses_do_not_end_speech_and_clicks_are_none():
    """Words with short pauses are one stretch; a longer pause makes two; a single loud step is a click."""
    levels = np.full(200, -90, np.float32)
    levels[20:30] = levels[34:40] = levels[60:80] = -20
    levels[150] = -5
    found = speech_spans(levels, 100.0)
    assert [(round(s.from_s, 2), round(s.to_s, 2)) for s in found] == [(101.0, 102.0), (103.0, 104.0)]
    assert speech_spans(np.zeros(0, np.float32)) == ()


def test_times_are_written_as_people_write_them():
    """Minutes and seconds, hours where there are some, a sign before the beginning."""
    assert [time_text(s) for s in (0, 7, 67, 3723, -2)] == ["0:00", "0:07", "1:07", "1:02:03", "-0:02"]
