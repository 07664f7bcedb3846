"""When to leave a meeting: alone, silent, too long. Pure: events with times in, a verdict out.

Times are any clock's seconds as long as it is one clock and never goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.bot.end_reasons import EndReason

if TYPE_CHECKING:
    from roomtone.bot.automatic_leave import AutomaticLeave


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a stay may go on in each situation, in seconds.

    Attributes:
        nobody_joined_s: Alone since admission, nobody ever there.
        everyone_left_s: Alone after somebody had been there.
        silence_s: Without a voice while somebody is there.
        recording_s: Since admission.
    """

    nobody_joined_s: float
    everyone_left_s: float
    silence_s: float
    recording_s: float

    @classmethod
    def of(cls, rules: AutomaticLeave) -> Limits:
        """The limits a request asks for."""
        return cls(
            nobody_joined_s=rules.no_one_joined_timeout,
            everyone_left_s=rules.everyone_left_timeout,
            silence_s=rules.voice_inactivity_timeout,
            recording_s=rules.in_call_recording_timeout,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say at one moment.

    Attributes:
        reason: Why to leave now; None: stay.
        look_again_s: The earliest moment at which a rule could fall due if nothing happens before;
            the moment itself when a rule is due.
    """

    reason: EndReason | None
    look_again_s: float


class Attendance:
    """Who is there, who was heard, and what follows from it.

    The bot itself never counts. Whether anybody is there is only known once the roster spoke (``is_self`` or
    anyone else was reported): a meeting whose roster is hidden is left for silence or length alone.

    Single-threaded; every method takes the time of its event.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._present: set[str] = set()
        self._own_ids: set[str] = set()
        self._roster_known = False
        self._admitted_s: float | None = None
        self._anyone_ever = False
        self._alone_since_s = 0.0
        self._silent_since_s = 0.0

    @property
    def people(self) -> int:
        """How many others are in the meeting, as far as the roster says."""
        return len(self._present)

    def admitted(self, at_s: float) -> None:
        """The bot is in the meeting; who left before it came never counts. Later calls change nothing."""
        if self._admitted_s is not None:
            return
        self._admitted_s = at_s
        self._anyone_ever = bool(self._present)
        self._alone_since_s = at_s
        self._silent_since_s = at_s

    def participant_joined(self, participant_id: str, at_s: float, *, is_self: bool = False) -> None:
        """Somebody is in the meeting; repeated for a change of name and the like."""
        self._roster_known = True
        if is_self:
            self._own_ids.add(participant_id)
            self._leave(participant_id, at_s)
            return
        if participant_id in self._own_ids:
            return
        if not self._present:
            # Being alone was not silence: the next silence starts with company.
            self._silent_since_s = at_s
        self._present.add(participant_id)
        if self._admitted_s is not None:
            self._anyone_ever = True

    def participant_left(self, participant_id: str, at_s: float) -> None:
        """Somebody left; an unknown id changes nothing."""
        self._leave(participant_id, at_s)

    def voice_heard(self, at_s: float) -> None:
        """Somebody else's voice was heard."""
        self._silent_since_s = max(self._silent_since_s, at_s)

    def verdict(self, now_s: float) -> Verdict:
        """What the rules say now; before admission there is nothing to leave."""
        if self._admitted_s is None:
            return Verdict(None, float("inf"))
        due_s, reason = min(self._deadlines(self._admitted_s), key=lambda deadline: deadline[0])
        return Verdict(reason if now_s >= due_s else None, due_s)

    def _deadlines(self, admitted_s: float) -> list[tuple[float, EndReason]]:
        limits = self._limits
        deadlines = [(admitted_s + limits.recording_s, EndReason.RECORDING_TOO_LONG)]
        if self._present or not self._roster_known:
            deadlines.append((self._silent_since_s + limits.silence_s, EndReason.SILENCE))
        elif self._anyone_ever:
            deadlines.append((self._alone_since_s + limits.everyone_left_s, EndReason.EVERYONE_LEFT))
        else:
            deadlines.append((self._alone_since_s + limits.nobody_joined_s, EndReason.NOBODY_JOINED))
        return deadlines

    def _leave(self, participant_id: str, at_s: float) -> None:
        if participant_id not in self._present:
            return
        self._present.discard(participant_id)
        if not self._present:
            self._alone_since_s = at_s if self._admitted_s is None else max(at_s, self._admitted_s)
