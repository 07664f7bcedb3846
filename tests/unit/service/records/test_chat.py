"""The chat, from the lines of a stay."""

from __future__ import annotations

from typing import Any

from roomtone.service.records.chat import Message, messages_of


def test_each_message_is_told_once():
    """In order, the first of each id; one without a writer or an id is a message too."""
    lines: list[dict[str, Any]] = [
        {"at_s": 1, "message_id": "m1", "participant_id": "a", "name": "Ada", "text": "Hi\nall 👋"},
        {"at_s": 2, "message_id": "m1", "participant_id": "a", "name": "Ada", "text": "again"},
        {"at_s": 3, "participant_id": None, "name": None, "text": "anonymous"},
        {"at_s": 4, "message_id": "m2", "text": None},
        {"message_id": "m3", "text": "never"},
    ]
    assert messages_of(lines) == [
        Message("m1", "a", "Ada", "Hi\nall 👋", 1.0),
        Message("line-2", "", "", "anonymous", 3.0),
    ]
