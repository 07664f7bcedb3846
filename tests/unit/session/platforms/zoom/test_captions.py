"""Captions, as the gateway passes them on."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.model import CaptionHeard
from roomtone.session.platforms.zoom.captions import MOST_OPEN, Captions, is_caption
from roomtone.session.platforms.zoom.roster import Roster
from roomtone.session.platforms.zoom.signals import ZoomSignals

ADA = 16779264
CLOSE, NEW, INSERT, DELETE, RESET = range(1, 6)


def coded(text: str) -> str:
    """Base64 without padding."""
    return base64.b64encode(text.encode()).decode().rstrip("=")


def captions() -> Captions:
    """Captions of a meeting in which Ada is."""
    roster = Roster("Roomtone")
    roster.apply({"add": [{"id": ADA, "dn2": coded("Ada")}]}, 0.0)
    return Captions(roster)


def change(what: int, content: str, **fields: Any) -> dict[str, Any]:
    """A message about the caption m1."""
    return {"msgType": what, "source": 4, "content": content, "msgId": "m1", "nodeId": ADA} | fields


def texts(messages: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """What is told of these, in their order."""
    known = captions()
    return [(one.text, one.is_final) for m in messages for one in known.told(m, 1.0)]


def test_a_caption_grows_under_its_id_and_is_closed():
    """Each message tells all of it; who speaks is found above the low bits, and kept where it is not said."""
    known = captions()
    first = change(NEW, coded("hello"), nodeId=ADA + 3, language="en")
    last = {"msgType": CLOSE, "msgId": "m1", "content": coded("hello there.")}
    assert known.told(first, 1.0) == (CaptionHeard("m1", str(ADA), "hello", False, 1.0, "en"),)
    assert known.told(last, 2.0) == (CaptionHeard("m1", str(ADA), "hello there.", True, 2.0, "en"),)


def test_changes_are_made_at_their_place():
    """Without a size all that follows the place goes; with one, that much; places count UTF-16 units."""
    assert texts(
        [
            change(NEW, "🙂 hallo"),
            change(INSERT, "e", pos=4, size=1),
            change(INSERT, "lo you", pos=6, size=0),
            change(DELETE, "", pos=8),
            change(RESET, "again"),
            change(CLOSE, ""),
        ]
    ) == [
        ("🙂 hallo", False),
        ("🙂 hello", False),
        ("🙂 hello you", False),
        ("🙂 hello", False),
        ("again", False),
        ("again", True),
    ]


def test_what_cannot_be_built_waits_for_the_whole():
    """A change of words that were never heard tells nothing; the close has them all."""
    assert texts([change(INSERT, "you", pos=6), change(INSERT, "x"), change(CLOSE, "hello you")]) == [
        ("hello you", True)
    ]


def test_encrypted_words_are_never_told():
    """Neither in the standard alphabet of base64 nor in the one for addresses, nor under a flag."""
    secret = bytes([12]) + random.Random(1).randbytes(60)
    for text in (base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()):
        assert texts([change(NEW, text), change(CLOSE, text)]) == []
        assert texts([{"changedContent": text, "operation": "start"}]) == []
    assert texts([change(NEW, "hello", bEncrypted=True), change(NEW, "hello", errorCode=7)]) == []


def test_short_words_are_plain_where_others_were():
    """The word "bye" is base64 of something too: what was heard before says which it is; long ones are still read."""
    long = coded("as it is coded")
    assert texts(
        [change(NEW, coded("bye")), change(NEW, "well, well"), change(NEW, "bye"), change(NEW, long)]
    ) == [
        ("bye", False),
        ("well, well", False),
        ("bye", False),
        ("as it is coded", False),
    ]


def test_typed_captions_begin_and_change():
    """Each start is a caption of its own; nobody is its speaker."""
    known = captions()
    said = [
        one
        for operation, where, words in (
            ("start", None, coded("helo")),
            ("insert", 3, "l"),
            ("insert", None, " you!"),
            ("delete", 9, "!"),
            ("replace", 0, "bye"),
            ("start", 0, "next"),
        )
        for one in known.told({"changedContent": words, "operation": operation, "where": where}, 1.0)
    ]
    assert [one.text for one in said] == ["helo", "hello", "hello you!", "hello you", "bye", "next"]
    assert [one.caption_id for one in said] == ["typed-1"] * 5 + ["typed-2"]
    assert {(one.participant_id, one.is_final) for one in said} == {("", False)}


def test_the_store_s_own_form_is_read_too():
    """As the client keeps captions: the whole text, and whether it is done."""
    body = {"msgId": 7, "text": "hello", "done": True, "user": {"userId": ADA}}
    assert captions().told(body, 1.0) == (CaptionHeard("7", str(ADA), "hello", True, 1.0),)


@pytest.mark.parametrize(
    ("event", "body", "expected"),
    [
        (7983, {"msgId": "m", "content": "x"}, True),
        (8001, change(NEW, "x"), True),
        (8001, {"changedContent": "x", "operation": "start"}, True),
        (8001, {"msgId": "m", "text": "x", "done": False}, True),
        (8001, {"msgId": "m", "content": "x"}, False),
        (7985, {"success": True, "src": 1, "lang": [2]}, False),
        (7959, {"status": 1}, False),
        (7944, {"text": "x", "msgID": "m", "destNodeID": ADA}, False),
    ],
)
def test_captions_are_told_by_their_fields(event: int, body: dict[str, Any], *, expected: bool):
    """Their numbers may move; they decide only where the fields could mean something else."""
    assert is_caption(event, body) is expected


def test_they_are_among_the_signals():
    """A caption and a chat message of the same stay."""
    signals = ZoomSignals("Roomtone")
    envelope = {"source": "gateway", "socket": "d/1"}
    assert signals.read(envelope | {"evt": 7983, "body": change(CLOSE, "hello")}, 1.0) == [
        CaptionHeard("m1", str(ADA >> 10 << 10), "hello", True, 1.0)
    ]


def test_captions_without_end_are_forgotten():
    """A page cannot make the reader grow."""
    known = captions()
    for number in range(MOST_OPEN + 1):
        known.told(change(NEW, "hello!", msgId=str(number)), 1.0)
    assert known.told(change(INSERT, " you", msgId="0", pos=6), 1.0) == ()
    assert [one.text for one in known.told(change(INSERT, " you", msgId="1", pos=6), 1.0)] == ["hello! you"]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["m1", "start", "insert", "delete", coded("words"), "\ud83d"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["userId", "id"]), st.integers(), max_size=2),
)
NAMES = st.sampled_from(
    [
        "msgType",
        "content",
        "text",
        "msgId",
        "nodeId",
        "pos",
        "size",
        "language",
        "errorCode",
        "done",
        "user",
        "changedContent",
        "operation",
        "where",
    ]
)


@given(st.lists(st.dictionaries(NAMES, VALUES) | st.builds(change, st.integers(0, 6), st.text(max_size=9))))
def test_nothing_that_a_page_can_send_raises(bodies: list[dict[str, Any]]):
    """Whatever is told has an id, words and no more of them than is allowed."""
    known = captions()
    for body in bodies:
        for one in known.told(body, 1.0):
            assert one.caption_id
            assert 0 < len(one.text) <= 5000


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 4), st.text("ab🙂 ", min_size=1, max_size=4)), max_size=8
    )
)
def test_a_close_tells_its_words_whatever_was_before(changes: list[tuple[int, int, str]]):
    """Partial words may be lost or odd; the final ones are the platform's."""
    known = captions()
    for at, size, words in changes:
        known.told(change(INSERT, words, pos=at, size=size), 1.0)
    (last,) = known.told(change(CLOSE, "all of it"), 2.0)
    assert (last.text, last.is_final) == ("all of it", True)
