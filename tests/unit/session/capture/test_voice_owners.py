from roomtone.session.capture.model import TrackOpened, TrackOwner, TrackSource
from roomtone.session.capture.voice_owners import MAX_RULES, Ownership, VoiceOwners


def opened(track: int, media: str = "", stream: str = "") -> TrackOpened:
    """An audio track with these ids."""
    return TrackOpened(track, "audio", TrackSource.RTC, media, stream, "", 1.0)


def test_rule_that_comes_before_the_track_holds_for_all_of_it():
    """The roster may name a stream before its track arrives."""
    owners = VoiceOwners()
    owners.apply(TrackOwner("ada", "voice", 50.0, stream_id="s1", kind="audio"))
    owners.open_track(opened(1, "m1", "s1"))
    assert owners.owner(1, 10.0) == "ada"


def test_first_rule_that_comes_after_the_track_holds_for_what_came_before():
    """A track is nobody's until it is named, and was that owner's all along."""
    owners = VoiceOwners()
    owners.open_track(opened(1, "m1"))
    assert owners.owner(1, 10.0) is Ownership.UNKNOWN
    owners.apply(TrackOwner("ada", "voice", 50.0, media_track_id="m1"))
    assert owners.owner(1, 10.0) == "ada"


def test_owner_changes_at_the_rules_time():
    """A track that is switched to another participant changes hands then, not before."""
    owners = VoiceOwners()
    owners.open_track(opened(1, "m1"))
    owners.apply(TrackOwner("ada", "voice", 50.0, media_track_id="m1"))
    owners.apply(TrackOwner("grace", "voice", 60.0, media_track_id="m1"))
    owners.apply(TrackOwner(None, "voice", 70.0, media_track_id="m1"))
    assert [owners.owner(1, at_s) for at_s in (49, 59.9, 60, 70)] == ["ada", "ada", "grace", Ownership.MIXED]


def test_selectors_must_all_match():
    """A rule with a track and a stream names neither of two tracks that have only one of them."""
    owners = VoiceOwners()
    owners.open_track(opened(1, "m1", "s2"))
    owners.open_track(opened(2, "m1", "s1"))
    owners.apply(TrackOwner("ada", "voice", 1.0, media_track_id="m1", stream_id="s1"))
    assert owners.owner(1, 2.0) is Ownership.UNKNOWN
    assert owners.owner(2, 2.0) == "ada"


def test_picture_rules_own_no_sound():
    """A rule about a stream's video or a camera leaves the stream's sound alone; a share's does not."""
    owners = VoiceOwners()
    owners.open_track(opened(1, "m1", "s1"))
    owners.apply(TrackOwner("ada", "camera", 1.0, stream_id="s1"))
    owners.apply(TrackOwner("ada", "voice", 1.0, stream_id="s1", kind="video"))
    assert owners.owner(1, 2.0) is Ownership.UNKNOWN
    owners.apply(TrackOwner("ada", "share", 1.0, stream_id="s1"))
    assert owners.owner(1, 2.0) == "ada"


def test_rules_are_bounded_and_tracks_are_forgotten():
    """A platform that names tracks for hours fills no memory."""
    owners = VoiceOwners()
    for n in range(MAX_RULES + 10):
        owners.apply(TrackOwner("ada", "voice", 1.0, media_track_id=f"m{n}"))
    owners.open_track(opened(1, "m0"))
    owners.open_track(opened(2, f"m{MAX_RULES}"))
    assert owners.owner(1, 2.0) is Ownership.UNKNOWN
    assert owners.owner(2, 2.0) == "ada"
    owners.forget_track(2)
    assert owners.owner(2, 2.0) is Ownership.UNKNOWN


def test_an_idle_track_is_nobodys_and_its_next_owner_has_the_last_half_second():
    """Sound may come before the word on whose it is, but never reaches back into what was another's."""
    owners = VoiceOwners()
    owners.open_track(opened(1, "m1"))
    owners.apply(TrackOwner("ada", "voice", 50.0, media_track_id="m1"))
    owners.apply(TrackOwner(None, "idle", 60.0, media_track_id="m1"))
    owners.apply(TrackOwner("grace", "voice", 70.0, media_track_id="m1"))
    at = [owners.owner(1, at_s) for at_s in (59.9, 60.0, 69.4, 69.6)]
    assert at == ["ada", Ownership.IDLE, Ownership.IDLE, "grace"]
    owners.apply(TrackOwner(None, "idle", 80.0, media_track_id="m1"))
    owners.apply(TrackOwner("zoe", "voice", 80.1, media_track_id="m1"))
    assert [owners.owner(1, at_s) for at_s in (79.9, 80.05)] == ["grace", "zoe"]
