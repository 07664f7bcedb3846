"""What counts as a voice."""

from __future__ import annotations

import numpy as np
import pytest

from roomtone.bot.speaker import NO_SPEAKER, Speaker
from roomtone.session.capture.model import Tick
from roomtone.session.voice_gate import LOUD_TICKS, VoiceGate, level_dbfs

ADA = Speaker("1", "Ada")


def tone(amplitude: float) -> np.ndarray:
    """20 ms of 400 Hz."""
    return (amplitude * 32767 * np.sin(2 * np.pi * 400 * np.arange(960) / 48_000)).astype(np.int16)


def feed(gate: VoiceGate, n: int, *amplitudes: float, start: int = 0) -> None:
    """``n`` ticks with a voice of each amplitude."""
    speakers = [ADA, NO_SPEAKER]
    for index in range(start, start + n):
        voices = {speakers[i]: tone(a) for i, a in enumerate(amplitudes)}
        gate.on_tick(Tick(position=index * 960, at_s=100 + index * 0.02, voices=voices))


def test_the_level_is_right_at_full_scale_and_at_nothing():
    """A full-scale sine is -3 dBFS, silence and no samples are the floor, and nothing overflows."""
    assert level_dbfs(tone(1.0)) == pytest.approx(-3.01, abs=0.05)
    assert level_dbfs(np.full(960, -32768, np.int16)) == pytest.approx(0.0, abs=0.01)
    assert level_dbfs(np.zeros(960, np.int16)) == -120
    assert level_dbfs(np.zeros(0, np.int16)) == -120


def test_a_voice_is_heard():
    """A steady voice among silent ones opens the gate, and its time is the last loud tick's."""
    gate = VoiceGate()
    feed(gate, 50, 0.0, 0.1)
    assert gate.last_voice_s == pytest.approx(100 + 49 * 0.02)
    assert gate.level_dbfs == pytest.approx(-23, abs=0.2)


def test_a_click_and_a_hum_are_no_voice():
    """Neither a few loud ticks nor a low noise floor counts."""
    gate = VoiceGate()
    feed(gate, LOUD_TICKS - 1, 0.5)
    feed(gate, 100, 0.001, start=LOUD_TICKS - 1)
    assert gate.last_voice_s is None


def test_an_empty_meeting_is_silent():
    """Ticks without voices are the floor."""
    gate = VoiceGate()
    feed(gate, 50)
    assert gate.last_voice_s is None
    assert gate.level_dbfs == -120
