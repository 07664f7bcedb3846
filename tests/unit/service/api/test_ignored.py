"""What is told to be not done."""

from __future__ import annotations

from typing import Any

import pytest

from roomtone.bot.request import BotRequest
from roomtone.bot.transcript_providers import PROVIDERS, SERVED_PROVIDERS, STREAMING_PROVIDERS
from roomtone.service.api.ignored import NOT_SERVED_YET, ignored_fields

LINK = "http://127.0.0.1:9/practice/room"
UNSERVED = next(name for name in sorted(PROVIDERS) if name not in SERVED_PROVIDERS)
UNSERVED_STREAMING = next(name for name in STREAMING_PROVIDERS if name not in SERVED_PROVIDERS)
URL = "https://example.com/x"
SOCKET = "wss://example.com/x"
STREAMING: dict[str, Any] = {"transcript": {"provider": {"meetstream_streaming": {}}}}

ASKING: dict[str, dict[str, Any]] = {
    "agent_config_id": {"agent_config_id": "agent-1"},
    "automatic_leave.bot_detection": {
        "automatic_leave": {"bot_detection": {"using_participant_names": {"matches": ["notetaker"]}}}
    },
    "google_meet": {"google_meet": {"google_login_domain": "example.com"}},
    "teams": {"teams": {"sign_in_email": "ada@example.com"}},
    "workflow_config_ids": {"workflow_config_ids": ["w"]},
}


@pytest.mark.parametrize("name", NOT_SERVED_YET)
def test_what_is_not_served_is_named_when_it_is_asked_for(name: str):
    """Each field that this version does nothing with is a field of the request, and is told."""
    payload = {"meeting_link": LINK} | ASKING[name]
    BotRequest.model_validate(payload)
    assert name in ignored_fields(payload)


@pytest.mark.parametrize(
    ("payload", "ignored"),
    [
        ({"bot_name": "y"}, []),
        ({"bot_message": "hello", "bot_image_url": URL}, []),
        ({"bot_message": "", "zoom": {}, "audio_separate_streams": False, "bot_image_url": None}, []),
        ({"audio_separate_streams": True, "recording_config": {"video_separate_streams": True}}, []),
        (
            {
                "recording_config": {
                    "realtime_endpoints": [{"type": "webhook", "url": URL, "events": ["participant_events.join"]}]
                }
            },
            [],
        ),
        ({"google_meet": {"login_required": False, "sign_in_email": ""}, "teams": {}}, []),
        ({"recording_config": {"transcript": {"provider": {"name": UNSERVED}}}}, ["recording_config.transcript"]),
        ({"recording_config": {"transcript": {"provider": {UNSERVED: {}}}}}, ["recording_config.transcript"]),
        ({"transcription": {UNSERVED: {}}}, ["transcription"]),
        ({"transcription": {}}, []),
        ({"zoom": {"zak_url": None, "sign_in": "x"}}, ["zoom.sign_in"]),
        ({"recording_config": None, "automatic_leave": None}, []),
        ({"recording_config": {"retention": {"type": "timed", "hours": 1, "days": 3}}}, ["recording_config.retention.days"]),
        ({"socket_connection_url": SOCKET, "live_video_required": {"websocket_url": SOCKET}}, []),
        ({"live_transcription_required": {"webhook_url": URL}}, []),
        ({"live_transcription_required": {"webhook_url": URL}, "recording_config": STREAMING}, []),
        ({"live_transcription_required": {"webhook_url": URL, "provider": "local_streaming"}}, []),
        (
            {"live_transcription_required": {"webhook_url": URL, "provider": UNSERVED_STREAMING}},
            ["live_transcription_required"],
        ),
        ({"live_video_required": {"websocket_url": SOCKET, "codec": "vp9"}}, ["live_video_required.codec"]),
        ({"live_audio_required": {"websocket_url": SOCKET, "codec": "opus"}}, ["live_audio_required.codec"]),
        ({"bot_nmae": "typo"}, ["bot_nmae"]),
        ({"audio_required": True}, []),
        ({"audio_required": False}, ["audio_required"]),
        ({"use_zoom_obf": False, "zoom_oauth_connection_user_id": None}, []),
    ],
)  # fmt: skip
def test_what_is_not_done_is_named(payload: dict[str, Any], ignored: list[str]):
    """What asks for something that is not done is named with its path; what asks for nothing is not."""
    BotRequest.model_validate({"meeting_link": LINK} | payload)
    assert ignored_fields({"meeting_link": LINK} | payload) == ignored
