"""What is posted of a participant, against golden files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from roomtone.bot.participant_events import PARTICIPANT_EVENTS, participant_body, participant_event
from roomtone.bot.session_protocol import ParticipantMoved, parse_event, to_line

GOLDEN = Path(__file__).parent / "golden" / "webhooks"
BOT_ID = "5b0f9c1e-8f1c-4a0e-9f43-0d1f3f6f6d10"


def moved(action: Literal["join", "leave"]) -> ParticipantMoved:
    """Somebody with a name that ASCII has no letters for."""
    return ParticipantMoved(
        at=datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC),
        action=action,
        participant_id="16778240",
        name="Zoë Ångström",
        recorded_s=12.5,
    )


@pytest.mark.parametrize("action", ["join", "leave"])
def test_a_movement_is_told_as_its_golden_file_says(action: Literal["join", "leave"]) -> None:
    """Byte for byte of its JSON, by a name that can be subscribed to."""
    body = participant_body(
        moved(action), bot_id=BOT_ID, platform="Zoom", custom_attributes={"team": "sales"}
    )
    golden = (GOLDEN / f"participant_{action}.json").read_text("utf-8")
    assert json.dumps(body, ensure_ascii=False, indent=2) + "\n" == golden
    assert body["event"] == participant_event(moved(action))
    assert body["event"] in PARTICIPANT_EVENTS


def test_a_movement_survives_the_pipe() -> None:
    """The service reads what the session wrote."""
    assert parse_event(to_line(moved("leave"))) == moved("leave")
