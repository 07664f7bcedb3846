"""What really happened in the staged meeting, from the lines that the meeting's process prints. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ENDINGS = frozenset({"meeting_ended", "bot_removed", "guest_denied"})
"""Happenings that end the bot's meeting; the first one counts."""
LINGERING = frozenset({"everyone_left", "connection_lost"})
"""Ways of ending that do not send the bot away: it leaves by its own rules."""


@dataclass(frozen=True, slots=True)
class SpokenClip:
    """A clip that a scripted participant began to say to the bot.

    Attributes:
        participant: Index in the script.
        says: Index in what the participant says.
        at_s: Unix time at which its first sample was due to be sent.
    """

    participant: int
    says: int
    at_s: float


@dataclass(slots=True)
class MeetingTruth:
    """Everything learnt so far; times are Unix seconds.

    Args:
        of_monotonic: From the machine's monotonic clock to Unix seconds.

    Attributes:
        url: The meeting's link; None before it is known.
        chromium_args: Browser flags by which the meeting is reached; told together with the link.
        end_reasons: How the bot's stay must end, where a replica refuses it; told together with the link.
        ids: From a participant's index in the script to the id in the meeting.
        clips: In order of time.
        zero_s: The script's second zero; None before it.
        ended_s: When the meeting sent the bot away; None before it, and where it is the bot that leaves.
        counts: How often each thing happened.
    """

    of_monotonic: Callable[[float], float]
    url: str | None = None
    chromium_args: tuple[str, ...] = ()
    end_reasons: tuple[str, ...] = ()
    ids: dict[int, str] = field(default_factory=dict)
    clips: list[SpokenClip] = field(default_factory=list)
    zero_s: float | None = None
    ended_s: float | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, line: str) -> str | None:
        """Learn from one line; the name of what happened, or None for a line that names nothing."""
        try:
            happening = json.loads(line)
        except ValueError:
            return None
        if not isinstance(happening, dict):
            return None
        if "url" in happening and self.url is None:
            self.url = str(happening["url"])
            self.chromium_args = _texts(happening.get("chromium_args"))
            self.end_reasons = _texts(happening.get("end_reasons"))
            return None
        what = happening.get("event")
        if not isinstance(what, str):
            return None
        self.counts[what] = self.counts.get(what, 0) + 1
        try:
            self._learn(what, happening)
        except (KeyError, TypeError, ValueError):
            return None
        return what

    def _learn(self, what: str, happening: dict[str, Any]) -> None:
        if what == "clock_started":
            self.zero_s = self.of_monotonic(float(happening["zero_monotonic_s"]))
        elif what == "participant_joined":
            self.ids[int(happening["participant"])] = str(happening["id"])
        elif what == "clip_began":
            at_s = self.of_monotonic(float(happening["monotonic_s"]))
            if self.zero_s is not None and "scheduled_s" in happening:
                # A busy machine sends a first packet late and the next ones in time.
                at_s = min(at_s, self.zero_s + float(happening["scheduled_s"]))
            self.clips.append(SpokenClip(int(happening["participant"]), int(happening["says"]), at_s))
        elif what in ENDINGS and self.ended_s is None and happening.get("how") not in LINGERING:
            self.ended_s = self.of_monotonic(float(happening["monotonic_s"]))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
