"""Turns and captions, from the lines of a stay."""

from __future__ import annotations

from typing import Any

from roomtone.service.records.turns import Turn, captions_of, turns_of


def test_turns_are_told_in_the_order_in_which_they_began():
    """The file has them in the order of their ends; one without length is none."""
    lines: list[dict[str, Any]] = [
        {"speaker_id": "b", "speaker_name": "Ben", "start_s": 2.0, "end_s": 3.0},
        {"speaker_id": "a", "speaker_name": "Ada", "start_s": 0.5, "end_s": 4.25},
        {"speaker_id": "a", "speaker_name": "Ada", "start_s": 5.0, "end_s": 5.0},
        {"speaker_name": None, "start_s": 6, "end_s": 7},
    ]
    turns = turns_of(lines)
    assert turns == [
        Turn("a", "Ada", 0.5, 4.25),
        Turn("b", "Ben", 2.0, 3.0),
        Turn("NoSpeaker", "NoSpeaker", 6, 7),
    ]
    assert turns[0].seconds == 3.75


def test_captions_are_told_with_their_last_text():
    """A later version replaces the former and keeps its beginning; an unknown speaker is nobody."""
    lines = [
        {"at_s": 1.0, "caption_id": "1", "participant_id": "a", "text": "hello", "final": False},
        {"at_s": 9.0, "caption_id": "2", "participant_id": None, "text": "yes", "final": True},
        {"at_s": 1.5, "caption_id": "1", "participant_id": "a", "text": "Hello there.", "final": True},
        {"at_s": 12.0, "caption_id": "3", "participant_id": "a", "text": "  ", "final": True},
    ]
    captions = captions_of(lines, {"a": "Ada"})
    assert [(one.speaker_id, one.speaker_name, one.start_s, one.text) for one in captions] == [
        ("a", "Ada", 1.0, "Hello there."),
        (None, None, 9.0, "yes"),
    ]
    assert all(one.end_s > one.start_s for one in captions)
