"""The lines between agent and session."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from roomtone.bot import session_protocol as protocol
from roomtone.bot.end_reasons import ENDINGS, EndReason
from roomtone.bot.request import BotRequest

AT = datetime(2030, 1, 1, tzinfo=UTC)
REQUEST = BotRequest(meeting_link="http://127.0.0.1:8710/practice/weekly")
EVENTS = [
    protocol.Joining(at=AT, attempt=2),
    protocol.InWaitingRoom(at=AT),
    protocol.InMeeting(at=AT),
    protocol.RecordingStarted(at=AT, picture="track"),
    protocol.Warned(at=AT, code="recorder_fallback", message="a line\nbreak"),
    protocol.Progress(at=AT, state="in_meeting", speakers=("Zoë",)),
    protocol.Leaving(at=AT, reason=EndReason.SILENCE),
    protocol.Ended(at=AT, reason=EndReason.DISK_FULL, recorded_s=1.5),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.type)
def test_an_event_is_one_line_and_comes_back(event):
    """Each event is one line with its type first, and is read back as it was."""
    line = protocol.to_line(event)
    assert line.startswith(f'{{"type":"{event.type}"')
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert protocol.parse_event(line) == event


@pytest.mark.parametrize(
    "command", [protocol.Start(bot_id="b", request=REQUEST, directory="/d"), protocol.Leave()]
)
def test_a_command_comes_back(command):
    """Each command is read back as it was."""
    assert protocol.parse_command(protocol.to_line(command)) == command


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", '{"type":"dance"}', '{"type":"leave","reason":"because"}', "\x00"]
)
def test_anything_else_is_no_command(line: str):
    """A line that is no command is refused with a validation error."""
    with pytest.raises(ValidationError):
        protocol.parse_command(line)


def test_unknown_fields_of_a_newer_session_are_ignored():
    """An event with a field this version does not know is still read."""
    line = json.dumps({"type": "joining", "at": AT.isoformat(), "attempt": 1, "mood": "good"})
    assert protocol.parse_event(line) == protocol.Joining(at=AT)


def test_every_end_reason_has_an_ending():
    """The table of endings is complete, and each message is a sentence."""
    assert set(ENDINGS) == set(EndReason)
    for ending in ENDINGS.values():
        assert ending.message.endswith(".")
        assert ending.status_code in {200, 500}
