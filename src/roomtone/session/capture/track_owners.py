"""Whose video track is which, from what platforms say about tracks. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.session.capture.model import TrackOpened, TrackOwner


@dataclass(slots=True)
class TrackOwners:
    """The open video tracks and the latest word about each of them."""

    _open: dict[int, TrackOpened] = field(default_factory=dict)
    _words: dict[tuple[str, str, str], TrackOwner] = field(default_factory=dict)

    def open(self, track: TrackOpened) -> None:
        """A track began; sound is not looked at, nor what cannot be shown."""
        if track.kind == "video" and track.in_top_frame:
            self._open[track.track] = track

    def close(self, track: int) -> str:
        """A track ended; its ``media_track_id``, or empty when it was not known."""
        closed = self._open.pop(track, None)
        return closed.media_track_id if closed else ""

    def own(self, word: TrackOwner) -> None:
        """The platform said whose a track is; a later word about the same tracks overrides."""
        selector = (word.media_track_id, word.stream_id, word.kind)
        self._words.pop(selector, None)
        self._words[selector] = word

    def find(self, participant_id: str, purpose: str) -> str:
        """``media_track_id`` of somebody's newest open video track of that purpose; empty: none."""
        for track in reversed(self._open.values()):
            word = self._word(track)
            if word and word.participant_id == participant_id and word.purpose == purpose:
                return track.media_track_id
        return ""

    def owners(self) -> set[str]:
        """Everybody of whom an open track is known."""
        words = (self._word(track) for track in self._open.values())
        return {word.participant_id for word in words if word is not None and word.participant_id}

    def newest_unowned(self) -> str:
        """The newest open track, if nothing at all was said about any open track; else empty."""
        if any(self._word(track) for track in self._open.values()):
            return ""
        return next((track.media_track_id for track in reversed(self._open.values())), "")

    def _word(self, track: TrackOpened) -> TrackOwner | None:
        for word in reversed(self._words.values()):
            if (
                word.media_track_id in {"", track.media_track_id}
                and word.stream_id in {"", track.stream_id}
                and word.kind in {"", track.kind}
            ):
                return word
        return None
