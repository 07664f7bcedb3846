"""Which audio world a stay is said to have met."""

from __future__ import annotations

import pytest

from roomtone.bot.session_protocol import AudioWorldSeconds
from roomtone.session.capture.heard_sources import HeardSources
from roomtone.session.capture.model import TrackSource
from roomtone.session.statistics import audio_world, audio_worlds


@pytest.mark.parametrize(
    ("seconds", "world"),
    [
        ({}, "none"),
        ({"webrtc": 0.02}, "webrtc"),
        ({"webaudio": 90.0, "webrtc": 30.0}, "webaudio"),
        ({"elements": 20.0, "webrtc": 10.0}, "elements"),
        ({"webaudio": 60.0, "webrtc": 50.0}, "mixed"),
        ({"webaudio": 40.0, "webrtc": 30.0, "elements": 30.0}, "mixed"),
    ],
)
def test_the_world_with_most_of_the_sound_is_the_stays(seconds: dict[str, float], world: str):
    """Two thirds of the sound make a world; nothing heard is none."""
    assert audio_world(AudioWorldSeconds(**seconds)) == world


def test_seconds_are_counted_by_tick():
    """A tick counts for each source that had sound in it, and a silent tick for none."""
    heard = HeardSources()
    for tick in range(50):
        heard.hear({TrackSource.RTC} if tick % 2 else {TrackSource.RTC, TrackSource.WEBAUDIO}, tick * 0.02)
    heard.hear(set(), 1.0)
    worlds = audio_worlds(heard)
    assert (worlds.webrtc, worlds.webaudio, worlds.elements) == (1.0, 0.5, 0.0)
    assert heard.last_s == pytest.approx(1.0)
