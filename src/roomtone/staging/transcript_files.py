"""Fetching the transcript of a staged bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.staging.api_client import ApiClient


async def fetch_transcript(api: ApiClient, detail: dict[str, Any], target: Path) -> list[Path]:
    """Fetch the bot's transcript, if it was asked for and made; the files written.

    Args:
        api: Of the staged server.
        detail: The bot's ``bot_details``, once it is done.
        target: Where the JSON goes; the text goes beside it, as Markdown and as subtitles.
    """
    if detail.get("TranscriptStatus") != "Success":
        return []
    link = f"/transcript/{detail['transcript_id']}/get_transcript"
    await api.download_link(link, target)
    written = [target]
    for form in ("md", "srt"):
        written.append(target.with_suffix(f".{form}"))
        await api.download_link(f"{link}?format={form}", written[-1])
    return written
