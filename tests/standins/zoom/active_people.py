"""Who counts as speaking and who is on the big tile, from who is loud when. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LINGER_S = 0.6
"""A voice counts until so long after it was last loud: pauses between words are no silence."""
REPEAT_S = 1.0
"""While somebody speaks it is said again at this distance: the mark in the client runs out."""
SWITCH_S = 1.0
"""Who has been the loudest for so long gets the big tile."""


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell; None: nothing.

    Attributes:
        speakers: Ids of who speaks, the loudest first; empty is silence.
        shown: Id of who is on the big tile now.
    """

    speakers: tuple[str, ...] | None = None
    shown: str | None = None


@dataclass(slots=True)
class ActivePeople:
    """Remembers who spoke last.

    Attributes:
        speakers: Ids of who speaks, the loudest first.
        shown: Id of who is on the big tile; None before anybody was there.
    """

    speakers: tuple[str, ...] = ()
    shown: str | None = None
    _loud_s: dict[str, float] = field(default_factory=dict)
    _told_s: float = 0.0
    _loudest: tuple[str, float] | None = None

    def hear(self, loud: Sequence[str], present: Sequence[str], now_s: float) -> News:
        """Take note of who is loud now (the loudest first) and who is there; what there is to tell."""
        self._loud_s.update(dict.fromkeys(loud, now_s))
        lingering = [
            member_id
            for member_id in self.speakers
            if member_id not in loud and now_s - self._loud_s.get(member_id, now_s) < LINGER_S
        ]
        speakers = tuple(member_id for member_id in (*loud, *lingering) if member_id in present)
        told = speakers if speakers != self.speakers else None
        if speakers and now_s - self._told_s >= REPEAT_S:
            told = speakers
        if told is not None:
            self._told_s = now_s
        self.speakers = speakers
        before = self.shown
        self._show(present, now_s)
        return News(told, self.shown if self.shown != before else None)

    def _show(self, present: Sequence[str], now_s: float) -> None:
        loudest = self.speakers[0] if self.speakers else None
        if loudest is None:
            self._loudest = None
        elif self._loudest is None or self._loudest[0] != loudest:
            self._loudest = (loudest, now_s)
        elif now_s - self._loudest[1] >= SWITCH_S:
            self.shown = loudest
        if self.shown not in present:
            self.shown = present[0] if present else None
