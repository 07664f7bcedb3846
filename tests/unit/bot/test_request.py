"""The request of a bot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from roomtone.bot.request import BotRequest

LINK = "http://127.0.0.1:8710/practice/weekly"


def test_defaults_are_those_of_the_contract():
    """A request with only a link has every default of the contract."""
    request = BotRequest.model_validate({"meeting_link": LINK})
    assert request.video_required is True
    assert request.bot_name == "Roomtone"
    leave = request.automatic_leave
    assert (leave.waiting_room_timeout, leave.no_one_joined_timeout, leave.everyone_left_timeout) == (
        600,
        600,
        300,
    )
    assert (leave.voice_inactivity_timeout, leave.in_call_recording_timeout) == (100, 14400)
    assert request.join_at is None
    assert request.recording_config.video_layout == "speaker_view"


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"meeting_link": None}, ("meeting_link",)),
        ({"meeting_link": "nonsense"}, ("meeting_link",)),
        ({"bot_name": ""}, ("bot_name",)),
        ({"bot_name": "  \n"}, ("bot_name",)),
        ({"bot_name": 7}, ("bot_name",)),
        ({"bot_name": "x" * 101}, ("bot_name",)),
        ({"callback_url": "not a url"}, ("callback_url",)),
        ({"callback_url": "wss://x.example"}, ("callback_url",)),
        ({"video_required": "yes"}, ("video_required",)),
        ({"live_audio_required": {}}, ("live_audio_required", "websocket_url")),
        ({"live_audio_required": {"websocket_url": "http://x.example"}}, ("live_audio_required", "websocket_url")),
        ({"live_audio_required": {"websocket_url": "ws://x.example", "length_bytes": 3}}, ("live_audio_required", "length_bytes")),
        ({"automatic_leave": {"everyone_left_timeout": 59}}, ("automatic_leave", "everyone_left_timeout")),
        ({"automatic_leave": {"everyone_left_timeout": "60"}}, ("automatic_leave", "everyone_left_timeout")),
        ({"automatic_leave": {"everyone_left_timeout": True}}, ("automatic_leave", "everyone_left_timeout")),
        ({"automatic_leave": {"in_call_recording_timeout": 599}}, ("automatic_leave", "in_call_recording_timeout")),
        ({"automatic_leave": {"recording_permission_denied_timeout": 301}}, ("automatic_leave", "recording_permission_denied_timeout")),
        ({"automatic_leave": {"waiting_room_timeout": 1801}}, ("automatic_leave", "waiting_room_timeout")),
        ({"automatic_leave": []}, ("automatic_leave",)),
        ({"recording_config": {"retention": {"type": "timed"}}}, ("recording_config", "retention", "hours")),
        ({"recording_config": {"retention": {"type": "forever", "hours": 1}}}, ("recording_config", "retention", "type")),
        ({"recording_config": {"retention": {"type": "timed", "hours": 0}}}, ("recording_config", "retention", "hours")),
        ({"recording_config": {"transcript": {"provider": {"name": "nobody"}}}}, ("recording_config", "transcript", "provider")),
        ({"recording_config": {"transcript": {"provider": {"deepgram": {}, "assemblyai": {}}}}}, ("recording_config", "transcript", "provider")),
        ({"recording_config": {"transcript": {"provider": {"name": ["x"]}}}}, ("recording_config", "transcript", "provider")),
        ({"recording_config": {"video_layout": "mosaic"}}, ("recording_config", "video_layout")),
        ({"custom_attributes": "x"}, ("custom_attributes",)),
        ({"join_at": "tomorrow"}, ("join_at",)),
        ({"join_at": 17}, ("join_at",)),
        ({"join_at": "2030-01-01T10:00:00"}, ("join_at",)),
        ({"join_at": "9999-12-31T23:59:59-14:00"}, ("join_at",)),
        ({"callback_url": "https://example.com/a b"}, ("callback_url",)),
        ({"callback_url": "https://example.com/a\x00"}, ("callback_url",)),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(fields: dict[str, Any], at: tuple[str, ...]):
    """A wrong field is refused and the error carries its path."""
    with pytest.raises(ValidationError) as refusal:
        BotRequest.model_validate({"meeting_link": LINK} | fields)
    assert refusal.value.errors()[0]["loc"][: len(at)] == at


def test_both_shapes_of_a_provider_are_read():
    """A transcript provider may be named or keyed."""
    for provider in ({"name": "deepgram"}, {"deepgram": {"model": "nova-3"}}):
        request = BotRequest.model_validate(
            {"meeting_link": LINK, "recording_config": {"transcript": {"provider": provider}}}
        )
        assert request.recording_config.transcript is not None


def test_join_at_is_kept_in_utc():
    """A time with an offset becomes the same instant in UTC."""
    request = BotRequest.model_validate({"meeting_link": LINK, "join_at": "2030-01-01T10:00:00+02:00"})
    assert request.join_at == datetime(2030, 1, 1, 8, tzinfo=UTC)


def test_a_request_survives_its_own_json():
    """What is stored is what was asked."""
    request = BotRequest.model_validate(
        {
            "meeting_link": LINK,
            "live_audio_required": {"websocket_url": "ws://127.0.0.1:1/"},
            "custom_attributes": {"a": [1]},
        }
    )
    assert BotRequest.model_validate_json(request.model_dump_json()) == request


def test_null_takes_the_default():
    """A null is what was left out, except where a value is required."""
    nulls = dict.fromkeys(set(BotRequest.model_fields) - {"meeting_link"})
    assert BotRequest.model_validate({"meeting_link": LINK} | nulls) == BotRequest(meeting_link=LINK)
    leave = {"automatic_leave": {"everyone_left_timeout": None, "voice_inactivity_timeout": 60}}
    assert (
        BotRequest.model_validate({"meeting_link": LINK} | leave).automatic_leave.everyone_left_timeout == 300
    )
    with pytest.raises(ValidationError):
        BotRequest.model_validate({"meeting_link": None})
    with pytest.raises(ValidationError):
        BotRequest.model_validate({"meeting_link": LINK, "live_audio_required": {"websocket_url": None}})


@pytest.mark.parametrize("zoom", [None, {}, {"zak_url": None}, {"obf_url": None, "zak_url": None}])
def test_an_empty_zoom_is_a_guest(zoom: dict[str, Any] | None):
    """Nothing asked for is nothing refused."""
    assert BotRequest.model_validate({"meeting_link": LINK, "zoom": zoom}) == BotRequest(meeting_link=LINK)


_URL = "https://example.com/token?key=very-secret"


@pytest.mark.parametrize(
    ("zoom", "path", "says"),
    [
        ({"zak_url": _URL}, ("zoom", "zak_url"), "native SDK"),
        ({"obf_url": _URL}, ("zoom", "obf_url"), "native SDK"),
        ({"zak_url": _URL, "obf_url": _URL}, ("zoom",), "not both"),
        ({"zak_url": "http://example.com/very-secret"}, ("zoom", "zak_url"), "https://"),
        ({"obf_url": _URL + "x" * 4096}, ("zoom", "obf_url"), "4096"),
        ({"zak_url": 7}, ("zoom", "zak_url"), "string"),
        ("very-secret", ("zoom",), "valid dictionary"),
    ],
)
def test_zoom_tokens_are_refused_with_their_field(zoom: Any, path: tuple[str, ...], says: str):
    """What only Zoom's native SDK takes is refused by name, malformed or not, and never repeated."""
    with pytest.raises(ValidationError) as refusal:
        BotRequest.model_validate({"meeting_link": LINK, "zoom": zoom})
    [problem] = refusal.value.errors()
    assert problem["loc"] == path
    assert says in problem["msg"]
    assert "secret" not in problem["msg"]
