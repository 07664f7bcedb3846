"""Who came and who went, as it is told while the meeting runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.session.capture.model import ParticipantJoined, ParticipantLeft

if TYPE_CHECKING:
    from typing import Literal

    from roomtone.session.capture.model import Signal


@dataclass(frozen=True, slots=True)
class Movement:
    """Somebody but the bot came or went.

    Attributes:
        action: Which.
        participant_id: Whose.
        name: As it stood then.
        recorded_s: Seconds since the recording began.
    """

    action: Literal["join", "leave"]
    participant_id: str
    name: str
    recorded_s: float


class Movements:
    """Follows the roster. Pure; used by one task.

    From `begin` on, each is told once as having joined, who is there by then first, and once as having left.
    The bot itself is left out, so is a new name; who has no name yet is told when they have one.
    """

    def __init__(self) -> None:
        self._present: dict[str, str] = {}
        self._own_ids: set[str] = set()
        self._told: set[str] = set()
        self._start_s: float | None = None

    def begin(self, start_s: float) -> list[Movement]:
        """The recording began at this time of the capture clock; whoever is there joins now."""
        self._start_s = start_s
        return [one for who in list(self._present) if (one := self._join(who, start_s)) is not None]

    def take(self, signal: Signal) -> Movement | None:
        """What a signal says of it; None: nothing that is told, or not yet."""
        match signal:
            case ParticipantJoined(participant_id=who, is_self=True):
                self._own_ids.add(who)
                self._present.pop(who, None)
                self._told.discard(who)
                return None
            case ParticipantJoined(participant_id=who, name=name, at_s=at_s) if who not in self._own_ids:
                self._present[who] = name or self._present.get(who, "")
                return self._join(who, at_s)
            case ParticipantLeft(participant_id=who, at_s=at_s):
                name = self._present.pop(who, "")
                if who in self._told:
                    self._told.discard(who)
                    return Movement("leave", who, name, self._seconds(at_s))
        return None

    def _join(self, who: str, at_s: float) -> Movement | None:
        name = self._present[who]
        if self._start_s is None or not name or who in self._told:
            return None
        self._told.add(who)
        return Movement("join", who, name, self._seconds(at_s))

    def _seconds(self, at_s: float) -> float:
        return 0.0 if self._start_s is None else round(max(0.0, at_s - self._start_s), 3)
