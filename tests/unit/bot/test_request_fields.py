"""Every field of a request: what is taken, and what is refused with which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from roomtone.bot.automatic_leave import WAITING_ROOM_LIMIT_S
from roomtone.bot.meeting_address import Platform
from roomtone.bot.request import BotRequest
from roomtone.bot.transcript_providers import PROVIDERS, STREAMING_PROVIDERS

LINK = "http://127.0.0.1:8710/practice/weekly"
ZOOM = "https://zoom.us/j/84512345678"
URL = "https://example.com/x"
SOCKET = "wss://example.com/x"


def read(**fields: Any) -> BotRequest:
    """The request with these fields."""
    return BotRequest.model_validate({"meeting_link": LINK} | fields)


def at(request: BotRequest, path: str) -> Any:
    """What stands at a dotted path."""
    value: Any = request.model_dump(mode="json")
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def complaint(**fields: Any) -> str:
    """The path and the words of the one thing that is wrong."""
    with pytest.raises(ValidationError) as refusal:
        read(**fields)
    [problem] = refusal.value.errors()
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg'].removeprefix('Value error, ')}"


def config(**fields: Any) -> dict[str, Any]:
    """A recording_config."""
    return {"recording_config": fields}


def leave(**fields: Any) -> dict[str, Any]:
    """An automatic_leave."""
    return {"automatic_leave": fields}


def endpoint(**fields: Any) -> dict[str, Any]:
    """A recording_config with one realtime endpoint."""
    usual = {"type": "webhook", "url": URL, "events": ["participant_events.join"]}
    return config(realtime_endpoints=[usual | fields])


def test_the_defaults_are_those_of_the_contract():
    """Whatever is left out has its documented default."""
    request = read()
    assert request.model_dump(mode="json") == {
        "meeting_link": LINK,
        "bot_name": "Roomtone",
        "callback_url": None,
        "video_required": True,
        "audio_required": True,
        "join_at": None,
        "bot_message": None,
        "bot_image_url": None,
        "audio_separate_streams": False,
        "video_separate_streams": False,
        "live_audio_required": None,
        "live_video_required": None,
        "live_transcription_required": None,
        "socket_connection_url": None,
        "automatic_leave": {
            "waiting_room_timeout": 600,
            "no_one_joined_timeout": 600,
            "everyone_left_timeout": 300,
            "voice_inactivity_timeout": 100,
            "in_call_recording_timeout": 14400,
            "recording_permission_denied_timeout": 60,
            "bot_detection": None,
        },
        "recording_config": {
            "retention": None,
            "video_layout": "speaker_view",
            "transcript": None,
            "realtime_endpoints": [],
            "audio_separate_streams": None,
            "video_separate_streams": None,
        },
        "zoom": {"zak_url": None, "obf_url": None},
        "google_meet": {
            "login_required": False,
            "sign_in_email": None,
            "strict_email": False,
            "google_login_domain": None,
        },
        "teams": {
            "login_required": False,
            "sign_in_email": None,
            "strict_email": False,
            "teams_login_domain": None,
        },
        "browser_profile": None,
        "agent_config_id": None,
        "workflow_config_ids": [],
        "deduplication_key": None,
        "custom_attributes": {},
    }


@pytest.mark.parametrize(
    ("fields", "path", "value"),
    [
        ({"audio_required": False}, "audio_required", False),
        ({"bot_message": "Hello\nall"}, "bot_message", "Hello\nall"),
        ({"bot_message": "x" * 4096}, "bot_message", "x" * 4096),
        ({"bot_message": ""}, "bot_message", None),
        ({"bot_image_url": "http://example.com/a.png"}, "bot_image_url", "http://example.com/a.png"),
        ({"bot_image_url": ""}, "bot_image_url", None),
        ({"live_video_required": {"websocket_url": SOCKET}}, "live_video_required.websocket_url", SOCKET),
        ({"socket_connection_url": {"websocket_url": SOCKET}}, "socket_connection_url.websocket_url", SOCKET),
        ({"socket_connection_url": SOCKET + "/{bot_id}"}, "socket_connection_url.websocket_url", SOCKET + "/{bot_id}"),
        ({"google_meet": {"sign_in_email": "a@example.com"}}, "google_meet.sign_in_email", "a@example.com"),
        ({"teams": {"login_required": False}}, "teams.login_required", False),
        ({"agent_config_id": "agent-1"}, "agent_config_id", "agent-1"),
        ({"workflow_config_ids": ["a", "b"]}, "workflow_config_ids", ["a", "b"]),
        ({"deduplication_key": "x" * 2000}, "deduplication_key", "x" * 2000),
        ({"deduplication_key": "~ !"}, "deduplication_key", "~ !"),
        ({"use_zoom_obf": False, "zoom_oauth_connection_user_id": None}, "zoom.obf_url", None),
        (config(retention={"type": "timed", "hours": 87600}), "recording_config.retention.hours", 87600),
        (config(retention={"hours": 1}), "recording_config.retention.type", "timed"),
        (config(video_layout="grid_view"), "recording_config.video_layout", "grid_view"),
        (endpoint(), "recording_config.realtime_endpoints.0.url", URL),
        (endpoint(events=["participant_events.leave"] * 2), "recording_config.realtime_endpoints.0.events", ["participant_events.leave"]),
        (endpoint(events=["participant_events.chat", "participant_events.started_speaking"]), "recording_config.realtime_endpoints.0.events", ["participant_events.chat_message", "participant_events.speech_on"]),
        (leave(waiting_room_timeout=1800), "automatic_leave.waiting_room_timeout", 1800),
        (leave(no_one_joined_timeout=60), "automatic_leave.no_one_joined_timeout", 60),
        (leave(in_call_recording_timeout=18000), "automatic_leave.in_call_recording_timeout", 18000),
        (leave(bot_detection={"using_participant_names": {"matches": ["note"]}}), "automatic_leave.bot_detection.using_participant_names", {"matches": ["note"], "activate_after": 300, "timeout": 5}),
    ],
)  # fmt: skip
def test_what_is_right_is_taken(fields: dict[str, Any], path: str, value: Any):
    """A good value is kept as it is meant, and comes back out of its own JSON."""
    request = read(**fields)
    assert at(request, path) == value
    assert BotRequest.model_validate_json(request.model_dump_json()) == request


_BOOLEAN = "Input should be a valid boolean"
_HTTP = "must be a URL that starts with https:// or http://"
_SOCKET = "must be a URL that starts with wss:// or ws://"
_NO_ACCOUNTS = "is not supported yet: this version has no sign-in accounts, and the bot would join as a guest; leave it out"
_NO_ZOOM = "is no longer a part of the API: this version joins Zoom as a guest; leave it out"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"audio_required": "yes"}, f"audio_required: {_BOOLEAN}"),
        ({"video_required": 1}, f"video_required: {_BOOLEAN}"),
        ({"audio_separate_streams": "true"}, f"audio_separate_streams: {_BOOLEAN}"),
        (config(video_separate_streams=1), f"recording_config.video_separate_streams: {_BOOLEAN}"),
        ({"bot_message": " \n"}, "bot_message: must have a visible character"),
        ({"bot_message": "x" * 4097}, "bot_message: String should have at most 4096 characters"),
        ({"bot_message": ["hi"]}, "bot_message: Input should be a valid string"),
        ({"bot_image_url": "data:image/png;base64,AAAA"}, f"bot_image_url: {_HTTP}"),
        ({"bot_image_url": "AAAA"}, f"bot_image_url: {_HTTP}"),
        ({"live_video_required": {}}, "live_video_required.websocket_url: Field required"),
        ({"live_video_required": {"websocket_url": URL}}, f"live_video_required.websocket_url: {_SOCKET}"),
        (
            {"live_video_required": {"websocket_url": SOCKET}, "video_required": False},
            "live_video_required: needs the recording's picture; leave it out or set video_required",
        ),
        ({"live_video_required": True}, "live_video_required: Input should be a valid dictionary or instance of LiveVideo"),
        ({"live_transcription_required": {}}, "live_transcription_required: must have a webhook_url or a websocket_url"),
        ({"live_transcription_required": {"webhook_url": SOCKET}}, f"live_transcription_required.webhook_url: {_HTTP}"),
        ({"live_transcription_required": {"websocket_url": URL}}, f"live_transcription_required.websocket_url: {_SOCKET}"),
        ({"socket_connection_url": URL}, f"socket_connection_url.websocket_url: {_SOCKET}"),
        ({"socket_connection_url": {}}, "socket_connection_url.websocket_url: Field required"),
        ({"google_meet": {"login_required": True}}, f"google_meet.login_required: {_NO_ACCOUNTS}"),
        ({"google_meet": {"strict_email": True}}, f"google_meet.strict_email: {_NO_ACCOUNTS}"),
        ({"teams": {"login_required": True}}, f"teams.login_required: {_NO_ACCOUNTS}"),
        ({"teams": {"login_required": "if_required"}}, f"teams.login_required: {_BOOLEAN}"),
        ({"use_zoom_obf": True}, f"use_zoom_obf: {_NO_ZOOM}"),
        ({"zoom_oauth_connection_user_id": "u-1"}, f"zoom_oauth_connection_user_id: {_NO_ZOOM}"),
        ({"agent_config_id": ""}, "agent_config_id: String should have at least 1 character"),
        ({"workflow_config_ids": "w"}, "workflow_config_ids: Input should be a valid list"),
        ({"workflow_config_ids": [1]}, "workflow_config_ids.0: Input should be a valid string"),
        ({"deduplication_key": ""}, "deduplication_key: String should have at least 1 character"),
        ({"deduplication_key": "x" * 2001}, "deduplication_key: String should have at most 2000 characters"),
        ({"deduplication_key": "a\nb"}, "deduplication_key: must be printable ASCII"),
        ({"deduplication_key": "schlüssel"}, "deduplication_key: must be printable ASCII"),
        ({"deduplication_key": 7}, "deduplication_key: Input should be a valid string"),
        ({"recording_config": []}, "recording_config: Input should be a valid dictionary or instance of RecordingConfig"),
        (config(retention={"type": "forever", "hours": 1}), "recording_config.retention.type: Input should be 'timed'"),
        (config(retention={"type": "timed"}), "recording_config.retention.hours: Field required"),
        (config(retention={"hours": 0}), "recording_config.retention.hours: Input should be greater than or equal to 1"),
        (config(retention={"hours": 87601}), "recording_config.retention.hours: Input should be less than or equal to 87600"),
        (config(retention={"hours": 1.5}), "recording_config.retention.hours: Input should be a valid integer"),
        (config(video_layout="mosaic"), "recording_config.video_layout: Input should be 'speaker_view' or 'grid_view'"),
        (endpoint(type="websocket"), "recording_config.realtime_endpoints.0.type: Input should be 'webhook'"),
        (endpoint(url=SOCKET), f"recording_config.realtime_endpoints.0.url: {_HTTP}"),
        (endpoint(events=[]), "recording_config.realtime_endpoints.0.events: List should have at least 1 item after validation, not 0"),
        (endpoint(events=["transcript.data"]), "recording_config.realtime_endpoints.0.events.0: Input should be 'participant_events.join', 'participant_events.leave', 'participant_events.speech_on', 'participant_events.speech_off' or 'participant_events.chat_message'"),
        (config(realtime_endpoints=endpoint()["recording_config"]["realtime_endpoints"] * 11), "recording_config.realtime_endpoints: List should have at most 10 items after validation, not 11"),
        (leave(waiting_room_timeout=59), "automatic_leave.waiting_room_timeout: must be at least 60 seconds"),
        (leave(waiting_room_timeout=1801), "automatic_leave.waiting_room_timeout: must not exceed 1800 seconds"),
        (leave(no_one_joined_timeout=1801), "automatic_leave.no_one_joined_timeout: must not exceed 1800 seconds"),
        (leave(everyone_left_timeout=0), "automatic_leave.everyone_left_timeout: must be at least 60 seconds"),
        (leave(voice_inactivity_timeout=1801), "automatic_leave.voice_inactivity_timeout: must not exceed 1800 seconds"),
        (leave(in_call_recording_timeout=599), "automatic_leave.in_call_recording_timeout: must be at least 600 seconds"),
        (leave(in_call_recording_timeout=18001), "automatic_leave.in_call_recording_timeout: must not exceed 18000 seconds"),
        (leave(recording_permission_denied_timeout=301), "automatic_leave.recording_permission_denied_timeout: must not exceed 300 seconds"),
        (leave(recording_permission_denied_timeout=60.5), "automatic_leave.recording_permission_denied_timeout: Input should be a valid integer"),
        (leave(everyone_left_timeout="60"), "automatic_leave.everyone_left_timeout: Input should be a valid integer"),
        (leave(bot_detection={"using_participant_names": {}}), "automatic_leave.bot_detection.using_participant_names.matches: Field required"),
        (leave(bot_detection={"using_participant_names": {"matches": []}}), "automatic_leave.bot_detection.using_participant_names.matches: List should have at least 1 item after validation, not 0"),
        (leave(bot_detection={"using_participant_names": {"matches": ["x"], "activate_after": 59}}), "automatic_leave.bot_detection.using_participant_names.activate_after: must be at least 60 seconds"),
        (leave(bot_detection={"using_participant_names": {"matches": ["x"], "timeout": 301}}), "automatic_leave.bot_detection.using_participant_names.timeout: must not exceed 300 seconds"),
        ({"transcription": "deepgram"}, 'transcription: must be an object, such as {"deepgram": {}}'),
        ({"transcription": {"assemblyai": {}}} | config(transcript={"provider": {"deepgram": {}}}), "transcription: asks for another transcript than recording_config.transcript; send one of them"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_in_these_words(fields: dict[str, Any], words: str):
    """A wrong value is refused with its path, and with what would be right."""
    assert complaint(**fields) == words


@pytest.mark.parametrize("platform", Platform)
def test_every_platform_has_a_longest_wait(platform: Platform):
    """No platform is joined whose waiting room has no limit."""
    assert WAITING_ROOM_LIMIT_S[platform.label] <= 1800


def test_the_longest_wait_differs_by_platform():
    """Zoom's waiting rooms end before a practice meeting's."""
    assert (
        read(meeting_link=ZOOM, **leave(waiting_room_timeout=1200)).automatic_leave.waiting_room_timeout
        == 1200
    )
    assert complaint(meeting_link=ZOOM, **leave(waiting_room_timeout=1201)) == (
        "automatic_leave.waiting_room_timeout: must not exceed 1200 seconds on Zoom"
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_live_words_are_made_by_a_streaming_provider(provider: str):
    """One can be named beside the receivers, in both shapes and by its name alone; others are refused."""
    shapes: list[Any] = [{provider: {}}, {"name": provider}, provider]
    for sent in shapes:
        live = {"webhook_url": URL, "provider": sent}
        if provider in STREAMING_PROVIDERS:
            request = read(live_transcription_required=live)
            assert request.live_transcription_required is not None
            assert request.live_transcription_required.provider is not None
            assert request.live_transcription_required.provider.provider_name == provider
        else:
            assert complaint(live_transcription_required=live).startswith(
                "live_transcription_required.provider: must be one of deepgram_streaming, "
            )


_SWITCH = st.sampled_from([None, True, False])


@given(name=st.sampled_from(["audio_separate_streams", "video_separate_streams"]), top=_SWITCH, inner=_SWITCH)
def test_the_top_level_switch_wins(name: str, top: bool | None, inner: bool | None):
    """Separate streams are asked for beside recording_config or in it; beside it wins, and neither is off."""
    sent = {name: top, "recording_config": {name: inner}}
    request = read(**sent)
    assert getattr(request, name) is (top if top is not None else inner or False)
    assert sent == {name: top, "recording_config": {name: inner}}


@given(name=st.sampled_from(sorted(PROVIDERS)), named=st.booleans(), wrapped=st.booleans())
def test_the_oldest_place_of_a_transcript_is_read(name: str, named: bool, wrapped: bool):
    """A top-level transcription asks for the same as recording_config.transcript, in every shape."""
    provider: dict[str, Any] = {"name": name} if named else {name: {}}
    older = read(transcription={"provider": provider} if wrapped else provider)
    assert older == read(**config(transcript={"provider": {name: {}}}))
    assert older == read(transcription=provider, **config(transcript={"provider": {name: {}}}))


def test_a_bot_id_takes_its_place_in_a_socket_url():
    """The placeholder becomes the bot's id, and other braces stay."""
    request = read(socket_connection_url="wss://example.com/{bot_id}/{room}?b={bot_id}")
    assert request.socket_connection_url is not None
    assert request.socket_connection_url.url_for("b-7") == "wss://example.com/b-7/{room}?b=b-7"
