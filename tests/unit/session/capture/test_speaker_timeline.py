import json

import numpy as np
import pytest

from roomtone.bot.speaker import Speaker
from roomtone.session.capture.model import SILENCE, Tick
from roomtone.session.capture.speaker_timeline import SpeakerTimeline, Turn

ADA, GRACE = Speaker("ada", "Ada Łovelace"), Speaker("grace", "Grace")
LOUD = np.full(960, 3000, np.int16)


def test_turns_begin_and_end_where_the_sound_does():
    """Overlapping turns of two speakers come out with their times; a click does not."""
    turns: list[Turn] = []
    timeline = SpeakerTimeline(100.0, turns.append)
    for index in range(200):
        ada = LOUD if 10 <= index < 60 or index == 100 else SILENCE
        grace = LOUD if index >= 50 else SILENCE
        timeline.on_tick(Tick(index * 960, 100.0 + index * 0.02, {ADA: ada, GRACE: grace}))
    timeline.finish()
    timeline.finish()
    assert [(t.speaker, round(t.start_s, 3), round(t.end_s, 3)) for t in turns] == [
        (ADA, 0.2, 1.2),
        (GRACE, 1.0, 4.0),
    ]
    assert json.loads(turns[0].to_line()) == {
        "speaker_id": "ada",
        "speaker_name": "Ada Łovelace",
        "start_s": pytest.approx(0.2),
        "end_s": pytest.approx(1.2),
    }


def test_speaker_who_leaves_ends_the_turn():
    """Somebody who is gone from the ticks is silent."""
    turns: list[Turn] = []
    timeline = SpeakerTimeline(0.0, turns.append)
    for index in range(60):
        timeline.on_tick(Tick(index * 960, index * 0.02, {ADA: LOUD} if index < 20 else {}))
    assert [(t.speaker, round(t.end_s, 3)) for t in turns] == [(ADA, 0.4)]
