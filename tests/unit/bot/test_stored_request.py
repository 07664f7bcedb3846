"""Requests kept by older versions."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from roomtone.bot.request import BotRequest
from roomtone.bot.stored_request import read_stored_request

LINK = "https://zoom.us/j/84512345678"


def test_what_is_kept_today_comes_back_as_it_was():
    """A stored request is the request."""
    request = BotRequest.model_validate(
        {
            "meeting_link": LINK,
            "transcription": {"deepgram": {"model": "base"}},
            "audio_separate_streams": True,
        }
    )
    assert read_stored_request(request.model_dump(mode="json")) == request


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ({"automatic_leave": {"waiting_room_timeout": 1800, "everyone_left_timeout": 60}}, {"automatic_leave": {"everyone_left_timeout": 60}}),
        ({"recording_config": {"transcript": {"provider": {"deepgram": {"model": 3}}}}}, {"recording_config": {"transcript": {"provider": {"deepgram": {}}}}}),
        ({"recording_config": {"transcript": {"provider": {"nobody": {}}}, "video_layout": "grid_view"}}, {"recording_config": {"video_layout": "grid_view"}}),
        ({"recording_config": {"retention": {"type": "timed"}}}, {}),
        ({"zoom": {"zak_url": "https://example.com/"}, "callback_url": "nonsense", "bot_name": 7}, {}),
    ],
)  # fmt: skip
def test_what_this_version_refuses_takes_its_default(stored: dict[str, Any], read: dict[str, Any]):
    """A bot that an older version took stays readable, with all that this version takes of it."""
    stored = {"meeting_link": LINK} | stored
    before = repr(stored)
    assert read_stored_request(stored) == BotRequest.model_validate({"meeting_link": LINK} | read)
    assert repr(stored) == before


def test_without_its_meeting_there_is_no_request():
    """A row whose link cannot be joined is not made up."""
    with pytest.raises(ValidationError):
        read_stored_request({"meeting_link": "nonsense"})
    with pytest.raises(ValidationError):
        read_stored_request({"bot_name": "Notes"})
