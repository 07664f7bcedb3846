"""Whose video track is which."""

from __future__ import annotations

from roomtone.session.capture.model import TrackOpened, TrackOwner, TrackSource
from roomtone.session.capture.track_owners import TrackOwners


def track(number: int, stream: str = "", kind: str = "video") -> TrackOpened:
    """A track named ``t<number>``."""
    return TrackOpened(number, kind, TrackSource.RTC, f"t{number}", stream, "", 0.0)


def test_a_track_is_found_by_its_stream_whichever_is_told_first():
    """Words about tracks may come before or after the tracks themselves."""
    owners = TrackOwners()
    owners.own(TrackOwner("ada", "camera", 0.0, stream_id="s1", kind="video"))
    owners.open(track(1, "s1"))
    owners.open(track(2, "s2"))
    owners.own(TrackOwner("ada", "share", 0.0, stream_id="s2", kind="video"))
    assert owners.find("ada", "camera") == "t1"
    assert owners.find("ada", "share") == "t2"
    assert owners.find("grace", "camera") == ""


def test_a_later_word_overrides():
    """A track that is handed to somebody else is not the first one's any more."""
    owners = TrackOwners()
    owners.open(track(1))
    owners.own(TrackOwner("ada", "camera", 0.0, media_track_id="t1"))
    owners.own(TrackOwner("grace", "camera", 1.0, media_track_id="t1"))
    assert owners.find("ada", "camera") == ""
    assert owners.find("grace", "camera") == "t1"


def test_sound_and_closed_tracks_are_not_found():
    """Only open video tracks count."""
    owners = TrackOwners()
    owners.own(TrackOwner("ada", "camera", 0.0, stream_id="s1"))
    owners.open(track(1, "s1", kind="audio"))
    assert owners.find("ada", "camera") == ""
    owners.open(track(2, "s1"))
    assert owners.close(2) == "t2"
    assert owners.close(2) == ""
    assert owners.find("ada", "camera") == ""


def test_the_newest_of_several_tracks_is_found():
    """After a renegotiation the newer track is the one that shows something."""
    owners = TrackOwners()
    owners.own(TrackOwner("ada", "camera", 0.0, stream_id="s1"))
    owners.open(track(1, "s1"))
    owners.open(track(2, "s1"))
    assert owners.find("ada", "camera") == "t2"


def test_unowned_tracks_count_only_where_no_owner_is_ever_named():
    """One word about any open track means that the platform names owners."""
    owners = TrackOwners()
    owners.open(track(1))
    owners.open(track(2))
    assert owners.newest_unowned() == "t2"
    owners.own(TrackOwner("ada", "camera", 0.0, media_track_id="t1"))
    assert owners.newest_unowned() == ""


def test_a_track_of_a_frame_inside_the_page_is_not_found():
    """What no composer can reach is not offered, but what is in the page is."""
    owners = TrackOwners()
    inner = TrackOpened(1, "video", TrackSource.RTC, "t1", "", "", 0.0, in_top_frame=False)
    owners.open(inner)
    owners.own(TrackOwner("ada", "camera", 0.0, media_track_id="t1"))
    assert owners.owners() == set()
    owners.open(track(2))
    owners.own(TrackOwner("grace", "camera", 0.0, media_track_id="t2"))
    assert owners.owners() == {"grace"}
