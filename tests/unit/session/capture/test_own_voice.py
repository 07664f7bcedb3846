"""The bot's own voice: once among the voices, under its own name, and not in what leaves the meeting live."""

from __future__ import annotations

import numpy as np

from roomtone.bot.speaker import Speaker
from roomtone.session.capture.attribution import Attribution
from roomtone.session.capture.capture import Capture
from roomtone.session.capture.levels import SpeakerLevels
from roomtone.session.capture.model import (
    SILENCE,
    AudioChunk,
    ParticipantJoined,
    Tick,
    TrackClosed,
    TrackOpened,
    TrackOwner,
    TrackSource,
)
from roomtone.session.capture.own_voice import UNKNOWN_SELF, OthersAlone

BOT, ADA = Speaker("me", "Roomtone (you)"), Speaker("ada", "Ada")
LOUD = np.full(960, 8000, np.int16)
SOFT = np.full(960, 500, np.int16)


def opened(track: int, source: TrackSource) -> TrackOpened:
    """A track of sound."""
    return TrackOpened(track, "audio", source, f"m{track}", "", "", 0.0)


def meeting() -> Attribution:
    """The bot and Ada, her track 1 and the bot's microphone 2."""
    attribution = Attribution(own_name="Roomtone")
    attribution.hear_signal(ParticipantJoined("me", "Roomtone (you)", 0.0, is_self=True))
    attribution.hear_signal(ParticipantJoined("ada", "Ada", 0.0))
    attribution.open_track(opened(1, TrackSource.RTC))
    attribution.hear_signal(TrackOwner("ada", "voice", 0.0, media_track_id="m1"))
    attribution.open_track(opened(2, TrackSource.OWN))
    return attribution


def test_the_bot_is_a_speaker_from_when_it_first_spoke():
    """Silence of the microphone makes nobody known; afterwards it is silent when it is."""
    attribution = meeting()
    assert list(attribution.voices(1.0, {1: LOUD, 2: np.zeros(960, np.int16)})) == [ADA]
    voices = attribution.voices(1.02, {1: LOUD, 2: SOFT})
    assert {speaker: int(heard[0]) for speaker, heard in voices.items()} == {ADA: 8000, BOT: 500}
    assert attribution.voices(1.04, {1: LOUD})[BOT] is SILENCE
    attribution.hear_signal(ParticipantJoined("me", "Roomtone (you)", 1.05, is_self=True, muted=True))
    assert BOT in attribution.voices(1.06, {})


def test_its_voice_is_there_once():
    """A platform that plays it back, and a second frame with the same microphone, add nothing."""
    attribution = meeting()
    attribution.open_track(opened(3, TrackSource.OWN))
    attribution.open_track(opened(4, TrackSource.RTC))
    attribution.hear_signal(TrackOwner("me", "voice", 0.0, media_track_id="m4"))
    assert attribution.voices(1.0, {2: SOFT, 3: SOFT, 4: SOFT})[BOT].tolist() == SOFT.tolist()
    muted = np.zeros(960, np.int16)
    assert attribution.voices(1.02, {2: muted, 3: SOFT})[BOT].tolist() == SOFT.tolist()


def test_it_is_no_voice_of_the_meetings():
    """It stands for no source, drives out no other one, and counts as no track that might be heard."""
    attribution = Attribution(own_name="Roomtone")
    attribution.open_track(opened(1, TrackSource.WEBAUDIO))
    attribution.open_track(opened(2, TrackSource.OWN))
    assert attribution.used_tracks == {1}
    assert attribution.own_tracks == {2}
    assert attribution.source_of(2, 0.0) is None
    attribution.close_track(2)
    assert attribution.voices(0.0, {2: SOFT}) != {}
    attribution.forget_track(2)
    assert attribution.own_tracks == frozenset()


def test_it_has_a_name_before_the_roster_knows_it():
    """The one it was given; with the roster's word it goes on under that, alone."""
    attribution = Attribution(own_name="Roomtone", voices="mixed")
    attribution.open_track(opened(2, TrackSource.OWN))
    assert list(attribution.voices(0.0, {2: SOFT})) == [Speaker(UNKNOWN_SELF, "Roomtone")]
    attribution.hear_signal(ParticipantJoined("me", "", 0.5, is_self=True))
    assert list(attribution.voices(1.0, {2: SOFT})) == [Speaker("me", "Roomtone")]


def test_ticks_wait_for_it_and_carry_its_id():
    """A piece that is played now is in the tick of now, as loud as it was, after the track has ended too."""
    ticks: list[Tick] = []
    capture = Capture(0.0, meeting(), ticks.append)
    capture.feed(opened(2, TrackSource.OWN), 1.0)
    for place in range(50):
        at_s = 1.0 + place * 0.02
        capture.advance(at_s)
        capture.feed(AudioChunk(2, at_s, place * 960, SOFT), at_s + 0.005)
    capture.feed(TrackClosed(2, 2.0), 2.01)
    capture.finish(2.5)
    said = [int(np.abs(voice).max()) for tick in ticks for voice in tick.voices.values()]
    assert said.count(500) == 50
    assert {tick.own_id for tick in ticks} == {"me"}
    assert capture.n_voice_tracks == 1


def test_live_outputs_do_not_hear_it():
    """A voice agent would answer itself; everybody else is there unchanged."""

    class Ear:
        def __init__(self) -> None:
            self.ticks: list[Tick] = []

        def on_tick(self, tick: Tick) -> None:
            self.ticks.append(tick)

    ear = Ear()
    ears = OthersAlone(ear)
    both = Tick(0, 0.0, {ADA: LOUD, BOT: SOFT}, "me")
    alone = Tick(960, 0.02, {BOT: SOFT}, "me")
    without = Tick(1920, 0.04, {ADA: LOUD}, "me")
    for tick in (both, alone, without):
        ears.on_tick(tick)
    assert [list(tick.voices) for tick in ear.ticks] == [[ADA], [], [ADA]]
    assert ear.ticks[2] is without


def test_its_voice_is_heard_and_keeps_nobody_in_the_meeting():
    """It has a level and is shown as speaking, and is no voice of somebody's."""
    levels = SpeakerLevels()
    for place in range(20):
        levels.on_tick(Tick(place * 960, place * 0.02, {BOT: LOUD}, "me"))
    assert levels.speaking == (BOT,)
    assert levels.last_voice_s is None
    for place in range(20, 40):
        levels.on_tick(Tick(place * 960, place * 0.02, {BOT: LOUD, ADA: LOUD}, "me"))
    assert levels.last_voice_s is not None
