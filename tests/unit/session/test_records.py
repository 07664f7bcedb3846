"""What is written down beside the recording."""

from __future__ import annotations

import json

from roomtone.bot.speaker import Speaker
from roomtone.session.capture.model import (
    ActiveSpeakers,
    CaptionHeard,
    ChatMessage,
    ParticipantJoined,
    ParticipantLeft,
)
from roomtone.session.capture.speaker_timeline import Turn
from roomtone.session.records import Records


def lines(path) -> list[dict[str, object]]:
    """The objects in a file of JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_who_was_there_counts_from_the_recording(tmp_path):
    """Who came before and is still there is there from 0; who left before is not; repeats say nothing."""
    records = Records(tmp_path)
    records.on_signal(ParticipantJoined("1", "Ada", 90))
    records.on_signal(ParticipantJoined("2", "Grace", 91))
    records.on_signal(ParticipantLeft("2", 95))
    records.begin(100)
    records.on_signal(ParticipantJoined("1", "Ada", 101, muted=True))
    records.on_signal(ParticipantJoined("1", "Ada L.", 102))
    records.on_signal(ParticipantJoined("9", "Roomtone", 103, is_self=True))
    records.on_signal(ParticipantLeft("1", 104.5))
    records.on_signal(ParticipantLeft("1", 105))
    records.on_signal(ActiveSpeakers(("1",), 105))
    records.close()
    assert [(row["at_s"], row["what"], row["name"]) for row in lines(tmp_path / "participants.jsonl")] == [
        (0.0, "joined", "Ada"),
        (2.0, "changed", "Ada L."),
        (3.0, "joined", "Roomtone"),
        (4.5, "left", "Ada L."),
    ]


def test_chat_and_turns(tmp_path):
    """A message is written once, however often it comes; turns as they are; a file without lines is none."""
    records = Records(tmp_path)
    records.begin(100)
    for _ in range(2):
        records.on_signal(ChatMessage("m1", "1", "Ada", "line\nbreak ü", 107))
    records.on_turn(Turn(Speaker("1", "Ada"), 1.0, 2.5))
    records.close()
    assert lines(tmp_path / "chat.jsonl") == [
        {"at_s": 7.0, "message_id": "m1", "participant_id": "1", "name": "Ada", "text": "line\nbreak ü"}
    ]
    assert lines(tmp_path / "timeline.jsonl") == [
        {"speaker_id": "1", "speaker_name": "Ada", "start_s": 1.0, "end_s": 2.5}
    ]
    assert not (tmp_path / "participants.jsonl").exists()


def test_captions_are_written_once_they_are_done(tmp_path):
    """Final ones at once, those that never were at the end; both with the time at which they began."""
    records = Records(tmp_path)
    records.begin(100)
    records.on_signal(CaptionHeard("a", "1", "hel", False, 107))
    assert not (tmp_path / "captions.jsonl").exists()
    records.on_signal(CaptionHeard("a", "1", "Hello.", True, 109, "en"))
    assert lines(tmp_path / "captions.jsonl") == [
        {"at_s": 7.0, "caption_id": "a", "participant_id": "1", "text": "Hello.", "final": True}
    ]
    records.on_signal(CaptionHeard("b", "", "and", False, 110))
    records.close()
    assert lines(tmp_path / "captions.jsonl")[1:] == [
        {"at_s": 10.0, "caption_id": "b", "participant_id": "", "text": "and", "final": False}
    ]


def test_words_that_are_no_text_cost_their_odd_characters_alone(tmp_path):
    """Half a surrogate pair, which JSON can carry and UTF-8 cannot, is written as a question mark."""
    records = Records(tmp_path)
    records.on_signal(ChatMessage("m1", "1", "Ada", "odd \ud83d", 1))
    records.on_signal(CaptionHeard("a", "1", "\ud83d odd", True, 1))
    records.close()
    assert lines(tmp_path / "chat.jsonl")[0]["text"] == "odd ?"
    assert lines(tmp_path / "captions.jsonl")[0]["text"] == "? odd"


def test_a_disk_that_refuses_costs_lines_alone(tmp_path):
    """A full disk is no reason to end a stay."""
    (tmp_path / "chat.jsonl").symlink_to("/dev/full")
    records = Records(tmp_path)
    records.on_signal(ChatMessage("m1", "1", "Ada", "hello", 1))
    records.on_signal(ChatMessage("m2", "1", "Ada", "hello", 1))
    records.close()
