"""Whose a track is, from what the platform says and when it says it."""

from typing import Any

import numpy as np

from roomtone.bot.speaker import NO_SPEAKER, Speaker
from roomtone.session.capture.attribution import Attribution, SourcePolicy
from roomtone.session.capture.model import (
    SILENCE,
    ActiveSpeakers,
    ParticipantJoined,
    ParticipantLeft,
    TrackOpened,
    TrackOwner,
    TrackSource,
)

ADA, GRACE = Speaker("ada", "Ada"), Speaker("grace", "Grace")
LOUD = np.full(960, 8000, np.int16)
SOFT = np.full(960, 500, np.int16)


def opened(track: int, source: TrackSource = TrackSource.RTC, kind: str = "audio") -> TrackOpened:
    """A track whose media id is ``m`` and its number."""
    return TrackOpened(track, kind, source, f"m{track}", "", "", 0.0)


def meeting(*owned: tuple[int, str], **options: Any) -> Attribution:
    """Ada and Grace are there; ``owned`` are pairs of a track and its owner."""
    attribution = Attribution(**options)
    for speaker in (ADA, GRACE):
        attribution.hear_signal(ParticipantJoined(speaker.speaker_id, speaker.speaker_name, 0.0))
    for track, owner in owned:
        attribution.open_track(opened(track))
        attribution.hear_signal(TrackOwner(owner, "voice", 0.0, media_track_id=f"m{track}"))
    return attribution


def test_each_track_is_its_owners_voice():
    """Two owned tracks are two voices, in the order of becoming known, and silence is kept."""
    attribution = meeting((1, "ada"), (2, "grace"))
    assert list(attribution.voices(1.0, {2: LOUD})) == [GRACE]
    voices = attribution.voices(1.02, {1: SOFT})
    assert list(voices) == [GRACE, ADA]
    assert voices[GRACE] is SILENCE
    assert voices[ADA].tolist() == SOFT.tolist()


def test_tracks_of_one_speaker_are_one_voice():
    """A voice and a shared screen's sound of one participant are summed."""
    attribution = meeting((1, "ada"), (2, "ada"))
    voices = attribution.voices(1.0, {1: LOUD, 2: SOFT})
    assert list(voices) == [ADA]
    assert voices[ADA].tolist() == (LOUD + SOFT).tolist()


def test_names_change_and_ids_stay():
    """After a new name there is still one voice of that id; equal names with two ids are two voices."""
    attribution = meeting((1, "ada"), (2, "grace"))
    attribution.voices(1.0, {1: LOUD, 2: LOUD})
    attribution.hear_signal(ParticipantJoined("ada", "Grace", 2.0))
    voices = attribution.voices(2.0, {1: LOUD, 2: SOFT})
    assert list(voices) == [Speaker("ada", "Grace"), GRACE]


def test_owner_whose_name_is_not_known_yet_has_a_voice_of_his_own():
    """A voice with an id and no name is kept apart from others."""
    attribution = meeting((1, "ada"), (2, "zoe"))
    assert list(attribution.voices(1.0, {1: LOUD, 2: SOFT})) == [ADA, Speaker("zoe", NO_SPEAKER.speaker_name)]


def test_speaker_leaves_at_the_time_of_leaving_and_returns():
    """Who left has no voice from then on; ticks from before still have it; who returns has it again."""
    attribution = meeting((1, "ada"), (2, "grace"))
    attribution.voices(1.0, {1: LOUD, 2: LOUD})
    attribution.hear_signal(ParticipantLeft("grace", 2.0))
    assert list(attribution.voices(1.9, {1: LOUD})) == [ADA, GRACE]
    assert list(attribution.voices(2.0, {1: LOUD, 2: SILENCE})) == [ADA]
    assert list(attribution.voices(2.1, {1: LOUD, 2: LOUD})) == [ADA, GRACE]  # still heard: never lost
    attribution.hear_signal(ParticipantJoined("grace", "Grace", 3.0))
    assert list(attribution.voices(3.0, {})) == [ADA, GRACE]


def test_unowned_sound_is_nobodys_and_its_silence_is_nothing():
    """A track without owner makes NO_SPEAKER known by sound, not by silence or the last bits of noise."""
    attribution = meeting((1, "ada"))
    attribution.open_track(opened(2))
    assert list(attribution.voices(1.0, {1: LOUD, 2: SILENCE})) == [ADA]
    assert list(attribution.voices(1.0, {1: LOUD, 2: np.full(960, 3, np.int16)})) == [ADA]
    attribution.hear_signal(ActiveSpeakers(("ada",), 1.0))  # separate world: no reason to guess
    assert attribution.voices(1.1, {2: LOUD})[NO_SPEAKER].tolist() == LOUD.tolist()
    assert attribution.voices(1.2, {})[NO_SPEAKER] is SILENCE


def test_the_bot_never_hears_itself():
    """The bot's own track is no voice, known as its own before or after."""
    attribution = meeting((1, "ada"), (2, "me"))
    attribution.hear_signal(ParticipantJoined("me", "Roomtone", 0.0, is_self=True))
    assert list(attribution.voices(1.0, {1: LOUD, 2: LOUD})) == [ADA]
    late = meeting((1, "ada"), (2, "me"))
    late.voices(1.0, {1: LOUD, 2: LOUD})
    late.hear_signal(ParticipantJoined("me", "Roomtone", 0.0, is_self=True))
    assert list(late.voices(1.1, {1: LOUD, 2: LOUD})) == [ADA]


def test_mixed_sound_is_the_active_speakers():
    """One mixed track is labelled turn by turn, from before each report, and NO_SPEAKER between."""
    attribution = meeting(voices="mixed", lookback_s=0.3)
    attribution.hear_signal(ParticipantJoined("me", "Roomtone", 0.0, is_self=True))
    attribution.open_track(opened(1))
    attribution.hear_signal(ActiveSpeakers(("me", "ada"), 10.0))
    attribution.hear_signal(ActiveSpeakers(("grace",), 12.0))
    attribution.hear_signal(ActiveSpeakers((), 14.0))
    sounding = [
        [s for s, samples in attribution.voices(at_s, {1: LOUD}).items() if samples is not SILENCE]
        for at_s in (9.0, 9.8, 11.6, 11.8, 14.5)
    ]
    assert sounding == [[NO_SPEAKER], [ADA], [ADA], [GRACE], [NO_SPEAKER]]


def test_ticks_are_asked_for_later_only_while_a_mix_is_there():
    """The delay that turns need is paid by mixed sounds alone."""
    attribution = meeting((1, "ada"), lookback_s=0.3)
    assert attribution.delay_s == 0.0
    attribution.open_track(opened(2))
    attribution.hear_signal(TrackOwner(None, "voice", 1.0, media_track_id="m2"))
    assert attribution.delay_s == 0.3
    attribution.close_track(2)
    assert attribution.delay_s == 0.0


def test_webaudio_is_the_voice_only_without_webrtc():
    """Where a client plays WebRTC through WebAudio nobody is heard twice; without WebRTC it is all there is."""
    attribution = meeting((1, "ada"))
    attribution.open_track(opened(2, TrackSource.WEBAUDIO))
    attribution.open_track(opened(3, kind="video"))
    assert attribution.tracks == {1, 2}
    assert attribution.used_tracks == {1}
    assert list(attribution.voices(1.0, {1: SOFT, 2: LOUD})) == [ADA]
    attribution.close_track(1)
    assert 2 in attribution.used_tracks
    attribution.hear_signal(ActiveSpeakers(("grace",), 1.0))
    assert attribution.voices(2.0, {2: LOUD})[GRACE].tolist() == LOUD.tolist()
    attribution.forget_track(1)
    assert attribution.used_tracks == {2}


def test_some_platforms_take_every_source():
    """Under ALL a WebAudio voice is heard beside WebRTC."""
    attribution = meeting((1, "ada"), policy=SourcePolicy.ALL)
    attribution.open_track(opened(2, TrackSource.WEBAUDIO))
    assert attribution.used_tracks == {1, 2}


def test_a_tick_says_whether_its_voices_are_cut_from_a_mix():
    """By the sound that is in it: own tracks are none, a platform's mix and WebAudio are; silence is nothing."""
    separate = meeting((1, "ada"))
    assert not separate.hears_mix(1.0, {1: LOUD})
    mixed = meeting(voices="mixed")
    mixed.open_track(opened(1))
    assert mixed.hears_mix(1.0, {1: LOUD})
    assert not mixed.hears_mix(1.0, {1: SILENCE})
    webaudio = meeting()
    webaudio.open_track(opened(1, TrackSource.WEBAUDIO))
    assert webaudio.hears_mix(1.0, {1: LOUD})
    webaudio.open_track(opened(2))
    webaudio.hear_signal(TrackOwner("ada", "voice", 2.0, media_track_id="m2"))
    assert not webaudio.hears_mix(2.5, {1: LOUD, 2: LOUD})
