"""A growing recording as an HLS media playlist (RFC 8216, fragmented MP4). Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from roomtone.bot.lifecycle import timestamp
from roomtone.service.live_view.segments import TARGET_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from roomtone.service.live_view.segments import Segment

WINDOW = 30
"""Segments that a sliding playlist names: about a minute."""


def playlist(
    segments: Sequence[Segment],
    url: Callable[[str], str],
    *,
    is_complete: bool,
    begun_at: datetime | None,
    whole: bool = False,
) -> str:
    """The playlist of these segments.

    Args:
        segments: All that are whole, from the first.
        url: The URL of a file of this view, such as ``init.mp4`` or ``12.m4s``.
        is_complete: Whether there will be no more.
        begun_at: When the recording began; None: unknown.
        whole: Whether all are named, to go back to the beginning; else the newest ``WINDOW``.
    """
    shown = segments if whole else segments[-WINDOW:]
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{TARGET_S}"]
    lines.append(f"#EXT-X-MEDIA-SEQUENCE:{shown[0].number if shown else 0}")
    if whole:
        lines.append("#EXT-X-PLAYLIST-TYPE:EVENT")
    if all(segment.is_independent for segment in shown):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    lines.append(f'#EXT-X-MAP:URI="{url("init.mp4")}"')
    for segment in shown:
        if begun_at is not None and segment is shown[0]:
            at = timestamp(begun_at + timedelta(seconds=segment.begin_s))
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{at}")
        lines.append(f"#EXTINF:{segment.length_s:.5f},")
        lines.append(url(f"{segment.number}.m4s"))
    if is_complete:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"
