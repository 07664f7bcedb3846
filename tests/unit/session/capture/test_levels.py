from collections.abc import Sequence

import numpy as np
import pytest

from roomtone.bot.speaker import Speaker
from roomtone.session.capture.levels import SILENT_DBFS, SpeakerLevels, VoiceGate, level_dbfs
from roomtone.session.capture.model import SILENCE, Samples, Tick

ADA, GRACE = Speaker("ada", "Ada"), Speaker("grace", "Grace")


def tone(dbfs: float) -> Samples:
    """A tick at a level."""
    return np.full(960, round(32768 * 10 ** (dbfs / 20)), np.int16)


def test_level_is_rms_against_full_scale():
    """Full scale is 0, a tenth is -20, silence is -120."""
    assert level_dbfs(np.full(960, -32768, np.int16)) == pytest.approx(0.0)
    assert level_dbfs(tone(-20)) == pytest.approx(-20.0, abs=0.01)
    assert level_dbfs(SILENCE) == level_dbfs(np.zeros(960, np.int16)) == SILENT_DBFS


def run(levels: Sequence[float]) -> tuple[VoiceGate, list[bool]]:
    """A gate that heard the levels, and whether it was open after each."""
    gate = VoiceGate()
    opened = []
    for index, dbfs in enumerate(levels):
        gate.hear(dbfs, index * 0.02)
        opened.append(gate.is_open)
    return gate, opened


def test_gate_opens_after_60_ms_and_remembers_where_the_voice_began():
    """Three loud ticks open it; the turn began with the first."""
    gate, opened = run([-80, -80, -30, -30, -30])
    assert opened == [False, False, False, False, True]
    assert gate.since_s == pytest.approx(0.04)
    assert gate.until_s == pytest.approx(0.1)


def test_click_opens_nothing():
    """40 ms of noise are no voice, however often."""
    _, opened = run([-20, -20, -80] * 20)
    assert not any(opened)


def test_gate_stays_open_through_a_pause_and_quiet_words():
    """-50 dBFS holds it but does not open it; 400 ms of silence close it."""
    _, opened = run([-30] * 5 + [-50] * 50 + [-80] * 19 + [-50] + [-80] * 20)
    assert opened[4:-1] == [True] * (len(opened) - 5)
    assert not opened[-1]
    _, unopened = run([-50] * 50)
    assert not any(unopened)


def test_speakers_are_listed_loudest_first():
    """Who speaks and how loud, by ear; somebody who left is not listed."""
    levels = SpeakerLevels()
    for index in range(5):
        levels.on_tick(Tick(index * 960, index * 0.02, {ADA: tone(-30), GRACE: tone(-20)}))
    assert list(levels.speaking) == [GRACE, ADA]
    assert levels.level_dbfs == pytest.approx(-19.6, abs=0.1)
    assert levels.last_voice_s == pytest.approx(0.1)
    levels.on_tick(Tick(5 * 960, 0.1, {ADA: tone(-30)}))
    assert list(levels.speaking) == [ADA]


def test_silence_has_no_voice():
    """Nobody spoke: there is no last voice."""
    levels = SpeakerLevels()
    for index in range(100):
        levels.on_tick(Tick(index * 960, index * 0.02, {ADA: SILENCE}))
    assert levels.speaking == ()
    assert levels.last_voice_s is None
    assert levels.level_dbfs == SILENT_DBFS
