"""The session's second hand, over a recording that a test sets."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.session.attendance import Attendance, Limits
from roomtone.session.ending import EndingCell
from roomtone.session.heartbeat import Heartbeat
from roomtone.session.sound_watch import SoundWatch

SILENCE_S = 100.0


@pytest.mark.parametrize("is_paused", [False, True])
def test_silence_does_not_end_a_paused_stay(is_paused: bool):
    """Nothing is heard of a paused meeting: the rule for silence waits, and begins anew after the pause."""
    now_s = time.monotonic()
    attendance = Attendance(Limits(600, 300, SILENCE_S, 14_400))
    attendance.participant_joined("ada", now_s - 500)
    attendance.admitted(now_s - 500)
    levels = SimpleNamespace(last_voice_s=now_s - 200, speaking=(), level_dbfs=-120.0)
    heard, files = SimpleNamespace(last_s=None), SimpleNamespace(size_bytes=0)
    recording = SimpleNamespace(
        is_paused=is_paused, levels=levels, heard=heard, files=files, recorded_s=500.0, n_voice_tracks=0
    )
    listener = SimpleNamespace(recording=recording, last_sound_s=None, sound_watch=SoundWatch())
    ending = EndingCell()
    heartbeat = Heartbeat(
        cast("Any", SimpleNamespace(write=lambda _: None)),
        attendance=attendance,
        disk=cast("Any", SimpleNamespace(complaint=lambda: None)),
        listener=cast("Any", listener),
        ending=ending,
        on_news=lambda _: None,
    )
    heartbeat._beat(now_s)
    assert (ending.ending is None) == is_paused
    recording.is_paused = False
    heartbeat._beat(now_s + SILENCE_S - 1)
    assert (ending.ending is None) == is_paused
    heartbeat._beat(now_s + SILENCE_S + 1)
    assert ending.ending is not None
    assert ending.ending.reason is EndReason.SILENCE
