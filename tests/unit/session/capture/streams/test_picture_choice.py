"""Whose pictures are kept."""

from __future__ import annotations

from roomtone.session.capture.model import (
    ParticipantJoined,
    ParticipantLeft,
    TrackClosed,
    TrackOpened,
    TrackOwner,
    TrackSource,
)
from roomtone.session.capture.streams.picture_choice import MOST_CAMERAS, PictureChoice, Wanted


def shows(choice: PictureChoice, number: int, participant_id: str, kind: str = "camera") -> Wanted:
    """Somebody is there with a picture of their own."""
    choice.take(ParticipantJoined(participant_id, participant_id.title(), 1.0))
    choice.take(TrackOpened(number, "video", TrackSource.RTC, f"track-{number}", f"stream-{number}", "", 1.0))
    choice.take(TrackOwner(participant_id, kind, 1.0, stream_id=f"stream-{number}", kind="video"))
    return Wanted(f"track-{number}", participant_id, "share" if kind == "share" else "camera")


def test_cameras_and_screens_of_others_are_kept():
    """A camera and a shared screen of the same person are two; the bot's own and an owner's sound are none."""
    choice = PictureChoice()
    choice.take(ParticipantJoined("me", "Roomtone", 1.0, is_self=True))
    camera, share = shows(choice, 1, "ada"), shows(choice, 2, "ada", "share")
    choice.take(TrackOpened(3, "audio", TrackSource.RTC, "track-3", "stream-1", "", 1.0))
    choice.take(TrackOwner("me", "camera", 1.0, stream_id="stream-9", kind="video"))
    choice.take(TrackOpened(9, "video", TrackSource.RTC, "track-9", "stream-9", "", 1.0))
    assert choice.wanted() == [camera, share]
    assert choice.names == {"ada": "Ada"}


def test_a_camera_that_is_switched_off_or_leaves_is_kept_no_more():
    """The roster's word counts, and the end of the track, and the owner's leaving."""
    choice = PictureChoice()
    ada, grace, edsger = shows(choice, 1, "ada"), shows(choice, 2, "grace"), shows(choice, 3, "edsger")
    choice.take(ParticipantJoined("ada", "Ada", 2.0, camera_on=False))
    assert choice.wanted() == [grace, edsger]
    choice.take(TrackClosed(2, 3.0))
    choice.take(ParticipantLeft("edsger", 3.0))
    assert choice.wanted() == []
    choice.take(ParticipantJoined("ada", "Ada", 4.0, camera_on=True))
    assert choice.wanted() == [ada]


def test_the_first_six_cameras_are_kept_until_one_of_them_is_gone():
    """Nobody who is kept is dropped for somebody who came later."""
    choice = PictureChoice()
    first = [shows(choice, number, f"p{number}") for number in range(MOST_CAMERAS)]
    assert choice.wanted() == first
    late = shows(choice, 20, "late")
    assert choice.wanted() == first
    choice.take(ParticipantLeft("p2", 5.0))
    assert choice.wanted() == [*first[:2], *first[3:], late]
    back = shows(choice, 21, "p2")
    assert back not in choice.wanted()


def test_pictures_of_nobody_known_are_not_kept():
    """Without a word about its owner a track is nobody's."""
    choice = PictureChoice()
    choice.take(ParticipantJoined("ada", "Ada", 1.0))
    choice.take(TrackOpened(1, "video", TrackSource.RTC, "track-1", "stream-1", "", 1.0))
    assert choice.wanted() == []
    assert not choice.has_tracks
