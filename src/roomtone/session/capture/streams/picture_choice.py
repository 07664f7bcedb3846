"""Whose pictures are kept: every shared screen, and the cameras of the first six. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from roomtone.session.capture.model import (
    ParticipantJoined,
    ParticipantLeft,
    TrackClosed,
    TrackOpened,
    TrackOwner,
)
from roomtone.session.capture.track_owners import TrackOwners

if TYPE_CHECKING:
    from roomtone.session.capture.model import CaptureEvent

MOST_CAMERAS = 6
MOST_SHARES = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A track whose picture is kept.

    Attributes:
        media_track_id: The page's name for it.
        participant_id: Whose it is.
        kind: What it shows.
    """

    media_track_id: str
    participant_id: str
    kind: Literal["camera", "share"]


@dataclass(slots=True)
class PictureChoice:
    """Chooses from signals and track events; whoever was chosen stays as long as their picture is there.

    Attributes:
        names: What participants are called, by id.
        has_tracks: Whether there ever was a track of a picture with a known owner.
    """

    names: dict[str, str] = field(default_factory=dict)
    has_tracks: bool = False
    _people: dict[str, ParticipantJoined] = field(default_factory=dict)
    _selves: set[str] = field(default_factory=set)
    _tracks: TrackOwners = field(default_factory=TrackOwners)
    _chosen: list[Wanted] = field(default_factory=list)

    def take(self, event: CaptureEvent) -> None:
        """Learn of something that happened; sound is not looked at."""
        match event:
            case ParticipantJoined(is_self=True):
                self._selves.add(event.participant_id)
                self._people.pop(event.participant_id, None)
            case ParticipantJoined() if event.participant_id not in self._selves:
                self._people[event.participant_id] = event
                self.names[event.participant_id] = event.name
            case ParticipantLeft():
                self._people.pop(event.participant_id, None)
            case TrackOwner():
                self._tracks.own(event)
            case TrackOpened():
                self._tracks.open(event)
            case TrackClosed():
                self._tracks.close(event.track)
            case _:
                return

    def wanted(self) -> list[Wanted]:
        """The tracks to keep now."""
        there = [*self._there("camera"), *self._there("share")]
        self.has_tracks = self.has_tracks or bool(there)
        kept = [one for one in self._chosen if one in there]
        chosen: list[Wanted] = []
        for one in [*kept, *(one for one in there if one not in kept)]:
            limit = MOST_CAMERAS if one.kind == "camera" else MOST_SHARES
            if sum(other.kind == one.kind for other in chosen) < limit:
                chosen.append(one)
        self._chosen = chosen
        return chosen

    def _there(self, kind: Literal["camera", "share"]) -> list[Wanted]:
        found = []
        for person in self._people.values():
            is_off = (person.camera_on if kind == "camera" else person.sharing) is False
            track = "" if is_off else self._tracks.find(person.participant_id, kind)
            if track:
                found.append(Wanted(track, person.participant_id, kind))
        return found
