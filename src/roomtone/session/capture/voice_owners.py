"""Whose sound an audio track is, at any time: rules name tracks, before or after they open. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.session.capture.model import TrackOpened, TrackOwner

GIVEN_BEFORE_S = 0.5
"""An idle track's sound of so long before it was given to somebody is theirs: media may overtake signals."""
HISTORY_S = 30.0
"""How far back a track's owners are remembered; longer than any tick waits."""
MAX_RULES = 4096
"""Most rules remembered; beyond it the oldest is forgotten (tracks it was applied to keep their owner)."""


class Ownership(Enum):
    """Owners that are no participant."""

    UNKNOWN = "unknown"
    """No rule names the track."""
    MIXED = "mixed"
    """A rule says that it is nobody's alone."""
    IDLE = "idle"
    """A rule says that it is nobody's, until it is given to somebody."""


Owner = str | Ownership
"""A participant's id, or why there is none."""


@dataclass(slots=True)
class _Owned:
    opened: TrackOpened
    changes: list[tuple[float, Owner]] = field(default_factory=list)


class VoiceOwners:
    """Applies ``TrackOwner`` rules, which may come before or after the tracks they name."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str, str], TrackOwner] = {}
        self._tracks: dict[int, _Owned] = {}

    def open_track(self, opened: TrackOpened) -> None:
        """A track is there; rules that came before apply to all of it, a later rule over an earlier one."""
        owned = self._tracks[opened.track] = _Owned(opened)
        for rule in self._rules.values():
            if _names(rule, opened):
                owned.changes = [(float("-inf"), _owner(rule))]

    def forget_track(self, track: int) -> None:
        """Nothing more of this track will be asked for."""
        self._tracks.pop(track, None)

    def apply(self, rule: TrackOwner) -> None:
        """A rule; from its time on it holds. A track's first owner holds for what came before, too."""
        key = (rule.media_track_id, rule.stream_id, rule.kind)
        self._rules.pop(key, None)
        self._rules[key] = rule
        if len(self._rules) > MAX_RULES:
            del self._rules[next(iter(self._rules))]
        for owned in self._tracks.values():
            if not _names(rule, owned.opened):
                continue
            from_s = _from_s(rule, owned.changes)
            owned.changes = [c for c in owned.changes if c[0] < from_s] + [(from_s, _owner(rule))]
            _forget_before(owned.changes, rule.at_s - HISTORY_S)

    def owner(self, track: int, at_s: float) -> Owner:
        """Whose the track is at a time of the capture clock."""
        owned = self._tracks.get(track)
        if owned is None or not owned.changes:
            return Ownership.UNKNOWN
        for from_s, owner in reversed(owned.changes):
            if from_s <= at_s:
                return owner
        return owned.changes[0][1]


def _names(rule: TrackOwner, track: TrackOpened) -> bool:
    if rule.kind not in {"", track.kind} or (track.kind == "audio" and rule.purpose == "camera"):
        return False
    return rule.media_track_id in {"", track.media_track_id} and rule.stream_id in {"", track.stream_id}


def _from_s(rule: TrackOwner, changes: list[tuple[float, Owner]]) -> float:
    """From when on the rule holds for a track with this past."""
    if not changes:
        return float("-inf")
    idle_since_s, last = changes[-1]
    if last is Ownership.IDLE and rule.participant_id is not None:
        return max(idle_since_s, rule.at_s - GIVEN_BEFORE_S)
    return rule.at_s


def _owner(rule: TrackOwner) -> Owner:
    if rule.participant_id is None and rule.purpose == "idle":
        return Ownership.IDLE
    return Ownership.MIXED if rule.participant_id is None else rule.participant_id


def _forget_before(changes: list[tuple[float, Owner]], at_s: float) -> None:
    while len(changes) > 1 and changes[1][0] < at_s:
        del changes[0]
