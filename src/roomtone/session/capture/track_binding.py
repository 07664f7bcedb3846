"""Whose a track is when no signal says so: the only one heard while only one is said to speak. Pure.

Until that was so for half a second a track is nobody's. A track changes hands the same way, for a meeting may
give a line to somebody else without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LOUD_PEAK = 164
"""Of 32,768: a track is heard from 0.005 of full scale on."""
LOUD_FOR_S = 0.6
"""A track counts as heard this long after it was last loud: longer than it takes to name the next one."""
BIND_AFTER_S = 0.5
"""How long one track and one speaker have to be alone together."""


class TrackBinder:
    """Binds tracks to participants, from ticks and from what the platform says of who is speaking."""

    def __init__(self) -> None:
        self._loud_s: dict[int, float] = {}
        self._speakers: frozenset[str] = frozenset()
        self._owners: dict[int, str] = {}
        self._pair: tuple[int, str] | None = None
        self._pair_since_s = 0.0

    def owner(self, track: int) -> str | None:
        """The participant that the track is bound to; None: nobody yet."""
        return self._owners.get(track)

    def active_speakers(self, participant_ids: Collection[str]) -> None:
        """Who is said to speak now, without the bot; empty: nobody."""
        self._speakers = frozenset(participant_ids)

    def hear(self, peaks: Mapping[int, int], at_s: float) -> None:
        """A tick's loudest samples, by track, of the tracks that nobody owns.

        Args:
            peaks: Absolute values, 0 to 32,768; a track that is not named is silent.
            at_s: Capture clock of the tick; never going back.
        """
        self._loud_s.update({track: at_s for track, peak in peaks.items() if peak > LOUD_PEAK})
        loud = [track for track, loud_s in self._loud_s.items() if at_s - loud_s <= LOUD_FOR_S]
        pair = (loud[0], next(iter(self._speakers))) if len(loud) == len(self._speakers) == 1 else None
        if pair != self._pair:
            self._pair, self._pair_since_s = pair, at_s
        # Only while it is loud: the end of one voice must not be taken for the beginning of the next.
        if pair is not None and self._loud_s[pair[0]] == at_s and at_s - self._pair_since_s >= BIND_AFTER_S:
            self._bind(*pair)

    def forget(self, track: int) -> None:
        """The track is gone."""
        self._loud_s.pop(track, None)
        self._owners.pop(track, None)

    def _bind(self, track: int, participant_id: str) -> None:
        # Nobody has two voices: whoever is heard on this track is on no other one any more.
        for other, owner in list(self._owners.items()):
            if owner == participant_id and other != track:
                del self._owners[other]
        self._owners[track] = participant_id
