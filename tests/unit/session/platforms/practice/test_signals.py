"""What the practice meeting's messages mean."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.model import (
    ActiveSpeakers,
    ChatMessage,
    MeetingTitled,
    ParticipantJoined,
    ParticipantLeft,
    TrackOwner,
)
from roomtone.session.platforms.base import StayFact, StayNews
from roomtone.session.platforms.practice.signals import PracticeSignals

ADA = {
    "id": "p1",
    "name": "Ada Lovelace",
    "host": True,
    "microphone": True,
    "camera": True,
    "sharing": False,
    "streams": {"main": "m1", "share": "s1"},
}


def socket(body: object) -> dict[str, object]:
    """A message of the meeting's socket, as the page's script sends it."""
    return {"type": "signal", "source": "socket", "body": body}


def tiles(*rows: object) -> dict[str, object]:
    """What the page's tiles show."""
    return {"type": "signal", "source": "page", "tiles": list(rows)}


def admitted(*people: object) -> dict[str, object]:
    """The bot is let in as p9 to these people."""
    return socket({"type": "admitted", "id": "p9", "title": "t", "participants": list(people)})


def test_admission_tells_the_roster_the_bot_itself_and_whose_streams_they_are():
    """One message gives the news, everybody and the owners."""
    assert PracticeSignals("Roomtone").read(admitted(ADA), 5.0) == [
        StayNews(StayFact.ADMITTED, 5.0),
        MeetingTitled("t", 5.0),
        ParticipantJoined("p9", "Roomtone", 5.0, is_self=True),
        ParticipantJoined("p1", "Ada Lovelace", 5.0, muted=False, camera_on=True, sharing=False),
        TrackOwner("p1", "voice", 5.0, stream_id="m1", kind="audio"),
        TrackOwner("p1", "camera", 5.0, stream_id="m1", kind="video"),
        TrackOwner("p1", "share", 5.0, stream_id="s1"),
    ]


def test_who_left_while_the_page_was_away_is_gone():
    """A second admission has the roster of now: whoever is not in it has left, the bot's former self included."""
    signals = PracticeSignals("Roomtone")
    signals.read(admitted({"id": "p9", "name": "Roomtone"}, ADA, {"id": "p2", "name": "Grace"}), 0)
    again = socket({"type": "admitted", "id": "p10", "participants": [ADA]})
    told = signals.read(again, 5)
    assert [one.participant_id for one in told if isinstance(one, ParticipantLeft)] == ["p2", "p9"]
    own = [one for one in told if isinstance(one, ParticipantJoined) and one.is_self]
    assert [one.participant_id for one in own] == ["p10"]


def test_the_bot_in_the_roster_is_itself():
    """A roster that lists the bot gives it once, with its name."""
    own = {"id": "p9", "name": "Roomtone", "streams": {}}
    signals = PracticeSignals("Roomtone").read(admitted(own, ADA), 0)
    assert [s.participant_id for s in signals if isinstance(s, ParticipantJoined) and s.is_self] == ["p9"]


def test_changes_are_told_again_but_owners_once():
    """A changed participant gives the roster's words anew and only streams not told before."""
    signals = PracticeSignals("Roomtone")
    signals.read(admitted(ADA), 0)
    changed = {**ADA, "sharing": True, "microphone": False, "streams": {"main": "m1", "share": "s2"}}
    assert list(signals.read(socket({"type": "participant_changed", "participant": changed}), 1)) == [
        ParticipantJoined("p1", "Ada Lovelace", 1, muted=True, camera_on=True, sharing=True),
        TrackOwner("p1", "share", 1, stream_id="s2"),
    ]


def test_the_news_about_the_bot():
    """Waiting, denied, removed, ended and a closed socket are told apart."""
    signals = PracticeSignals("Roomtone")
    rows: list[tuple[dict[str, str], StayFact]] = [
        ({"type": "waiting"}, StayFact.WAITING),
        ({"type": "denied"}, StayFact.DENIED),
        ({"type": "ended", "how": "ended"}, StayFact.ENDED),
        ({"type": "ended", "how": "removed"}, StayFact.REMOVED),
        ({"type": "closed"}, StayFact.DISCONNECTED),
    ]
    for body, fact in rows:
        assert list(signals.read(socket(body), 2)) == [StayNews(fact, 2)]


def test_speakers_leaving_and_chat():
    """The bot itself never speaks; a departure and a chat message are passed on."""
    signals = PracticeSignals("Roomtone")
    signals.read(admitted(ADA), 0)
    assert list(signals.read(socket({"type": "active_speakers", "ids": ["p9", "p1"]}), 1)) == [
        ActiveSpeakers(("p1",), 1)
    ]
    assert list(signals.read(socket({"type": "participant_left", "id": "p1"}), 2)) == [
        ParticipantLeft("p1", 2)
    ]
    said = {"type": "chat", "message_id": "c1", "id": "p1", "name": "Ada Lovelace", "text": "hello"}
    assert list(signals.read(socket(said), 3)) == [ChatMessage("c1", "p1", "Ada Lovelace", "hello", 3)]


def test_the_page_stands_in_while_the_socket_says_nothing():
    """Tiles give roster, owners, speakers and departures until the socket tells of the admission."""
    signals = PracticeSignals("Roomtone")
    ada = {"id": "p1", "name": "Ada", "self": False, "speaking": True, "streams": ["m1"]}
    own = {"id": "p9", "name": "Roomtone", "self": True, "speaking": False, "streams": []}
    seen = list(signals.read(tiles(own, ada), 1))
    assert ParticipantJoined("p9", "Roomtone", 1, is_self=True) in seen
    assert ParticipantJoined("p1", "Ada", 1) in seen
    assert TrackOwner("p1", "voice", 1, stream_id="m1", kind="audio") in seen
    assert seen[-1] == ActiveSpeakers(("p1",), 1)
    assert ParticipantLeft("p1", 2) in signals.read(tiles(own), 2)
    signals.read(admitted(), 3)
    assert list(signals.read(tiles(own, ada), 4)) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from([
    "waiting", "admitted", "participant_joined", "participant_left", "active_speakers", "chat", "ended", "odd",
])  # fmt: skip
BODIES = st.fixed_dictionaries(
    {"type": KINDS | JSON},
    optional=dict.fromkeys(("id", "ids", "participant", "participants", "message_id", "text", "how"), JSON),
)


@given(st.lists(BODIES.map(socket) | JSON.map(socket) | JSON.map(lambda x: {"source": "page", "tiles": x})))
def test_malformed_messages_never_raise(messages):
    """A page may say anything; the reader takes what makes sense and stays usable."""
    signals = PracticeSignals("Roomtone")
    for message in messages:
        for signal in signals.read(message, 1.0):
            assert signal.at_s == 1.0
    assert signals.read(socket({"type": "denied"}), 2.0)
