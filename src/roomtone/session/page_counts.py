"""What the page's side counted, summed up from its statistics messages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class PageCounts:
    """Keeps the latest counts of each track; a page may say anything, what is no count is left out."""

    def __init__(self) -> None:
        self._concealed: dict[str, int] = {}

    @property
    def concealed_samples(self) -> int:
        """Samples of audible sound that the browser's jitter buffer made up, all audio tracks."""
        return sum(self._concealed.values())

    def take(self, body: dict[str, Any]) -> None:
        """Take one statistics message; the counts in it are totals since the track began."""
        for track in _audio_tracks(body):
            name = str(track.get("media_track_id") or track.get("track"))
            concealed, silent = _count(track, "concealed_samples"), _count(track, "silent_concealed_samples")
            # Concealment that ended in silence is a sender that pauses, not a loss.
            self._concealed[name] = max(self._concealed.get(name, 0), concealed - silent)


def _audio_tracks(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for group in ("tracks", "untapped"):
        tracks = body.get(group)
        if isinstance(tracks, list):
            yield from (track for track in tracks if isinstance(track, dict) and track.get("kind") == "audio")


def _count(track: dict[str, Any], name: str) -> int:
    value = track.get(name)
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**53 else 0
