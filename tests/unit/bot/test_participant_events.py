"""What is posted of a participant, against golden files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from roomtone.bot.participant_events import (
    PARTICIPANT_EVENTS,
    ParticipantNews,
    participant_body,
    participant_event,
)
from roomtone.bot.recording_config import OTHER_EVENT_NAMES
from roomtone.bot.session_protocol import ChatSaid, ParticipantMoved, SpeakingMoved, parse_event, to_line

GOLDEN = Path(__file__).parent / "golden" / "webhooks"
BOT_ID = "5b0f9c1e-8f1c-4a0e-9f43-0d1f3f6f6d10"


SOMEBODY: dict[str, Any] = {
    "at": datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC),
    "participant_id": "16778240",
    "name": "Zoë Ångström",
    "recorded_s": 12.5,
}
NEWS: dict[str, ParticipantNews] = {
    "join": ParticipantMoved(action="join", **SOMEBODY),
    "leave": ParticipantMoved(action="leave", **SOMEBODY),
    "speech_on": SpeakingMoved(action="start", **SOMEBODY),
    "speech_off": SpeakingMoved(action="stop", **SOMEBODY),
    "chat_message": ChatSaid(message_id="3EB0C767", text="Schön, dich zu sehen!", **SOMEBODY),
}
"""Somebody with a name that ASCII has no letters for; by the action that is told."""


@pytest.mark.parametrize("action", NEWS)
def test_news_of_a_participant_are_told_as_their_golden_file_says(action: str) -> None:
    """Byte for byte of its JSON, by a name that can be subscribed to."""
    news = NEWS[action]
    body = participant_body(news, bot_id=BOT_ID, platform="Zoom", custom_attributes={"team": "sales"})
    golden = (GOLDEN / f"participant_{action}.json").read_text("utf-8")
    assert json.dumps(body, ensure_ascii=False, indent=2) + "\n" == golden
    assert body["event"] == participant_event(news) == f"participant_events.{action}"


def test_every_participant_event_has_its_body() -> None:
    """What can be subscribed to can be told."""
    assert {participant_event(news) for news in NEWS.values()} == PARTICIPANT_EVENTS
    assert set(OTHER_EVENT_NAMES.values()) <= PARTICIPANT_EVENTS
    assert not PARTICIPANT_EVENTS & set(OTHER_EVENT_NAMES)


@pytest.mark.parametrize("action", NEWS)
def test_news_survive_the_pipe(action: str) -> None:
    """The service reads what the session wrote."""
    assert parse_event(to_line(NEWS[action])) == NEWS[action]
