"""Fetching the participants' own files of a staged bot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roomtone.staging.api_client import ApiClient

_ASKED_BY = {
    "audio_separate_streams": "get_audio_streams",
    "video_separate_streams": "get_recording_streams",
}


async def fetch_streams(api: ApiClient, bot_id: str, fields: dict[str, Any], folder: Path) -> int:
    """Fetch every segment that was asked for, and the answers that told of them; how many segments.

    Args:
        api: Of the staged server.
        bot_id: The bot, done.
        fields: Of the --request file.
        folder: Where to; made when anything was asked for.
    """
    n_segments = 0
    inner = fields.get("recording_config") or {}
    for field, route in _ASKED_BY.items():
        if not (fields.get(field) or inner.get(field)):
            continue
        told = await api.streams(bot_id, route)
        _keep(told, folder / f"{route}.json")
        for segment in _segments(told):
            n_segments += await api.download_link(segment["url"], folder / segment["filename"])
    return n_segments


def _keep(told: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _segments(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for participant in [*told["participants"], *told.get("screenshares", ())]:
        for stream in participant["streams"]:
            yield from stream["segments"]
