"""Whose a track is where nobody says so."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.speaker import NO_SPEAKER, Speaker
from roomtone.session.capture.active_speaker import LOOKBACK_S
from roomtone.session.capture.attribution import Attribution
from roomtone.session.capture.model import (
    ActiveSpeakers,
    ParticipantJoined,
    TrackOpened,
    TrackOwner,
    TrackSource,
)
from roomtone.session.capture.track_binding import TrackBinder

TICK_S = 0.02
ADA, GRACE = Speaker("ada", "Ada"), Speaker("grace", "Grace")
LOUD = np.full(960, 8000, np.int16)


def hear(binder: TrackBinder, seconds: float, from_s: float, *loud: int) -> float:
    """Let these tracks be loud, and two be silent else; the time after."""
    for number in range(round(seconds / TICK_S)):
        binder.hear({track: 9000 if track in loud else 0 for track in (1, 2)}, from_s + number * TICK_S)
    return from_s + seconds


def test_a_track_alone_with_somebody_named_long_before_is_theirs_after_half_a_second():
    """Not before, and not the other one; from the moment on that they were alone."""
    binder = TrackBinder()
    binder.active_speakers(["ada"], 0.0)
    now_s = hear(binder, 0.46, 5.0, 1)
    assert binder.owner(1) is None
    hear(binder, 0.1, now_s, 1)
    assert (binder.owner(1), binder.owner(2)) == ("ada", None)
    assert (binder.owner(1, 4.9), binder.owner(1, 5.0)) == (None, "ada")


def test_a_name_that_is_said_soon_after_a_track_began_is_its_owners_from_its_beginning():
    """Nothing is waited for when only one track can be meant."""
    binder = TrackBinder()
    now_s = hear(binder, 0.3, 0.0, 1)
    binder.active_speakers(["ada"], now_s)
    hear(binder, 0.02, now_s, 1)
    assert (binder.owner(1, 0.0), binder.owner(2)) == ("ada", None)


def test_two_at_once_bind_nothing():
    """Two loud tracks, or two speakers, prove nothing."""
    binder = TrackBinder()
    binder.active_speakers(["ada"], 0.0)
    now_s = hear(binder, 3.0, 0.0, 1, 2)
    binder.active_speakers(["ada", "grace"], now_s)
    hear(binder, 3.0, now_s, 1)
    assert (binder.owner(1), binder.owner(2)) == (None, None)


def test_a_name_that_comes_late_does_not_go_to_the_next_voice():
    """Who spoke before is still named for some 100 ms when the next one begins."""
    binder = TrackBinder()
    binder.active_speakers(["ada"], 0.0)
    now_s = hear(binder, 2.0, 0.0, 1)
    now_s = hear(binder, 0.4, now_s, 2)
    assert (binder.owner(1), binder.owner(2)) == ("ada", None)
    binder.active_speakers(["grace"], now_s)
    hear(binder, 2.0, now_s, 2)
    assert (binder.owner(1, 1.9), binder.owner(2, 2.0)) == ("ada", "grace")


def test_a_line_changes_hands_and_nobody_has_two_voices():
    """The meeting gives Ada's line to Grace, and Ada another one."""
    binder = TrackBinder()
    binder.active_speakers(["ada"], 0.0)
    now_s = hear(binder, 2.0, 0.0, 1)
    binder.active_speakers([], now_s)
    now_s = hear(binder, 1.0, now_s)
    binder.active_speakers(["grace"], now_s)
    now_s = hear(binder, 2.0, now_s, 1)
    assert (binder.owner(1, 1.9), binder.owner(1)) == ("ada", "grace")
    now_s = hear(binder, 1.0, now_s)
    binder.active_speakers(["ada"], now_s)
    hear(binder, 2.0, now_s, 2)
    assert (binder.owner(1), binder.owner(2)) == ("grace", "ada")
    binder.forget(1)
    assert binder.owner(1) is None


def test_an_owner_who_is_not_named_while_another_is_has_the_line_no_more():
    """Two are named, so nobody can be bound: the line is nobody's from the beginning of its piece."""
    binder = TrackBinder()
    binder.active_speakers(["ada"], 0.0)
    hear(binder, 2.0, 0.0, 1)
    binder.active_speakers(["grace", "zoe"], 3.1)
    hear(binder, 0.3, 3.0, 1)
    assert (binder.owner(1, 1.9), binder.owner(1, 3.0)) == ("ada", None)


def test_a_line_that_changes_hands_without_a_pause_is_its_new_owners():
    """Shortly before the name was said, which comes late."""
    binder = TrackBinder()
    binder.active_speakers(["ada"], 0.0)
    now_s = hear(binder, 3.0, 0.0, 1)
    binder.active_speakers(["grace"], now_s)
    hear(binder, 1.0, now_s, 1)
    assert (binder.owner(1, 2.6), binder.owner(1, 2.8)) == ("ada", "grace")


def test_who_is_drowned_by_a_louder_voice_on_another_line_keeps_theirs_for_a_moment():
    """A platform may name only the loudest; whoever is never named again is doubted all the same."""
    binder = TrackBinder()
    binder.active_speakers(["ada"], 0.0)
    now_s = hear(binder, 3.0, 0.0, 1)
    now_s = hear(binder, 0.2, now_s, 1, 2)
    binder.active_speakers(["grace"], now_s)
    now_s = hear(binder, 0.8, now_s, 1, 2)
    assert (binder.owner(1), binder.owner(2)) == ("ada", "grace")
    hear(binder, 1.0, now_s, 1, 2)
    assert (binder.owner(1), binder.owner(2)) == (None, "grace")


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from([1, 2, 3])), st.sets(st.sampled_from(["ada", "grace", "zoe"]))),
        max_size=200,
    )
)
def test_owners_are_people_who_were_said_to_speak_and_have_one_track_each(
    ticks: list[tuple[set[int], set[str]]],
):
    """Whatever is heard and said, nobody owns two tracks, and nobody unheard owns one."""
    binder, heard = TrackBinder(), set()
    for number, (loud, speakers) in enumerate(ticks):
        binder.active_speakers(speakers, number * 0.2)
        binder.hear(dict.fromkeys(loud, 9000), number * 0.2)
        heard |= speakers
        owners = [owner for track in (1, 2, 3) if (owner := binder.owner(track)) is not None]
        assert len(owners) == len(set(owners))
        assert set(owners) <= heard


def meeting() -> Attribution:
    """Ada and Grace with a separate track each, and no word on whose is whose."""
    attribution = Attribution()
    for speaker in (ADA, GRACE):
        attribution.hear_signal(ParticipantJoined(speaker.speaker_id, speaker.speaker_name, 0.0))
    for track in (1, 2):
        attribution.open_track(TrackOpened(track, "audio", TrackSource.RTC, f"m{track}", "", "", 0.0))
    return attribution


def speak(attribution: Attribution, track: int, seconds: float, from_s: float) -> Speaker:
    """One track speaks; whose voice its last tick was."""
    for number in range(round(seconds / TICK_S)):
        voices = attribution.voices(from_s + number * TICK_S, {track: LOUD})
    return next(speaker for speaker, samples in voices.items() if samples.any())


def test_tracks_that_nobody_names_get_their_owners_from_who_speaks():
    """Nobody at first, then Ada; the other one is Grace's."""
    attribution = meeting()
    assert speak(attribution, 1, 0.2, 0.0) == NO_SPEAKER
    assert attribution.delay_s == 0.0
    attribution.hear_signal(ActiveSpeakers(("ada",), 0.2))
    assert speak(attribution, 1, 2.0, 0.2) == ADA
    assert attribution.delay_s == LOOKBACK_S
    attribution.hear_signal(ActiveSpeakers(("grace",), 2.5))
    assert speak(attribution, 2, 2.0, 2.2) == GRACE


def test_where_signals_name_tracks_nothing_is_bound():
    """A platform that says whose one track is says it of the others in time."""
    attribution = meeting()
    attribution.hear_signal(TrackOwner("ada", "voice", 0.0, media_track_id="m1"))
    attribution.hear_signal(ActiveSpeakers(("grace",), 0.0))
    assert speak(attribution, 2, 3.0, 0.0) == NO_SPEAKER
    assert attribution.delay_s == 0.0
