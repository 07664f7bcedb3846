"""Shapes that requests had in former versions of the API, as today's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.bot.transcript_providers import provider_given
from roomtone.bot.wire_model import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_ZOOM_ACCOUNTS = "is no longer a part of the API: this version joins Zoom as a guest; leave it out"
_GONE = {
    "use_zoom_obf": _NO_ZOOM_ACCOUNTS,
    "zoom_oauth_connection_user_id": _NO_ZOOM_ACCOUNTS,
}
"""Fields that asked for something which a bot without it must not be taken for."""
_SEPARATE_STREAMS = ("audio_separate_streams", "video_separate_streams")


def as_today(given: Mapping[str, Any]) -> dict[str, Any]:
    """A body of ``create_bot`` in today's shape; what it does not know, and what is wrong, stays as it is.

    A top-level ``transcription`` becomes ``recording_config.transcript``, and the two switches for separate
    streams, which may stand in ``recording_config``, come to the top, where one that is there already wins.

    Raises:
        ValidationError: If a field is no longer served, or two places ask for different transcripts.
    """
    for name, problem in _GONE.items():
        if given.get(name):
            raise refusal((name,), problem)
    today = dict(given)
    config = today.get("recording_config")
    if config is not None and not isinstance(config, dict):
        return today
    config = dict(config or {})
    _take_transcription(today, config)
    for name in _SEPARATE_STREAMS:
        if isinstance(config.get(name), bool):
            inner = config.pop(name)
            if today.get(name) is None:
                today[name] = inner
    if config:
        today["recording_config"] = config
    return today


def _take_transcription(today: dict[str, Any], config: dict[str, Any]) -> None:
    older = today.pop("transcription", None)
    if older is None or older == {}:
        return
    if not isinstance(older, dict):
        raise refusal(("transcription",), 'must be an object, such as {"deepgram": {}}')
    # Some senders wrapped it as it is wrapped today.
    provider = older["provider"] if set(older) == {"provider"} else older
    newer = config.get("transcript")
    if newer is None:
        config["transcript"] = {"provider": provider}
    elif _asks(newer.get("provider") if isinstance(newer, dict) else None) != _asks(provider):
        raise refusal(
            ("transcription",),
            "asks for another transcript than recording_config.transcript; send one of them",
        )


def _asks(provider: Any) -> Any:
    """What a provider in any shape asks for, to be compared; None when it cannot be read."""
    try:
        name, options = provider_given(provider)
    except (ValueError, AttributeError):
        return None
    return name, options
