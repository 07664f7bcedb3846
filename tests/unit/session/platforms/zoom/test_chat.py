"""Chat messages whose words the gateway encrypts."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest

from roomtone.session.capture.model import ChatMessage
from roomtone.session.platforms.zoom.chat import Chat
from roomtone.session.platforms.zoom.roster import Roster

ADA = 16779264


def coded(data: bytes) -> str:
    """Base64 without padding."""
    return base64.b64encode(data).decode().rstrip("=")


def chat() -> Chat:
    """A chat in which Ada is known."""
    roster = Roster("Roomtone")
    roster.apply({"add": [{"id": ADA, "dn2": coded(b"Ada")}]}, 0.0)
    return Chat(roster)


def encrypted(name: str, **fields: Any) -> dict[str, Any]:
    """A message of which only the sender can be read."""
    secret = bytes([12]) + random.Random(name).randbytes(60)
    return {
        "text": coded(secret),
        "senderName": coded(name.encode()),
        "destNodeID": ADA,
        "msgID": "m1",
    } | fields


def test_encrypted_words_are_never_told_and_come_from_the_page():
    """The gateway says who and when, the page says what."""
    known = chat()
    assert known.told(encrypted("Ada"), 5.0) == ()
    assert known.shown("Ada To Everyone", "hello", 5.4) == (ChatMessage("m1", str(ADA), "Ada", "hello", 5.0),)
    assert known.shown("Ada To Everyone", "hello", 5.6) == ()


def test_what_the_page_shows_of_readable_messages_is_nothing_new():
    """A message is told once."""
    known = chat()
    told = known.told(
        {"text": coded(b"hello"), "senderName": coded(b"Ada"), "destNodeID": ADA, "msgID": "m"}, 1.0
    )
    assert [one.text for one in told] == ["hello"]
    assert known.shown("Ada To Everyone", "hello", 1.5) == ()


def test_words_of_somebody_else_or_too_late_belong_to_no_message():
    """Nobody gets words that they did not write."""
    known = chat()
    known.told(encrypted("Ada"), 5.0)
    assert known.shown("Grace To Everyone", "hello", 5.5) == ()
    assert known.shown("Ada To Everyone", "hello", 14.0) == ()


@pytest.mark.parametrize("text", ["hello", "abcd", "two words", "ünï", coded("ünï ✓ line\nbreak".encode())])
def test_plain_words_are_read_coded_or_not(text: str):
    """What is no ciphertext is words."""
    (message,) = chat().told({"text": text, "senderName": coded(b"Ada"), "destNodeID": ADA}, 1.0)
    assert message.text in {text, "ünï ✓ line\nbreak"}
