import time
from typing import Any

import numpy as np
import pytest

from roomtone.bot.speaker import NO_SPEAKER, Speaker
from roomtone.session.capture.attribution import Attribution
from roomtone.session.capture.capture import Capture
from roomtone.session.capture.hub import TickHub
from roomtone.session.capture.levels import SpeakerLevels
from roomtone.session.capture.mixer import mix
from roomtone.session.capture.model import (
    SILENCE,
    ActiveSpeakers,
    AudioChunk,
    CaptureEvent,
    ChatMessage,
    ParticipantJoined,
    Samples,
    Tick,
    TrackClosed,
    TrackOpened,
    TrackOwner,
    TrackSource,
)
from roomtone.session.capture.speaker_timeline import SpeakerTimeline

START_S = 50.0
ADA, GRACE = Speaker("ada", "Ada"), Speaker("grace", "Grace")


def opened(track: int, kind: str = "audio", source: TrackSource = TrackSource.RTC) -> TrackOpened:
    """A track whose media id is ``m`` and its number."""
    return TrackOpened(track, kind, source, f"m{track}", "", "", START_S)


def samples(track: int, index: int) -> Samples:
    """A chunk that tells its track and place, never zero."""
    return ((np.arange(960) + index * 960) * (track + 1) % 20_000 + 1).astype(np.int16)


class Stay:
    """A capture that keeps its ticks; time runs in steps of 20 ms."""

    def __init__(self, **options: Any) -> None:
        self.ticks: list[Tick] = []
        self.now_s = START_S
        self.capture = Capture(START_S, Attribution(**options), self.ticks.append)

    def feed(self, *events: CaptureEvent) -> int:
        """Feed events that arrive now."""
        return sum(self.capture.feed(event, self.now_s) for event in events)

    def run(self, seconds: float, tracks: tuple[int, ...] = (), first: int = 0) -> None:
        """Let the tracks deliver from chunk ``first`` on, 30 ms late."""
        for index in range(first, first + round(seconds * 50)):
            self.now_s = START_S + (index + 1) * 0.02 + 0.03
            self.capture.advance(self.now_s)
            at_s = START_S + index * 0.02
            self.feed(*(AudioChunk(track, at_s, index * 960, samples(track, index)) for track in tracks))

    def voice(self, speaker: Speaker) -> Samples:
        """All that came out of a speaker, silence included."""
        return np.concatenate([tick.voices.get(speaker, SILENCE) for tick in self.ticks])


def test_a_meeting_of_two_comes_out_whole_and_apart():
    """Every sample of each voice is in its own stream, at its place, and the length is the stay's."""
    stay = Stay()
    stay.feed(ParticipantJoined("ada", "Ada", START_S), ParticipantJoined("grace", "Grace", START_S))
    stay.feed(opened(1), TrackOwner("ada", "voice", START_S, media_track_id="m1"))
    stay.feed(TrackOwner("grace", "voice", START_S, media_track_id="m2"), opened(2), opened(3, kind="video"))
    stay.feed(ChatMessage("c1", "ada", "Ada", "hello", START_S))
    stay.run(4, (1, 2))
    stay.feed(TrackClosed(2, stay.now_s))
    stay.run(1, (1,), first=200)
    stay.capture.finish(START_S + 5)
    assert [tick.position for tick in stay.ticks] == [n * 960 for n in range(250)]
    assert [round(tick.at_s, 6) for tick in stay.ticks[:3]] == [50.0, 50.02, 50.04]
    assert (stay.voice(ADA) == np.concatenate([samples(1, n) for n in range(250)])).all()
    grace = stay.voice(GRACE)
    assert (grace[: 200 * 960] == np.concatenate([samples(2, n) for n in range(200)])).all()
    assert not grace[200 * 960 :].any()
    assert all(list(tick.voices) == [ADA, GRACE] for tick in stay.ticks)
    counts = stay.capture.counts
    assert (counts.audio_tracks, counts.ticks, counts.samples_received) == (2, 250, 450 * 960)
    assert (counts.gap_samples_filled, counts.late_samples_dropped, counts.stalls) == (0, 0, 0)
    assert stay.capture.recorded_s == 5.0


def test_feed_says_how_many_ticks_came_out():
    """A chunk brings out the tick that waited for it."""
    stay = Stay()
    stay.feed(opened(1))
    stay.run(2, (1,))
    assert stay.feed(AudioChunk(1, START_S + 2, 96_000, samples(1, 100))) == 1
    assert stay.capture.finish(START_S + 3) == 49


def test_mixed_world_waits_for_the_word_on_who_speaks():
    """A turn's first words go to its speaker, although the platform names him 300 ms later."""
    stay = Stay(voices="mixed", lookback_s=0.3)
    stay.feed(
        ParticipantJoined("ada", "Ada", START_S), ParticipantJoined("grace", "Grace", START_S), opened(1)
    )
    stay.feed(ActiveSpeakers(("ada",), START_S))
    stay.run(2, (1,))
    stay.feed(ActiveSpeakers(("grace",), stay.now_s))
    stay.run(1, (1,), first=100)
    stay.capture.finish(START_S + 3)
    assert len(stay.ticks) == 150
    ada, grace = stay.voice(ADA), stay.voice(GRACE)
    turn = int(np.flatnonzero(grace)[0])
    assert abs(turn - (2.03 - 0.3) * 48_000) < 960
    assert ada[:turn].all()
    assert not ada[turn:].any()
    assert (ada + grace == np.concatenate([samples(1, n) for n in range(150)])).all()


def test_webaudio_that_stops_holds_nobody_who_speaks_by_webrtc():
    """A second source that is not listened to is not waited for."""
    stay = Stay()
    stay.feed(opened(1), opened(2, source=TrackSource.WEBAUDIO))
    stay.run(1, (1, 2))
    stay.run(1, (1,), first=50)
    assert len(stay.ticks) == 100
    assert stay.capture.counts.stalls == 0


def test_closed_tracks_are_forgotten_after_their_sound():
    """After its end and a while a track leaves no trace, and WebAudio is a voice again at once."""
    stay = Stay()
    stay.feed(opened(1), opened(2, source=TrackSource.WEBAUDIO))
    stay.run(1, (1, 2))
    stay.feed(TrackClosed(1, stay.now_s))
    stay.run(12, (2,), first=50)
    heard = stay.voice(NO_SPEAKER)
    assert (heard[: 50 * 960] == np.concatenate([samples(1, n) for n in range(50)])).all()
    assert (heard[51 * 960 : 600 * 960] == np.concatenate([samples(2, n) for n in range(51, 600)])).all()
    assert stay.capture._attribution.tracks == {2}


class Mixing:
    """Does what the recorder does with a tick."""

    def __init__(self) -> None:
        self.n_samples = 0

    def on_tick(self, tick: Tick) -> None:
        """Mix."""
        self.n_samples += len(mix(tick.voices.values()))


def test_ten_voices_cost_a_fraction_of_a_core():
    """Ten tracks of 50 chunks a second, mixed, metered and put into turns: under 0.03 core."""
    stay = Stay()
    hub = TickHub(lambda name, problem: pytest.fail(f"{name}: {problem!r}"))
    mixing = Mixing()
    hub.subscribe("mix", mixing)
    hub.subscribe("levels", SpeakerLevels())
    hub.subscribe("timeline", SpeakerTimeline(START_S, lambda _turn: None))
    stay.capture = Capture(START_S, Attribution(), hub.publish)
    for track in range(10):
        stay.feed(opened(track), ParticipantJoined(f"p{track}", f"P{track}", START_S))
        stay.feed(TrackOwner(f"p{track}", "voice", START_S, media_track_id=f"m{track}"))
    begun_s = time.process_time()
    stay.run(20, tuple(range(10)))
    used_s = time.process_time() - begun_s
    assert mixing.n_samples >= 990 * 960
    assert used_s / 20 < 0.03


def test_what_was_heard_is_told_by_its_way():
    """Silent tracks, tracks that are no voices and the bot's own sound do not count as heard."""
    stay = Stay()
    stay.feed(ParticipantJoined("me", "Bot", START_S, is_self=True), opened(1))
    stay.feed(opened(2), TrackOwner("me", "voice", START_S, media_track_id="m2"))
    stay.feed(opened(3, source=TrackSource.ELEMENT))
    stay.run(1, (2, 3))
    assert stay.capture.heard.last_s is None
    stay.run(2, (1, 2, 3), first=50)
    for index in range(150, 200):
        stay.now_s = START_S + (index + 1) * 0.02 + 0.03
        stay.feed(AudioChunk(1, START_S + index * 0.02, index * 960, SILENCE))
    stay.capture.finish(START_S + 4)
    assert stay.capture.heard.seconds(TrackSource.RTC) == pytest.approx(2.0, abs=0.05)
    assert stay.capture.heard.seconds(TrackSource.ELEMENT) == 0
    assert stay.capture.heard.last_s == pytest.approx(START_S + 3, abs=0.05)
    assert stay.capture.n_voice_tracks == 2


def test_an_engine_that_fails_over_is_heard_in_both_worlds():
    """A mix that takes over when the tracks are gone counts from then on."""
    stay = Stay(voices="mixed")
    stay.feed(opened(1), opened(2, source=TrackSource.WEBAUDIO))
    stay.run(1, (1, 2))
    stay.feed(TrackClosed(1, stay.now_s))
    stay.run(1, (2,), first=50)
    stay.capture.finish(START_S + 2)
    assert stay.capture.heard.seconds(TrackSource.RTC) == pytest.approx(1.0, abs=0.1)
    assert stay.capture.heard.seconds(TrackSource.WEBAUDIO) == pytest.approx(1.0, abs=0.1)
