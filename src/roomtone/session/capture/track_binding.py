"""Whose a track is when no signal says so: from when tracks are heard and when names are said. Pure.

A meeting may give a line to somebody else without a word, so a track's owner holds for one piece of sound
after the other. Whoever is newly said to speak owns the only track that began to sound shortly before; where
that says nothing, the only track without an owner is the only named one's after half a second. An owner who
is not named while others are is doubted, and the track is nobody's, back to the beginning of its piece.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

LOUD_PEAK = 164
"""Of 32,768: a track is heard from 0.005 of full scale on."""
LOUD_FOR_S = 0.6
"""A track counts as heard this long after it was last loud: longer than it takes to name the next one."""
BIND_AFTER_S = 0.5
"""How long one track and one speaker have to be alone together."""
PAUSE_S = 0.3
"""A shorter silence is within a piece of sound."""
NAMED_WITHIN_S = 1.0
"""A name that was said so long after a track began to sound may be the name of its owner."""
NAMED_AHEAD_S = 0.1
"""Signals may overtake sound by this much."""
DOUBT_AFTER_S = 0.25
"""So long an owner stands whose name is not said any more, or not yet, while another's is."""
DROWNED_FOR_S = 1.0
"""As ``DOUBT_AFTER_S``, where the other name belongs to another track: the louder one may be named alone."""
HANDOVER_S = 0.3
"""A track that changes hands without a pause did so this long before the new name."""
HISTORY_S = 30.0
"""How far back owners are remembered; longer than any tick waits."""
_NEVER_S = float("-inf")


@dataclass(slots=True)
class _Line:
    """A track: its owners, and the piece of sound that is going on, or was the last."""

    piece_s: float = _NEVER_S
    loud_s: float = _NEVER_S
    is_confirmed: bool = False
    """Whether the owner was said to speak while the piece went on."""
    unnamed_s: float | None = None
    """Since when somebody else is, after the owner was; None: that is not so."""
    owners: list[tuple[float, str | None]] = field(default_factory=list)

    @property
    def owner(self) -> str | None:
        return self.owners[-1][1] if self.owners else None

    def give(self, owner: str | None, from_s: float) -> None:
        self.owners = [one for one in self.owners if one[0] < from_s] + [(from_s, owner)]
        self.unnamed_s = None
        while len(self.owners) > 1 and self.owners[1][0] < from_s - HISTORY_S:
            del self.owners[0]


class TrackBinder:
    """Binds tracks to participants, from ticks and from what the platform says of who is speaking."""

    def __init__(self) -> None:
        self._lines: dict[int, _Line] = {}
        self._named_s: dict[str, float] = {}
        self._changed_s = _NEVER_S
        self._pair: tuple[int, str] | None = None
        self._pair_since_s = 0.0
        self._now_s = _NEVER_S
        self.has_bound = False
        """Whether any track was ever bound: owners are found this way here."""

    def owner(self, track: int, at_s: float | None = None) -> str | None:
        """The participant that the track is bound to; None: nobody, or it is in doubt.

        Args:
            track: Its number.
            at_s: Capture clock, when; None: now.
        """
        line = self._lines.get(track)
        if line is None or at_s is None:
            return line.owner if line is not None else None
        return next((owner for from_s, owner in reversed(line.owners) if from_s <= at_s), None)

    def active_speakers(self, participant_ids: Collection[str], at_s: float) -> None:
        """Who is said to speak from ``at_s`` (capture clock) on, without the bot; empty: nobody."""
        if set(participant_ids) != self._named_s.keys():
            self._changed_s = at_s
        self._named_s = {one: self._named_s.get(one, at_s) for one in participant_ids}

    def hear(self, peaks: Mapping[int, int], at_s: float) -> None:
        """A tick's loudest samples, by track, of the tracks that nobody owns.

        Args:
            peaks: Absolute values, 0 to 32,768; a track that is not named is silent.
            at_s: Capture clock of the tick; never going back.
        """
        self._now_s = at_s
        for track, peak in peaks.items():
            if peak > LOUD_PEAK:
                line = self._lines.setdefault(track, _Line())
                if at_s - line.loud_s > PAUSE_S:
                    line.piece_s, line.is_confirmed, line.unnamed_s = at_s, False, None
                line.loud_s = at_s
        for line in self._lines.values():
            if at_s - line.loud_s <= PAUSE_S and line.owner is not None and self._named_s:
                self._check(line, line.owner)
        self._bind_new()
        self._bind_alone()

    def forget(self, track: int) -> None:
        """The track is gone."""
        self._lines.pop(track, None)

    def _check(self, line: _Line, owner: str) -> None:
        """Confirm the owner of a track that is heard, or doubt it."""
        if owner in self._named_s:
            line.is_confirmed, line.unnamed_s = True, None
        elif not line.is_confirmed:
            if self._changed_s > line.piece_s or self._now_s - line.piece_s >= DOUBT_AFTER_S:
                line.give(None, line.piece_s)
        else:
            if line.unnamed_s is None:
                line.unnamed_s = min(self._changed_s, self._now_s)
            patience_s = DROWNED_FOR_S if self._is_explained(line) else DOUBT_AFTER_S
            if self._now_s - line.unnamed_s >= patience_s:
                line.give(None, line.unnamed_s)

    def _is_explained(self, but: _Line) -> bool:
        """Whether whoever is named is heard on another track."""
        return any(
            line is not but and line.owner in self._named_s and self._now_s - line.loud_s <= PAUSE_S
            for line in self._lines.values()
        )

    def _unplaced(self) -> Iterator[str]:
        """Whoever is named and not heard on a track of theirs."""
        placed = {line.owner for line in self._lines.values() if self._now_s - line.loud_s <= LOUD_FOR_S}
        return (name for name in self._named_s if name not in placed)

    def _bind_new(self) -> None:
        """Bind whoever was just named to the track that began before, if there is but one."""
        begun = {name: self._begun_before(self._named_s[name]) for name in self._unplaced()}
        for name, tracks in begun.items():
            others = (other for one, other in begun.items() if one != name)
            if len(tracks) == 1 and not any(tracks[0] in other for other in others):
                self._bind(tracks[0], name, self._lines[tracks[0]].piece_s)
                return
        if len(begun) == 1 and not any(begun.values()):
            (name,) = begun
            self._hand_over(name, self._named_s[name])

    def _begun_before(self, named_s: float) -> list[int]:
        """Tracks that began to sound shortly before a name was said, as nobody's who was named since."""
        return [
            track
            for track, line in self._lines.items()
            if named_s - NAMED_WITHIN_S <= line.piece_s <= named_s + NAMED_AHEAD_S
            and line.loud_s >= named_s - BIND_AFTER_S
            and (line.owner is None or not line.is_confirmed)
        ]

    def _hand_over(self, name: str, named_s: float) -> None:
        """Bind a name to the only track that sounds, which was somebody else's in the same piece."""
        heard = [track for track, line in self._lines.items() if self._now_s - line.loud_s <= PAUSE_S]
        if len(heard) != 1 or self._now_s - named_s > NAMED_WITHIN_S:
            return
        line = self._lines[heard[0]]
        if line.unnamed_s is not None and line.loud_s >= max(named_s, line.unnamed_s) + HANDOVER_S / 2:
            is_short = named_s - line.piece_s <= NAMED_WITHIN_S
            self._bind(heard[0], name, line.piece_s if is_short else named_s - HANDOVER_S)

    def _bind_alone(self) -> None:
        """Bind the only track that is heard as nobody's to the only one who is named and not heard."""
        heard = [
            track
            for track, line in self._lines.items()
            if self._now_s - line.loud_s <= LOUD_FOR_S and line.owner not in self._named_s
        ]
        names = list(self._unplaced())
        pair = (heard[0], names[0]) if len(heard) == len(names) == 1 else None
        if pair != self._pair:
            self._pair, self._pair_since_s = pair, self._now_s
        is_long = self._now_s - self._pair_since_s >= BIND_AFTER_S
        # Only while it is loud: the end of one voice must not be taken for the beginning of the next.
        if pair is not None and is_long and self._lines[pair[0]].loud_s == self._now_s:
            self._bind(*pair, self._pair_since_s)

    def _bind(self, track: int, participant_id: str, from_s: float) -> None:
        # Nobody has two voices: whoever is heard on this track is on no other one any more.
        for other, line in self._lines.items():
            if line.owner == participant_id and other != track:
                line.give(None, max(from_s, line.loud_s))
        self._lines[track].give(participant_id, from_s)
        self._lines[track].is_confirmed = True
        self.has_bound = True
