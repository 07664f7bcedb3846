"""Whose tracks are, by stream, by line and by description."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.model import TrackOwner
from roomtone.session.platforms.zoom.lines import Assignment, assignments, is_negotiation
from roomtone.session.platforms.zoom.roster import Roster
from roomtone.session.platforms.zoom.tracks import Tracks

ADA, GRACE = 16779264, 16780288


def tracks() -> Tracks:
    """Tracks of an empty meeting: numbers without their low bits are ids."""
    return Tracks(Roster("Roomtone").id_of)


def row(name: str, **fields: Any) -> dict[str, Any]:
    """A track as the page tells it."""
    return {
        "id": name,
        "kind": "audio",
        "stream_id": "",
        "mid": "",
        "ssrcs": [],
        "cnames": [],
        "element": "",
    } | fields


@pytest.mark.parametrize("stream", [f"{ADA}+CS+1", f"{ADA}%2BCS%2B1", f"{ADA | 3}+CS", f"{ADA}+CS+1+7"])
def test_a_stream_says_by_its_id_whose_it_is(stream: str):
    """The number before +CS is a person's, URL-encoded or not; the owner holds as long as the track has it."""
    assert tracks().page_tracks([row("t1", stream_id=stream)], 1.0) == [
        TrackOwner(str(ADA), "voice", 1.0, media_track_id="t1", stream_id=stream, kind="audio")
    ]


def test_bit_512_is_the_sound_of_a_shared_screen():
    """It is the sharer's, and no voice."""
    (owner,) = tracks().page_tracks([row("t1", stream_id=f"{ADA | 512}+CS+1")], 1.0)
    assert (owner.participant_id, owner.purpose) == (str(ADA), "share")


def test_other_streams_say_nothing():
    """Only meeting audio is anybody's."""
    assert (
        tracks().page_tracks([row("t1", stream_id=f"{ADA}+XX+1"), row("t2", stream_id="remote")], 1.0) == []
    )


def test_an_owner_is_told_once_and_again_when_it_changes():
    """The same track with another person's stream is another owner; one that ended can come again."""
    known = tracks()
    first = [row("t1", stream_id=f"{ADA}+CS+1")]
    assert len(known.page_tracks(first, 1.0)) == 1
    assert known.page_tracks(first, 2.0) == []
    assert known.page_tracks([row("t1", stream_id=f"{GRACE}+CS+1")], 3.0)[0].participant_id == str(GRACE)
    assert known.page_tracks([{"id": "t1", "ended": True}], 4.0) == []
    assert len(known.page_tracks(first, 5.0)) == 1


def test_the_one_track_that_the_page_sends_to_itself_is_the_mix():
    """It is nobody's alone; a line's owner or a second such track says more."""
    known = tracks()
    (owner,) = known.page_tracks([row("t1", mid="0", loop=True)], 1.0)
    assert (owner.participant_id, owner.purpose) == (None, "voice")
    assert known.negotiated(associate("0", ADA), 2.0)[0].participant_id == str(ADA)
    assert tracks().page_tracks([row("t1", loop=True), row("t2", loop=True)], 1.0) == []


def associate(line: str, number: int | None, **fields: Any) -> dict[str, Any]:
    """The media server gives a line to somebody."""
    entry = {"media_type": "MainAudio", "mid": line, "user_id": {"node_id": number, "is_current": True}}
    return {"type": 7, "stream_request_msg_index": 3, "associate": [entry | {"ssrcs": {"rtp": 11}} | fields]}


def test_lines_are_given_to_one_after_another():
    """Each change is told; a line that is taken away is nobody's."""
    known = tracks()
    known.page_tracks([row("t0", mid="0"), row("t1", mid="1")], 0.0)
    assert known.negotiated(associate("1", ADA), 1.0) == [
        TrackOwner(str(ADA), "voice", 1.0, media_track_id="t1", kind="audio")
    ]
    assert known.negotiated(associate("1", ADA), 1.5) == []
    assert known.negotiated(associate("1", GRACE), 2.0)[0].participant_id == str(GRACE)
    (freed,) = known.negotiated({"stream_request_msg_index": 4, "delete": ["1"]}, 3.0)
    assert (freed.participant_id, freed.purpose, freed.media_track_id) == (None, "idle", "t1")


def test_a_line_that_was_given_before_its_track_came_is_owned_at_once():
    """Signalling and media are on different ways."""
    known = tracks()
    assert known.negotiated(associate("2", ADA, media_type="ShareAudio"), 1.0) == []
    (owner,) = known.page_tracks([row("t2", mid="2")], 2.0)
    assert (owner.participant_id, owner.purpose) == (str(ADA), "share")


def test_a_line_made_for_somebody_is_found_by_stream_or_source():
    """A creation names no transceiver, but what will come in on it."""
    create = {
        "create": [
            {"msid": "s7", "media_type": "MainAudio", "ssrcs": {"rtp": 77}, "user_id": {"node_id": ADA}}
        ]
    }
    for fields in ({"stream_id": "s7"}, {"ssrcs": [77]}):
        known = tracks()
        known.negotiated(create, 1.0)
        assert known.page_tracks([row("t1", mid="4", **fields)], 2.0)[0].participant_id == str(ADA)


def test_pictures_are_owned_by_their_own_lines():
    """A video line is a camera or a shared screen, and never a voice's."""
    known = tracks()
    known.page_tracks([row("t1", mid="1"), row("t5", mid="5", kind="video")], 0.0)
    (owner,) = known.negotiated(associate("5", ADA, media_type="MainVideo"), 1.0)
    assert (owner.purpose, owner.kind, owner.media_track_id) == ("camera", "video", "t5")
    assert known.negotiated(associate("1", GRACE, media_type="MainVideo"), 1.0) == []


def test_lines_may_be_numbers_of_audio_elements():
    """When more lines fit the elements than the transceivers, they are meant."""
    known = tracks()
    known.page_tracks([row("a", mid="0", element="1"), row("b", mid="1", element="2")], 0.0)
    known.negotiated(associate("1", ADA), 1.0)
    known.negotiated(associate("2", GRACE), 1.0)
    owners = {one: known.negotiated(associate(line, None), 2.0) for one, line in (("a", "1"), ("b", "2"))}
    assert [owners[one][-1].media_track_id for one in owners] == ["a", "b"]


def test_a_description_that_names_the_user_owns_the_track():
    """The canonical name of a source starts with the user's number."""
    (owner,) = tracks().page_tracks([row("t1", cnames=[f"{ADA}+CS+0"])], 1.0)
    assert owner.participant_id == str(ADA)


@pytest.mark.parametrize(
    "body",
    [
        {"action": "associate", "line_id": 1, "type": "MainAudio", "user_id": f"{ADA}.{ADA}", "ssrc": 5},
        {"lines": [{"lineId": "1", "mediaType": "MainAudio", "userId": ADA, "ssrcs": [5]}]},
        {"associate": {"0": {"mid": "1", "media_type": "MainAudio", "node_id": ADA, "ssrcs": [{"rtp": 5}]}}},
        {
            "payload": {
                "data": [
                    {"action": "add", "mid": "1", "type": "MainAudio", "user_id": {"node_id": ADA}, "ssrc": 5}
                ]
            }
        },
    ],
)
def test_the_same_words_are_read_in_other_shapes(body: dict[str, Any]):
    """Field names count, not where they stand."""
    assert assignments(body) == [Assignment(ADA, "1", "", frozenset({5}), False, "audio")]


OWN, SSRC = 16781312, 3_000_000_001


@pytest.mark.parametrize(
    "body",
    [
        {"action": "associate", "lineId": 1, "userNode": f"{ADA}.{ADA | 2}", "ssrcs": [5], "mediaType": "MainAudio"},
        {"op": "x", "data": {"action": "add", "list": [
            {"line_id": "1", "id": f"{ADA}.{ADA | 2}", "media_type": "MainAudio", "ssrc": 5}]}},
        {"data": json.dumps({"action": "add", "lines": {
            "1": {"mid": "1", "user_id": {"node_id": ADA}, "ssrcs": {"rtp": 5}, "media_type": "MainAudio"}}})},
        {"items": [{"LineIndex": 1, "who": {"n": ADA | 3}, "to": OWN, "ssrc": 5, "kind": "main_audio"}]},
    ],
)  # fmt: skip
def test_a_participants_number_says_whose_a_line_is_under_any_name(body: dict[str, Any]):
    """Where its entry names a line, and no other participant; the bot itself is none."""
    known = Tracks(Roster("Roomtone").id_of, lambda number: number >> 10 in {ADA >> 10, GRACE >> 10})
    known.page_tracks([row("t0", mid="0"), row("t1", mid="1")], 0.0)
    assert is_negotiation(body)
    assert known.negotiated(body, 1.0) == [
        TrackOwner(str(ADA), "voice", 1.0, media_track_id="t1", kind="audio")
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"who": ADA, "other": GRACE},
        {"who": SSRC},
        {"who": OWN},
        {"ssrc": ADA},
        {"who": str(ADA)[:6]},
    ],
)
def test_numbers_that_are_not_one_participants_give_a_line_to_nobody(fields: dict[str, Any]):
    """Two people, a stranger, the bot, a packet source: no guesses."""
    entry = {"lineId": 1, "mediaType": "MainAudio"} | fields
    assert assignments(entry, lambda number: number >> 10 in {ADA >> 10, GRACE >> 10}) == []


def test_a_roster_is_no_negotiation():
    """People have no lines."""
    roster = {
        "add": [{"id": ADA, "type": 0, "audio": "computer", "dn2": "QWRh"}],
        "update": [],
        "remove": [GRACE],
    }
    assert not is_negotiation(roster)
    assert is_negotiation(associate("1", ADA))
    assert is_negotiation({"add": [{"mid": "1", "media_type": "MainAudio", "user_id": ADA}]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("MainAudio"),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["mid", "msid", "ssrcs", "rtp", "user_id", "node_id", "media_type", "associate", "delete", "action"]),
        inner,
        max_size=5,
    ),
    max_leaves=15,
)  # fmt: skip


@given(st.lists(st.tuples(st.booleans(), JSON), max_size=8))
def test_nothing_raises_and_every_owner_is_of_a_known_track(steps: list[tuple[bool, Any]]):
    """Whatever comes, an owner names a track that the page told of."""
    known = tracks()
    known.page_tracks([row("t1", mid="1"), row("t2", mid="2", ssrcs=[7])], 0.0)
    for is_row, value in steps:
        told = known.page_tracks([value], 1.0) if is_row else known.negotiated(value, 1.0)
        assert all(owner.media_track_id for owner in told)


def test_nobody_owns_a_track_before_a_roster_was_read():
    """A number that nobody has a name for leaves the voice to be named by what the page shows."""
    known = False
    found = Tracks(Roster("Roomtone").id_of, is_roster_known=lambda: known)
    assert found.page_tracks([row("t1", stream_id=f"{ADA}+CS+1")], 1.0) == []
    known = True
    (owner,) = found.renamed(2.0)
    assert owner == TrackOwner(
        str(ADA), "voice", 2.0, media_track_id="t1", stream_id=f"{ADA}+CS+1", kind="audio"
    )
