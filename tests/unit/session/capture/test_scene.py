"""What the recording shows."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.model import (
    ActiveSpeakers,
    MeetingTitled,
    ParticipantJoined,
    ParticipantLeft,
    TrackClosed,
    TrackOpened,
    TrackOwner,
    TrackSource,
)
from roomtone.session.capture.scene import FIRST_FRAME_S, RETRY_S, STARVED_S, PicturesSeen, SceneDirector

CAMERA = {"ada": "cam-a", "grace": "cam-g"}


def meeting(*, camera_on: bool | None = True, title: str = "Review") -> SceneDirector:
    """Ada and Grace, with a camera line and a share line each, and the bot."""
    director = SceneDirector(title=title)
    director.take(ParticipantJoined("bot", "Roomtone", 0.0, is_self=True))
    number = 0
    for person, name in (("ada", "Ada Lovelace"), ("grace", "Grace Hopper")):
        director.take(ParticipantJoined(person, name, 0.0, camera_on=camera_on, sharing=False))
        for purpose, letter in (("camera", "cam"), ("share", "share")):
            number += 1
            track = f"{letter}-{person[0]}"
            director.take(TrackOpened(number, "video", TrackSource.RTC, track, "", "", 0.0))
            director.take(TrackOwner(person, purpose, 0.0, media_track_id=track))
    return director


def test_the_speakers_camera_is_shown_with_the_name():
    """Whoever speaks is seen, with a name plate."""
    director = meeting()
    director.take(ActiveSpeakers(("grace",), 1.0))
    scene = director.scene(1.7)
    assert (scene.kind, scene.media_track_id, scene.plate) == ("camera", "cam-g", "Grace Hopper")


def test_a_shared_screen_comes_first_and_gives_way_when_it_ends():
    """A share covers the speaker from the roster's word on until it ends; it has no plate."""
    director = meeting()
    director.take(ActiveSpeakers(("grace",), 1.0))
    director.scene(2.0)
    director.take(ParticipantJoined("ada", "Ada Lovelace", 3.0, camera_on=True, sharing=True))
    scene = director.scene(3.0)
    assert (scene.kind, scene.media_track_id, scene.plate) == ("share", "share-a", "")
    director.take(PicturesSeen("share-a", 3.2))
    assert director.scene(300.0).kind == "share", "a slide may stand still for minutes"
    director.take(ParticipantJoined("ada", "Ada Lovelace", 301.0, camera_on=True, sharing=False))
    assert director.scene(301.0).media_track_id == "cam-g"


def test_a_share_without_pictures_is_given_up_and_tried_again():
    """A shared screen that shows nothing does not hold the picture for ever."""
    director = meeting()
    director.take(ActiveSpeakers(("grace",), 0.0))
    director.take(ParticipantJoined("ada", "Ada Lovelace", 3.0, camera_on=True, sharing=True))
    assert director.scene(3.0).kind == "share"
    assert director.scene(3.1 + FIRST_FRAME_S).kind == "camera"
    assert director.scene(3.1 + RETRY_S).kind == "share"


def test_a_speaker_without_a_camera_gets_a_card():
    """Camera off by the roster: a card with initials and name, at once."""
    director = meeting(camera_on=False)
    director.take(ActiveSpeakers(("ada",), 1.0))
    scene = director.scene(2.0)
    assert scene.kind == "placeholder"
    assert scene.media_track_id == ""
    assert scene.card is not None
    assert (scene.card.headline, scene.card.initials) == ("Ada Lovelace", "AL")


def test_a_camera_that_gives_no_pictures_becomes_a_card_and_is_watched():
    """Where the roster is silent, pictures decide; when they come the camera is shown."""
    director = meeting(camera_on=None)
    director.take(ActiveSpeakers(("ada",), 0.0))
    assert director.scene(1.0).kind == "camera"
    scene = director.scene(1.1 + FIRST_FRAME_S)
    assert (scene.kind, scene.media_track_id) == ("placeholder", "cam-a")
    director.take(PicturesSeen("cam-a", 9.0))
    assert director.scene(9.1).kind == "camera"
    assert director.scene(9.1 + STARVED_S).kind == "placeholder"


def test_a_camera_returned_to_gets_its_time_again():
    """A camera that was given up is tried afresh when its owner speaks again."""
    director = meeting(camera_on=None)
    director.take(ActiveSpeakers(("ada",), 0.0))
    director.scene(1.0)
    assert director.scene(9.0).kind == "placeholder"
    director.take(ActiveSpeakers(("grace",), 9.0))
    assert director.scene(10.0).media_track_id == "cam-g"
    director.take(ActiveSpeakers(("ada",), 20.0))
    assert director.scene(21.0).kind == "camera"


def test_nobody_there_is_said():
    """Alone, the bot shows the meeting's title, once it is told, and that it waits."""
    director = SceneDirector()
    director.take(MeetingTitled("Review", 0.0))
    director.take(ParticipantJoined("bot", "Roomtone", 0.0, is_self=True))
    scene = director.scene(0.0)
    assert scene.card is not None
    assert (scene.card.headline, scene.card.caption) == ("Review", "Waiting for participants")


def test_before_anybody_speaks_without_cameras_the_title_and_names_are_shown():
    """Nobody is singled out before they speak."""
    scene = meeting(camera_on=False).scene(0.0)
    assert scene.card is not None
    assert (scene.card.headline, scene.card.caption) == ("Review", "Ada Lovelace, Grace Hopper")


def test_a_changed_name_changes_the_plate():
    """The plate follows the roster."""
    director = meeting()
    director.take(ActiveSpeakers(("ada",), 0.0))
    director.scene(1.0)
    director.take(ParticipantJoined("ada", "Countess Lovelace", 2.0, camera_on=True, sharing=False))
    assert director.scene(2.0).plate == "Countess Lovelace"


def test_a_platform_that_names_no_owner_shows_the_newest_track():
    """An unowned picture is better than none."""
    director = SceneDirector()
    director.take(TrackOpened(1, "video", TrackSource.RTC, "t1", "", "", 0.0))
    assert director.scene(0.0).media_track_id == "t1"
    assert director.scene(10.0).kind == "placeholder"


def test_a_picture_is_expected_only_of_whom_the_roster_says_so():
    """Whether tracks are missing is judged by the camera of whoever is to be seen, and by shares."""
    director = meeting(camera_on=False)
    director.take(ActiveSpeakers(("ada",), 0.0))
    director.scene(1.0)
    assert not director.picture_expected()
    director.take(ParticipantJoined("grace", "Grace Hopper", 2.0, camera_on=True))
    assert not director.picture_expected()
    director.take(ParticipantJoined("ada", "Ada Lovelace", 2.0, camera_on=True))
    assert director.picture_expected()


PEOPLE = st.sampled_from(["ada", "grace", "mary", "bot"])
TRACKS = st.integers(1, 5)
EVENTS = st.one_of(
    st.builds(
        lambda p, camera, sharing: ParticipantJoined(
            p, p.title(), 0.0, is_self=p == "bot", camera_on=camera, sharing=sharing
        ),
        PEOPLE,
        st.sampled_from([True, False, None]),
        st.sampled_from([True, False, None]),
    ),
    st.builds(lambda p: ParticipantLeft(p, 0.0), PEOPLE),
    st.builds(lambda n: TrackOpened(n, "video", TrackSource.RTC, f"t{n}", "", "", 0.0), TRACKS),
    st.builds(lambda n: TrackClosed(n, 0.0), TRACKS),
    st.builds(
        lambda p, n, what: TrackOwner(p, what, 0.0, media_track_id=f"t{n}"),
        PEOPLE,
        TRACKS,
        st.sampled_from(["camera", "share"]),
    ),
    st.builds(lambda ids: ActiveSpeakers(tuple(ids), 0.0), st.lists(PEOPLE, unique=True)),
    st.builds(lambda n: PicturesSeen(f"t{n}", 0.0), TRACKS),
)


@given(st.lists(st.tuples(st.floats(0.0, 4.0), EVENTS), max_size=60))
def test_whatever_happens_a_scene_is_sensible(steps):
    """A shown track is open and its owner's, the bot is never shown, and a card has words."""
    director = SceneDirector()
    director.take(ParticipantJoined("bot", "Bot", 0.0, is_self=True))
    open_tracks: set[str] = set()
    owner: dict[str, tuple[str, str]] = {}
    at_s = 0.0
    for wait_s, drawn in steps:
        at_s += wait_s
        event = replace(drawn, at_s=at_s)
        director.take(event)
        if isinstance(event, TrackOpened):
            open_tracks.add(event.media_track_id)
        if isinstance(event, TrackClosed):
            open_tracks.discard(f"t{event.track}")
        if isinstance(event, TrackOwner):
            owner[event.media_track_id] = (event.participant_id or "", event.purpose)
        scene = director.scene(at_s)
        assert scene == director.scene(at_s), "asking again changes nothing"
        assert scene.media_track_id in open_tracks | {""}
        if scene.kind == "placeholder":
            assert scene.card is not None
            assert scene.card.headline
            assert scene.card.headline != "Bot"
        else:
            assert scene.media_track_id
            who, purpose = owner.get(scene.media_track_id, ("", scene.kind))
            assert who != "bot"
            assert purpose == scene.kind
        assert scene.plate != "Bot"
