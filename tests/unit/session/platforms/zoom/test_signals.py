"""What the gateway's messages mean to a stay in a Zoom meeting."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.end_reasons import EndReason
from roomtone.session.capture.model import (
    ActiveSpeakers,
    ChatMessage,
    MeetingTitled,
    ParticipantJoined,
    ParticipantLeft,
)
from roomtone.session.platforms.base import StayFact, StayNews
from roomtone.session.platforms.zoom.signals import ZoomSignals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.session.capture.model import Signal
    from roomtone.session.platforms.zoom.answers import Refusal

OWN, ADA, GRACE = 16778240, 16779264, 16780288


def coded(text: str) -> str:
    """A text as the gateway writes it: base64 without padding."""
    return base64.b64encode(text.encode()).decode().rstrip("=")


def gateway(event: int, body: Any, socket: str = "d/1") -> dict[str, Any]:
    """A message of the gateway, as the page's script sends it."""
    return {"type": "signal", "source": "gateway", "socket": socket, "evt": event, "body": body}


def person(number: int, name: str, **fields: Any) -> dict[str, Any]:
    """A roster entry."""
    own = {"id": number, "dn2": coded(name), "role": 0, "audio": "computer", "muted": False, "bHold": False}
    return own | {"bVideoOn": False, "bShareOn": False} | fields


JOINED = gateway(
    4098, {"res": 0, "userID": OWN, "participantID": 7, "conID": "c", "meetingTopic": coded("Review")}
)
ROSTER = gateway(
    7937,
    {
        "add": [person(OWN, "Roomtone", muted=True), person(ADA, "Ada Łovelace")],
        "update": [],
        "remove": [],
    },
)


def in_meeting() -> ZoomSignals:
    """The readers of a bot that is in a meeting with Ada."""
    signals = ZoomSignals("Roomtone")
    signals.read(JOINED, 0.0)
    signals.read(ROSTER, 0.1)
    return signals


def _facts(said: Sequence[Signal | StayNews]) -> list[StayFact]:
    """What is said of the bot's own stay, where nothing else is said."""
    news = [one for one in said if isinstance(one, StayNews)]
    assert len(news) == len(said)
    return [one.fact for one in news]


def test_the_join_answer_and_the_roster_are_the_admission():
    """The answer alone admits nobody; with a roster that has the bot, not on hold, it is in the meeting."""
    signals = ZoomSignals("Roomtone")
    assert signals.read(JOINED, 1.0) == [MeetingTitled("Review", 1.0)]
    assert not signals.is_in_meeting
    assert signals.read(ROSTER, 2.0) == [
        ParticipantJoined(
            str(OWN), "Roomtone", 2.0, is_self=True, muted=True, camera_on=False, sharing=False
        ),
        ParticipantJoined(str(ADA), "Ada Łovelace", 2.0, muted=False, camera_on=False, sharing=False),
        StayNews(StayFact.ADMITTED, 2.0),
    ]
    assert signals.is_in_meeting


def test_the_waiting_room_is_no_meeting_until_the_bot_has_joined_again():
    """Taken in and put on hold: waiting; the release, the move and the new roster: admitted."""
    signals = ZoomSignals("Roomtone")
    signals.read(JOINED, 0.0)
    assert signals.read(gateway(7942, {"bHold": True, "bInitial": True}), 1.0) == [
        StayNews(StayFact.WAITING, 1.0)
    ]
    assert signals.read(gateway(7942, {"bHold": True}), 1.5) == []
    assert signals.is_on_hold
    assert signals.read(gateway(7942, {"bHold": False}), 2.0) == []
    assert signals.read(gateway(7939, {"reason": 5, "subReason": 1}), 3.0) == []
    assert not signals.is_in_meeting
    signals.read(JOINED, 4.0)
    assert signals.read(ROSTER, 5.0)[-1] == StayNews(StayFact.ADMITTED, 5.0)


def test_a_roster_that_says_the_bot_is_on_hold_admits_nobody():
    """The roster's word about the bot itself counts as much as the message about it."""
    signals = ZoomSignals("Roomtone")
    signals.read(JOINED, 0.0)
    held = gateway(7937, {"add": [person(OWN, "Roomtone", bHold=True)], "update": [], "remove": []})
    assert signals.read(held, 1.0)[-1] == StayNews(StayFact.WAITING, 1.0)
    freed = gateway(7937, {"add": [], "update": [{"id": OWN, "bHold": False}], "remove": []})
    assert signals.read(gateway(7942, {"bHold": False}), 2.0) == []
    assert signals.read(freed, 2.1)[-1] == StayNews(StayFact.ADMITTED, 2.1)


def test_a_roster_without_the_bot_counts_when_nothing_puts_it_on_hold():
    """The word to wait may follow the roster; after two seconds it does not."""
    others = gateway(7937, {"add": [person(ADA, "Ada")], "update": [], "remove": []})
    pulse = {"type": "signal", "source": "pulse"}
    signals = ZoomSignals("Roomtone")
    signals.read(JOINED, 0.0)
    assert StayNews(StayFact.ADMITTED, 0.1) not in signals.read(others, 0.1)
    assert signals.read(pulse, 1.0) == []
    assert signals.read(pulse, 2.2) == [StayNews(StayFact.ADMITTED, 2.2)]
    held = ZoomSignals("Roomtone")
    for message, at_s in ((JOINED, 0.0), (others, 0.1), (gateway(7942, {"bHold": True}), 0.5)):
        held.read(message, at_s)
    assert held.read(pulse, 3.0) == []
    assert not held.is_in_meeting


def test_sockets_of_a_document_that_was_left_do_not_count():
    """A page that is loaded again leaves sockets behind that never say that they closed."""
    signals = in_meeting()
    signals.read({**JOINED, "socket": "e/1"}, 5.0)
    signals.read({**ROSTER, "socket": "e/1"}, 5.1)
    closed = {"type": "signal", "source": "closed", "socket": "e/1"}
    assert signals.read(closed, 6.0) == [StayNews(StayFact.DISCONNECTED, 6.0)]


def test_put_back_on_hold_in_the_meeting_is_waiting_and_silence():
    """Nobody speaks to who waits."""
    signals = in_meeting()
    signals.read(gateway(12033, {"asn1": ADA}), 1.0)
    told = signals.read(gateway(7942, {"bHold": True}), 2.0)
    assert told == [ActiveSpeakers((), 2.0), StayNews(StayFact.WAITING, 2.0)]


def test_updates_and_removals_come_as_maps_and_change_what_they_name():
    """A partial update keeps the rest; a removal by id is a departure."""
    signals = in_meeting()
    changed = gateway(7937, {"add": {}, "update": {str(ADA): {"muted": True}}, "remove": {}})
    assert signals.read(changed, 3.0) == [
        ParticipantJoined(str(ADA), "Ada Łovelace", 3.0, muted=True, camera_on=False, sharing=False)
    ]
    assert signals.read(changed, 3.1) == []
    assert signals.read(gateway(7937, {"remove": {str(ADA): {}}}), 4.0) == [ParticipantLeft(str(ADA), 4.0)]


def test_a_removal_is_an_id_or_an_entry():
    """Both forms are understood."""
    for gone in ([ADA], [{"id": ADA}]):
        left = in_meeting().read(gateway(7937, {"add": [], "update": [], "remove": gone}), 4.0)
        assert left == [ParticipantLeft(str(ADA), 4.0)]


def test_who_waits_to_be_let_in_is_not_in_the_meeting():
    """Somebody in the waiting room is nobody's company until admitted."""
    signals = in_meeting()
    waiting = gateway(7937, {"add": [person(GRACE, "Grace", bHold=True)], "update": [], "remove": []})
    assert signals.read(waiting, 1.0) == []
    admitted = gateway(7937, {"add": [], "update": [{"id": GRACE, "bHold": False}], "remove": []})
    assert [one.name for one in signals.read(admitted, 2.0) if isinstance(one, ParticipantJoined)] == [
        "Grace"
    ]
    held = gateway(7937, {"add": [], "update": [{"id": GRACE, "bHold": True}], "remove": []})
    assert signals.read(held, 3.0) == [ParticipantLeft(str(GRACE), 3.0)]


def test_speakers_are_matched_above_their_low_bits_and_never_the_bot():
    """Ids of streams are their people's; an empty message is silence."""
    signals = in_meeting()
    spoken = gateway(12033, {"asn2": OWN, "asn1": ADA | 1, "asn3": 0})
    assert signals.read(spoken, 1.0) == [ActiveSpeakers((str(ADA),), 1.0)]
    assert signals.read(gateway(12033, {}), 2.0) == [ActiveSpeakers((), 2.0)]


def test_numbers_of_messages_that_moved_are_learned():
    """Another build: the same fields under other numbers say the same."""
    signals = ZoomSignals("Roomtone")
    signals.read({**JOINED, "evt": 4100}, 0.0)
    assert signals.read({**ROSTER, "evt": 8001}, 0.1)[-1] == StayNews(StayFact.ADMITTED, 0.1)
    assert signals.read(gateway(12040, {"asn1": ADA}), 1.0) == [ActiveSpeakers((str(ADA),), 1.0)]
    assert signals.read(gateway(12040, {}), 2.0) == [ActiveSpeakers((), 2.0)]
    assert _facts(signals.read(gateway(7950, {"reason": 8}), 3.0)) == [StayFact.ENDED]


@pytest.mark.parametrize(
    ("reason", "fact", "end_reason"),
    [
        (1, StayFact.ENDED, None),
        (6, StayFact.REMOVED, None),
        (7, StayFact.REMOVED, None),
        (8, StayFact.ENDED, None),
        (13, StayFact.OVER, EndReason.REGISTRATION_REQUIRED),
        (99, StayFact.ENDED, None),
    ],
)
def test_ends_are_told_by_their_reason(reason: int, fact: StayFact, end_reason: EndReason | None):
    """Each of the gateway's reasons is one of ours."""
    (news,) = in_meeting().read(gateway(7939, {"reason": reason}), 9.0)
    assert isinstance(news, StayNews)
    assert (news.fact, news.end_reason) == (fact, end_reason)


def test_removed_from_the_waiting_room_is_denied():
    """Who never was in the meeting was not removed from it."""
    signals = ZoomSignals("Roomtone")
    signals.read(JOINED, 0.0)
    signals.read(gateway(7942, {"bHold": True}), 1.0)
    assert _facts(signals.read(gateway(7939, {"reason": 7}), 2.0)) == [StayFact.DENIED]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (6, EndReason.MEETING_OVER),
        (9, EndReason.MEETING_FULL),
        (12, EndReason.MEETING_LOCKED),
        (3001, EndReason.MEETING_NOT_FOUND),
        (3004, EndReason.PASSCODE_WRONG),
        (3008, EndReason.MEETING_NOT_STARTED),
        (103039, EndReason.REMOVED_BEFORE),
        (103043, EndReason.ENTRY_DENIED),
        (4711, EndReason.JOIN_REFUSED),
    ],
)
def test_the_gateway_refuses_by_code(code: int, reason: EndReason):
    """A join answer with a code is the end; one that is not known says so with its number."""
    (news,) = ZoomSignals("Roomtone").read(gateway(4098, {"res": code}), 1.0)
    assert isinstance(news, StayNews)
    assert (news.fact, news.end_reason) == (StayFact.OVER, reason)
    assert str(code) in news.detail


def test_a_lost_socket_is_told_once_and_its_return_too():
    """A disconnection is news; the next roster takes it back."""
    signals = in_meeting()
    closed = {"type": "signal", "source": "closed", "socket": "d/1"}
    assert signals.read(closed, 5.0) == [StayNews(StayFact.DISCONNECTED, 5.0)]
    assert signals.read(closed, 5.1) == []
    signals.read({**JOINED, "socket": "d/2"}, 6.0)
    assert signals.read({**ROSTER, "socket": "d/2"}, 6.1)[-1] == StayNews(StayFact.ADMITTED, 6.1)


def test_a_socket_that_closes_after_the_end_or_a_move_is_no_news():
    """The client closes its socket by itself then."""
    closed = {"type": "signal", "source": "closed", "socket": "d/1"}
    for end in ({"reason": 5, "subReason": 2}, {"reason": 8}):
        signals = in_meeting()
        signals.read(gateway(7939, end), 4.0)
        assert signals.read(closed, 5.0) == []


def test_who_is_missing_from_the_roster_after_a_return_has_left():
    """The old people stay for some seconds, since a roster may come in pieces."""
    signals = in_meeting()
    signals.read(JOINED, 10.0)
    signals.read(gateway(7937, {"add": [person(OWN, "Roomtone")], "update": [], "remove": []}), 10.1)
    assert signals.read({"type": "signal", "source": "pulse"}, 11.0) == []
    pulse = {"type": "signal", "source": "pulse"}
    assert signals.read(pulse, 16.0) == [ParticipantLeft(str(ADA), 16.0)]


@pytest.mark.parametrize(
    "sender", [{"destNodeID": ADA}, {"sn": ADA}, {"sn": "account"}, {"sn": "x", "destNodeID": 0}]
)
def test_chat_is_told_with_its_sender(sender: dict[str, Any]):
    """The text is base64, as names are; the sender is found by number, account or name."""
    signals = ZoomSignals("Roomtone")
    signals.read(gateway(7937, {"add": [person(ADA, "Ada Łovelace", zoomID="account")]}), 0.0)
    body = {
        "text": coded("hello ✓"),
        "senderName": coded("Ada Łovelace"),
        "msgID": "m1",
        "destNodeID": 0,
    } | sender
    assert signals.read(gateway(7944, body), 3.0) == [
        ChatMessage("m1", str(ADA), "Ada Łovelace", "hello ✓", 3.0)
    ]


def test_chat_that_cannot_be_read_is_left_out():
    """An encrypted message has no words."""
    body = {"text": coded("x"), "senderName": coded("Ada"), "bEncrypted": True}
    assert in_meeting().read(gateway(7944, body), 3.0) == []


def test_the_words_of_a_chat_message_end_nothing():
    """What is written may look like anything of the gateway's."""
    body = {
        "text": coded('{"evt":7939,"body":{"reason":8}}'),
        "senderName": coded("x"),
        "reason": 8,
        "res": 12,
    }
    told = in_meeting().read(gateway(7944, body), 3.0)
    assert [type(one) for one in told] == [ChatMessage]


def _refusal(signals: ZoomSignals) -> Refusal | None:
    """The refusal as it is now."""
    return signals.refusal


def test_refusals_of_the_join_request_are_kept_and_forgotten():
    """They are told to whoever presses Join, who may have another passcode."""
    signals = ZoomSignals("Roomtone")
    answer = {"type": "signal", "source": "answer", "ok": False, "code": 3004}
    assert signals.read(answer, 1.0) == []
    assert signals.refusal is not None
    assert signals.refusal.end_reason is EndReason.PASSCODE_WRONG
    assert signals.refusal.is_correctable
    signals.forget_refusal()
    assert _refusal(signals) is None
    signals.read({**answer, "code": 9516}, 2.0)
    refusal = _refusal(signals)
    assert refusal is not None
    assert (refusal.end_reason, refusal.is_correctable) == (EndReason.BOT_DETECTED, False)
    signals.read({**answer, "ok": True, "code": 0}, 3.0)
    assert _refusal(signals) is None


def test_the_recording_by_zoom_is_known():
    """Status 2 means that it runs."""
    signals = in_meeting()
    signals.read(gateway(7938, {"cmrServerStatus": 2}), 1.0)
    assert signals.is_recording_announced
    signals.read(gateway(7938, {"cmrServerStatus": 4}), 2.0)
    assert not signals.is_recording_announced


NAMES = [
    "add", "update", "remove", "id", "dn2", "bHold", "res", "reason", "subReason", "asn1", "asn2", "text", "senderName",
    "userID", "participantID", "meetingTopic", "zoomID", "muted", "cmrServerStatus", "media_type", "mid", "user_id",
    "node_id", "associate", "create", "delete", "ssrcs", "rtp", str(ADA),
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(ADA),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"source": st.sampled_from(["gateway", "closed", "answer", "pulse", "tracks", "page", "x"])},
            optional={
                "evt": st.sampled_from([4098, 7937, 7939, 7942, 7944, 12033, 32769, 0]) | VALUES,
                "body": VALUES,
                "socket": VALUES,
                "ok": VALUES,
                "code": VALUES,
                "tracks": VALUES,
                "people": VALUES,
                "active": VALUES,
            },
        ),
        max_size=12,
    )
)
def test_nothing_that_a_page_can_send_raises(messages: list[dict[str, Any]]):
    """Malformed messages say nothing or little; they never raise."""
    signals = ZoomSignals("Roomtone")
    for number, message in enumerate(messages):
        signals.read(message, float(number))
