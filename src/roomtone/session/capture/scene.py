"""What the recording shows: the words of a scene, and the director who decides on it. Pure.

A shared screen first; else the camera of whoever speaks; a card with the name for somebody without a camera;
a card with the meeting's title when nobody has anything to show. Never the bot itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from roomtone.session.capture.model import (
    ActiveSpeakers,
    MeetingTitled,
    ParticipantJoined,
    ParticipantLeft,
    Signal,
    TrackClosed,
    TrackOpened,
    TrackOwner,
)
from roomtone.session.capture.name_card import Card, person_card, title_card
from roomtone.session.capture.speaker_focus import SpeakerFocus
from roomtone.session.capture.track_owners import TrackOwners

STARVED_S = 5.0
"""A camera that gave no picture for this long is taken for switched off."""
FIRST_FRAME_S = 2.0
"""So long a newly chosen track may take to show its first picture."""
RETRY_S = 10.0
"""A shared screen that gave no picture is tried again after this long."""

SceneKind = Literal["share", "camera", "placeholder"]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be seen.

    Attributes:
        kind: ``share`` and ``camera`` show a track; ``placeholder`` shows the card.
        media_track_id: The track to show; with a placeholder the track to watch for pictures, or empty.
        plate: Text of the name plate; empty: none.
        card: The placeholder's content; None when a track is shown.
    """

    kind: SceneKind
    media_track_id: str = ""
    plate: str = ""
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class PicturesSeen:
    """The page decoded pictures of the track it was told to show or to watch."""

    media_track_id: str
    at_s: float


DirectorEvent = Signal | TrackOpened | TrackClosed | PicturesSeen


@dataclass(slots=True)
class _Watch:
    """How a track that was chosen has behaved."""

    chosen_at_s: float
    is_share: bool = False
    seen_at_s: float | None = None


@dataclass(slots=True)
class SceneDirector:
    """Decides from events and time what is shown. Not thread-safe; takes no time of its own.

    Attributes:
        title: The meeting's title for cards; empty until a signal tells it.
    """

    title: str = ""
    _people: dict[str, ParticipantJoined] = field(default_factory=dict)
    _selves: set[str] = field(default_factory=set)
    _tracks: TrackOwners = field(default_factory=TrackOwners)
    _focus: SpeakerFocus = field(default_factory=SpeakerFocus)
    _watches: dict[str, _Watch] = field(default_factory=dict)

    def take(self, event: DirectorEvent) -> None:
        """Learn of something that happened; events may come in any order."""
        match event:
            case ParticipantJoined(is_self=True):
                self._selves.add(event.participant_id)
                self._people.pop(event.participant_id, None)
                self._focus.leave(event.participant_id)
            case ParticipantJoined() if event.participant_id not in self._selves:
                self._people[event.participant_id] = event
            case ParticipantLeft():
                self._people.pop(event.participant_id, None)
                self._focus.leave(event.participant_id)
            case ActiveSpeakers():
                self._focus.hear([p for p in event.participant_ids if p not in self._selves], event.at_s)
            case TrackOwner():
                self._tracks.own(event)
            case TrackOpened():
                self._tracks.open(event)
            case TrackClosed():
                self._watches.pop(self._tracks.close(event.track), None)
            case PicturesSeen():
                watch = self._watches.setdefault(event.media_track_id, _Watch(event.at_s))
                watch.seen_at_s = event.at_s
            case MeetingTitled():
                self.title = event.title

    def scene(self, at_s: float) -> Scene:
        """What is to be seen at ``at_s`` (capture clock, never going back between calls)."""
        scene = self._share(at_s) or self._person(at_s)
        self._forget_watches_but(scene.media_track_id)
        return scene

    def picture_expected(self) -> bool:
        """Whether the roster says that whoever is to be seen has a camera on or shares a screen."""
        if any(person.sharing for person in self._people.values()):
            return True
        shown = self._people.get(self._focus.current or "")
        return shown is not None and shown.camera_on is True

    def picture_possible(self) -> bool:
        """Whether anybody in the meeting has a track that is known to be theirs."""
        return not self._tracks.owners().isdisjoint(self._people)

    def _share(self, at_s: float) -> Scene | None:
        for person in self._people.values():
            if person.sharing is False:
                continue
            track = self._tracks.find(person.participant_id, "share")
            # A shared slide may stand still for minutes: once seen, it stays until it is over.
            if not track:
                continue
            self._watches.setdefault(track, _Watch(at_s)).is_share = True
            if not self._starved(track, at_s, None) or self._retries(track, at_s):
                return Scene("share", track)
        return None

    def _person(self, at_s: float) -> Scene:
        self._focus.decide(at_s, self._people, {p for p in self._people if self._has_camera(p)})
        person = self._people.get(self._focus.current or "")
        if person is None:
            return self._nobody(at_s)
        track = "" if person.camera_on is False else self._tracks.find(person.participant_id, "camera")
        if track and not self._starved(track, at_s, STARVED_S):
            return Scene("camera", track, plate=person.name)
        if self._focus.has_spoken:
            return Scene("placeholder", track, card=person_card(person.name, self.title))
        return Scene("placeholder", track, card=title_card(self.title, self._names()))

    def _nobody(self, at_s: float) -> Scene:
        """Where the platform names no owners at all, the newest picture is better than none."""
        track = self._tracks.newest_unowned()
        if track and not self._starved(track, at_s, STARVED_S):
            return Scene("camera", track)
        return Scene("placeholder", track, card=title_card(self.title, self._names()))

    def _has_camera(self, participant_id: str) -> bool:
        person = self._people[participant_id]
        return person.camera_on is not False and bool(self._tracks.find(participant_id, "camera"))

    def _names(self) -> tuple[str, ...]:
        return tuple(person.name for person in self._people.values())

    def _starved(self, track: str, at_s: float, limit_s: float | None) -> bool:
        """Whether a track, chosen from now on if it was not, has been without pictures too long."""
        watch = self._watches.setdefault(track, _Watch(at_s))
        if watch.seen_at_s is None:
            return at_s - watch.chosen_at_s > FIRST_FRAME_S
        return limit_s is not None and at_s - watch.seen_at_s > limit_s

    def _retries(self, track: str, at_s: float) -> bool:
        watch = self._watches[track]
        if at_s - watch.chosen_at_s > RETRY_S:
            watch.chosen_at_s = at_s
            return True
        return False

    def _forget_watches_but(self, shown: str) -> None:
        """What is not looked at says nothing of its pictures; only failures of shares are remembered."""
        for track, watch in list(self._watches.items()):
            if track != shown and (watch.seen_at_s is not None or not watch.is_share):
                del self._watches[track]
