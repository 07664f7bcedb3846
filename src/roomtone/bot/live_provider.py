"""Who makes the words while a meeting runs: what a request asks for, and what the server adds to it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.bot.errors import RoomtoneError
from roomtone.bot.transcript_providers import (
    SERVED_PROVIDERS,
    SERVED_STREAMING_PROVIDERS,
    TranscriptRequest,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.bot.request import BotRequest

NOBODY = "none"
"""As the server's default: live words need a provider in the request."""
_MULTILINGUAL = "universal-streaming-multilingual"


class NoLiveProvider(RoomtoneError):
    """Live words were asked for and nobody makes them; the text is for the customer."""


def live_provider(request: BotRequest, default: str) -> TranscriptRequest | None:
    """Who makes the words of a bot's meeting while it runs; None: nobody, because nobody is wanted.

    In this order: the provider in ``live_transcription_required``; the streaming one in
    ``recording_config.transcript``; the streaming twin of the one there; the server's default. A streaming
    provider in ``recording_config.transcript`` works without ``live_transcription_required`` too: it makes
    the bot's transcript. One that this version does not serve is passed over there, and nobody works where
    it stands in ``live_transcription_required``.

    Args:
        request: What is asked for.
        default: One of ``SERVED_STREAMING_PROVIDERS``, or ``NOBODY``.

    Raises:
        NoLiveProvider: If live words are asked for, of nobody.
    """
    live, asked = request.live_transcription_required, request.recording_config.transcript
    if asked is not None and asked.name not in SERVED_PROVIDERS:
        asked = None
    if live is not None and live.provider is not None:
        served = live.provider.provider_name in SERVED_PROVIDERS
        return TranscriptRequest(provider=live.provider) if served else None
    if asked is not None and asked.is_streaming:
        return asked
    if live is None:
        return None
    twin = None if asked is None else _TWINS.get(asked.name)
    if asked is not None and twin is not None:
        return _asked(*twin(asked.options))
    if default == NOBODY:
        raise NoLiveProvider(
            f"{live.given} was provided but no streaming transcription provider was found; name one in "
            f"recording_config.transcript.provider: {', '.join(SERVED_STREAMING_PROVIDERS)}"
        )
    return _asked(default, {})


def session_provider(chosen: TranscriptRequest) -> tuple[str, dict[str, Any]]:
    """What a session is told: the provider's name and its options; the house's own model is the local one."""
    if chosen.name == "meetstream_streaming":
        return "local_streaming", _asked("local_streaming", {}).options
    return chosen.name, chosen.options


def _asked(name: str, options: dict[str, Any]) -> TranscriptRequest:
    return TranscriptRequest.model_validate({"provider": {name: options}})


def _deepgram(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "deepgram_streaming", {"language": options["language"]}


def _assemblyai(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    # Its streams know languages by their model.
    speaks_english = str(options["language_code"]).lower().startswith("en")
    return "assemblyai_streaming", {} if speaks_english else {"speech_model": _MULTILINGUAL}


def _local(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "local_streaming", options


def _house(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "local_streaming", {"language": options["language"]}


def _captions(_options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "meeting_captions_streaming", {}


_TWINS: dict[str, Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "deepgram": _deepgram,
    "assemblyai": _assemblyai,
    "local": _local,
    "meetstream": _house,
    "meeting_captions": _captions,
}
"""Providers of recordings that have a twin for running meetings, with the options that both know."""
