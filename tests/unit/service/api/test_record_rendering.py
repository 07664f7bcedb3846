"""The answers about who was there, who spoke and what was written, field by field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from roomtone.service.api.record_rendering import chats, participants, speaker_timeline
from roomtone.service.api.record_views import Chats, Participant, SpeakerTimeline
from roomtone.service.records.chat import Message
from roomtone.service.records.people import Person
from roomtone.service.records.turns import Turn

GOLDEN = Path(__file__).parent / "golden"
BEGAN_AT = datetime(2026, 3, 14, 15, 9, 26, 535_000, tzinfo=UTC)
SAVED_AT = datetime(2026, 3, 14, 15, 12, 0, tzinfo=UTC)
BOT = "5b0f9c1e-8f1c-4a0e-9f43-0d1f3f6f6d10"

PEOPLE = [
    Person("0", "Notes", True, True, 0, None, 0),
    Person("16778240", "Ada", False, True, 0, None, 2.5),
    Person("16779264", "Zoë 🎧", False, False, 1.25, 61.0, 61.0),
]
TURNS = [
    Turn("16778240", "Ada", 0.5, 4.25),
    Turn("NoSpeaker", "NoSpeaker", 4.0, 5.0),
    Turn("16779264", "Zoë 🎧", 59.9, 60.4),
]
MESSAGES = [
    Message("m1", "16778240", "Ada", "Hi\nall 👋", 1.0),
    Message("m2", "", "", "anonymous", 3.25),
    Message("m3", "16778240", "Ada L.", "Bye", 59.0),
]


def _chats(messages: list[Message], began_at: datetime | None) -> dict[str, Any]:
    return chats(
        messages, began_at, bot_id=BOT, meeting_id="86751234", saved_at=SAVED_AT, server_version="0.1.0"
    )


ANSWERS: dict[str, tuple[Any, type[BaseModel | list[Any]]]] = {
    "participants": (participants(PEOPLE, BEGAN_AT, {"16778240": ["s1", "s2"]}), list[Participant]),
    "speaker_timeline": (
        speaker_timeline(TURNS, BEGAN_AT, 60.0, f"bots/{BOT}/audio.mp3", SAVED_AT),
        SpeakerTimeline,
    ),
    "chats": (_chats(MESSAGES, BEGAN_AT), Chats),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_as_it_is_documented(name: str):
    """Every field of the golden file, in its place, and of the shape that the OpenAPI document tells."""
    answer, shape = ANSWERS[name]
    golden = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    assert json.dumps(answer, indent=2, ensure_ascii=False) + "\n" == golden
    shaped = TypeAdapter(shape).validate_python(answer, strict=True)
    assert TypeAdapter(shape).dump_python(shaped) == answer, "no field that the document does not tell"


def test_a_bot_that_recorded_nothing_has_empty_answers():
    """They are of the same shapes."""
    assert participants([], None, {}) == []
    timeline = speaker_timeline([], None, 0.0, None, None)
    assert timeline == {"chunks": [], "lastUpdated": None, "audioFilePath": None, "totalFileSize": 0}
    SpeakerTimeline.model_validate(timeline, strict=True)
    chat = Chats.model_validate(_chats([], None), strict=True)
    assert (chat.metadata.sessionId, chat.metadata.startTime, chat.chatMessages) == (0, None, [])


def test_bytes_are_those_of_the_samples():
    """At 48,000 Hz and 2 bytes, on whole samples, and never past the end of the recording."""
    chunks = speaker_timeline(TURNS, BEGAN_AT, 60.0, None, None)["chunks"]
    assert [(one["startByte"], one["endByte"]) for one in chunks] == [
        (48_000, 408_000),
        (384_000, 480_000),
        (5_750_400, 5_760_000),
    ]


def test_a_time_of_another_age_is_a_time():
    """What cannot be an instant is the last there is."""
    far = datetime(9999, 12, 31, 23, 0, tzinfo=UTC)
    [person] = participants([Person("a", "Ada", False, True, 9_999_999.0, None, 0.0)], far, {})
    assert person["joinedAt"] == "9999-12-31T23:59:59.999Z"
