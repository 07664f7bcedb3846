"""The body of create_bot: staging's own fields under those of the --request file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from roomtone.staging.errors import InvalidRequestFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BOT_NAME = "Roomtone"


def read_request_file(path: Path | None) -> dict[str, Any]:
    """The fields in a JSON file; none when there is no file.

    Raises:
        InvalidRequestFile: If it cannot be read or is not a JSON object.
    """
    if path is None:
        return {}
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise InvalidRequestFile(f"cannot read {path}: {problem.strerror}") from None
    except ValueError as problem:
        raise InvalidRequestFile(f"{path} is not JSON: {problem}") from None
    if not isinstance(fields, dict):
        raise InvalidRequestFile(f"{path} must hold a JSON object, the fields of create_bot")
    return fields


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two JSON objects as one: objects are merged, everything else of ``over`` stands, null included."""
    result = dict(under)
    for name, value in over.items():
        known = result.get(name)
        result[name] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def bot_name(fields: Mapping[str, Any]) -> str | None:
    """The name of the bot that is sent with these fields; None where they name none."""
    name = fields.get("bot_name", _BOT_NAME)
    return name.strip() if isinstance(name, str) else None


def staged_request(
    fields: Mapping[str, Any],
    *,
    meeting_link: str,
    callback_url: str,
    live_url: str,
    control_url: str | None = None,
    video_url: str | None = None,
) -> dict[str, Any]:
    """The body to send: ``fields`` over the meeting's link, our webhook receiver and our live receivers.

    Without a control URL no control socket is asked for by us, without a video URL no live video.
    Live words that are asked for without a URL come to the live receiver too.
    A field that is null in the file is sent as null, so that a bot without live audio can be staged.
    """
    under: dict[str, Any] = {
        "meeting_link": meeting_link,
        "bot_name": _BOT_NAME,
        "callback_url": callback_url,
        "live_audio_required": {"websocket_url": live_url},
    }
    words = fields.get("live_transcription_required")
    if isinstance(words, dict) and not {"webhook_url", "websocket_url"} & words.keys():
        under["live_transcription_required"] = {"websocket_url": live_url}
    if control_url is not None:
        under["socket_connection_url"] = {"websocket_url": control_url}
    if video_url is not None:
        under["live_video_required"] = {"websocket_url": video_url}
    return merged(under, fields)
