"""What was sent in a create_bot body and is not done, so that nobody waits for it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.bot.account_sign_ins import GoogleMeetSignIn, TeamsSignIn, ZoomSignIn
from roomtone.bot.automatic_leave import AutomaticLeave
from roomtone.bot.live_outputs import LiveAudio, LiveTranscription, LiveVideo, SocketConnection
from roomtone.bot.recording_config import RecordingConfig, Retention
from roomtone.bot.request import BotRequest
from roomtone.bot.transcript_providers import SERVED_PROVIDERS, provider_given, unknown_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

NOT_SERVED_YET = (
    "agent_config_id",
    "automatic_leave.bot_detection",
    "google_meet",
    "teams",
    "workflow_config_ids",
)
"""Fields that are checked, and that this version does nothing with."""

_PARTS: dict[str, type[BaseModel]] = {
    "automatic_leave": AutomaticLeave,
    "google_meet": GoogleMeetSignIn,
    "live_audio_required": LiveAudio,
    "live_transcription_required": LiveTranscription,
    "live_video_required": LiveVideo,
    "recording_config": RecordingConfig,
    "recording_config.retention": Retention,
    "socket_connection_url": SocketConnection,
    "teams": TeamsSignIn,
    "zoom": ZoomSignIn,
}
_SHAPES_OF_OLD = frozenset({"transcription", "use_zoom_obf", "zoom_oauth_connection_user_id"})
_TRANSCRIPT = "recording_config.transcript"


def ignored_fields(payload: Mapping[str, Any]) -> list[str]:
    """Dotted names of what was sent in a valid create_bot body and is not served by this version.

    That is: fields of the API that this version does nothing with, fields that nobody knows, and a transcript
    of a provider that it does not work with. A field that asks for nothing (null, false, empty) is not named.
    """
    ignored = [name for name in _unknown(payload, BotRequest, "") if name not in _SHAPES_OF_OLD]
    ignored += [name for name in NOT_SERVED_YET if _asks(_at(payload, name))]
    if payload.get("audio_required") is False:
        ignored.append("audio_required")
    for name, model in _PARTS.items():
        part = _at(payload, name)
        if isinstance(part, dict) and name not in ignored:
            ignored += _unknown(part, model, f"{name}.")
    return ignored + _ignored_of_transcript(payload) + _ignored_of_live_words(payload)


def _ignored_of_transcript(payload: Mapping[str, Any]) -> list[str]:
    place, provider = f"{_TRANSCRIPT}.provider", _at(payload, f"{_TRANSCRIPT}.provider")
    if provider is None:
        place, provider = "transcription", payload.get("transcription")
    if not isinstance(provider, dict) or not provider:
        return []
    if place == "transcription" and set(provider) == {"provider"}:
        place, provider = "transcription.provider", provider["provider"]
    name, _options = provider_given(provider)
    if name not in SERVED_PROVIDERS:
        return [place.removesuffix(".provider")]
    return [f"{place}.{name}.{option}" for option in unknown_options(provider)]


def _ignored_of_live_words(payload: Mapping[str, Any]) -> list[str]:
    place = "live_transcription_required.provider"
    provider = _at(payload, place)
    if isinstance(provider, str):
        provider = {"name": provider}
    if not isinstance(provider, dict) or not provider:
        return []
    name, _options = provider_given(provider)
    if name not in SERVED_PROVIDERS:
        return [place.removesuffix(".provider")]
    return [f"{place}.{name}.{option}" for option in unknown_options(provider)]


def _at(payload: Mapping[str, Any], path: str) -> Any:
    value: Any = payload
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _unknown(given: Mapping[str, Any], model: type[BaseModel], prefix: str) -> list[str]:
    return [prefix + name for name, value in given.items() if name not in model.model_fields and _asks(value)]


def _asks(value: object) -> bool:
    if isinstance(value, dict):
        return any(_asks(inner) for inner in value.values())
    return value is not None and value is not False and value not in ("", [])
