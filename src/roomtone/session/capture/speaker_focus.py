"""Which of the participants the picture stays on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

HOLD_S = 1.5
"""Shortest time on somebody who is still there."""
CONFIRM_S = 0.6
"""So long somebody has to speak before the picture turns to them."""
TAKEOVER_S = 2.0
"""So long somebody has to be the loudest over somebody who goes on speaking."""
PAUSE_S = 0.4
"""A silence shorter than this is part of speaking."""


@dataclass(slots=True)
class _Voice:
    """Since when somebody speaks, and since when louder than all others."""

    since_s: float
    loudest_since_s: float | None = None
    until_s: float | None = None


@dataclass(slots=True)
class SpeakerFocus:
    """Turns the platform's list of speakers, which flickers, into one calm choice.

    Attributes:
        current: Participant id of the choice; None before there was one.
        has_spoken: Whether the choice was made for speaking, not for want of a speaker.
    """

    current: str | None = None
    has_spoken: bool = False
    _since_s: float = float("-inf")
    _voices: dict[str, _Voice] = field(default_factory=dict)
    _spoken: list[str] = field(default_factory=list)

    def hear(self, participant_ids: Sequence[str], at_s: float) -> None:
        """Who speaks from now on, the loudest first."""
        for participant_id, before in self._voices.items():
            if participant_id not in participant_ids and before.until_s is None:
                before.until_s = at_s
        for rank, participant_id in enumerate(participant_ids):
            voice = self._voices.get(participant_id)
            if voice is None or (voice.until_s is not None and at_s - voice.until_s > PAUSE_S):
                voice = self._voices[participant_id] = _Voice(at_s)
            voice.until_s = None
            if rank:
                voice.loudest_since_s = None
            elif voice.loudest_since_s is None:
                voice.loudest_since_s = at_s

    def leave(self, participant_id: str) -> None:
        """Somebody is not there any more."""
        self._voices.pop(participant_id, None)
        if participant_id in self._spoken:
            self._spoken.remove(participant_id)
        if self.current == participant_id:
            self.current = None
            self._since_s = float("-inf")

    def decide(self, at_s: float, present: Collection[str], with_camera: Collection[str]) -> None:
        """Choose anew at ``at_s`` among ``present``; ``with_camera`` is preferred while nobody has spoken."""
        candidate = self._candidate(at_s, present)
        if candidate is not None and candidate != self.current and self._may_turn(candidate, at_s):
            self._turn(candidate, at_s, has_spoken=True)
        if candidate is not None and candidate == self.current:
            self.has_spoken = True
        is_shown = self.current is not None and self.current in present
        if not is_shown or not (self.has_spoken or self.current in with_camera):
            self._turn_to_anybody(at_s, present, with_camera)

    def _candidate(self, at_s: float, present: Collection[str]) -> str | None:
        """The longest loudest of those whose speech is confirmed."""
        speaking = {
            participant_id: voice
            for participant_id, voice in self._voices.items()
            if participant_id in present and voice.until_s is None and at_s - voice.since_s >= CONFIRM_S
        }
        loudest = [p for p, voice in speaking.items() if voice.loudest_since_s is not None]
        if loudest:
            return loudest[0]
        return next(iter(speaking), None)

    def _may_turn(self, candidate: str, at_s: float) -> bool:
        if self.current is None or not self.has_spoken:
            return True
        if at_s - self._since_s < HOLD_S:
            return False
        holder = self._voices.get(self.current)
        if holder is None or (holder.until_s is not None and at_s - holder.until_s > PAUSE_S):
            return True
        loudest_since_s = self._voices[candidate].loudest_since_s
        return loudest_since_s is not None and at_s - loudest_since_s >= TAKEOVER_S

    def _turn(self, participant_id: str | None, at_s: float, *, has_spoken: bool) -> None:
        self.current = participant_id
        self.has_spoken = has_spoken
        self._since_s = at_s
        if has_spoken and participant_id is not None:
            if participant_id in self._spoken:
                self._spoken.remove(participant_id)
            self._spoken.append(participant_id)

    def _turn_to_anybody(self, at_s: float, present: Collection[str], with_camera: Collection[str]) -> None:
        """The last other speaker, else somebody with a camera, else the first who is there, else nobody."""
        spoken = next((p for p in reversed(self._spoken) if p in present), None)
        if spoken is not None:
            self._turn(spoken, at_s, has_spoken=True)
            return
        somebody = next((p for p in present if p in with_camera), None) or next(iter(present), None)
        if somebody != self.current:
            self._turn(somebody, at_s, has_spoken=False)
