"""Which sound without final words was speech, so that no silence is told as lost. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NEAR_S = 0.5
"""So soon after the last final word nothing was said: providers end a word before its sound has faded."""
MOST_STRETCHES = 4096
"""What is remembered is bounded: the oldest is forgotten."""


@dataclass(slots=True)
class Stretch:
    """Sound between two times of the recording, seconds; of no length: the speaker paused."""

    begin_s: float
    end_s: float
    is_quiet: bool = False

    @property
    def is_pause(self) -> bool:
        """Whether it ends what was said."""
        return self.end_s <= self.begin_s


class Stretches:
    """Stretches in time order, neighbours as one."""

    def __init__(self) -> None:
        self._all: list[Stretch] = []

    def __iter__(self) -> Iterator[Stretch]:
        return iter(self._all)

    def add(self, begin_s: float, end_s: float, *, is_quiet: bool) -> None:
        """The newest."""
        new = Stretch(begin_s, end_s, is_quiet)
        last = self._all[-1] if self._all else None
        is_next = last is not None and not (last.is_pause or new.is_pause)
        if last is not None and is_next and last.is_quiet == is_quiet and begin_s - last.end_s < NEAR_S:
            last.end_s = end_s
            return
        self._all.append(new)
        del self._all[:-MOST_STRETCHES]

    def remove(self, from_s: float, until_s: float) -> None:
        """Cut this part out; pauses stay but at the beginning."""
        if not self._all:
            return
        left: list[Stretch] = []
        for one in self._all:
            if one.is_pause:
                if left:
                    left.append(one)
                continue
            before = Stretch(one.begin_s, min(one.end_s, from_s), one.is_quiet)
            after = Stretch(max(one.begin_s, until_s), one.end_s, one.is_quiet)
            left += [part for part in (before, after) if not part.is_pause]
        self._all = left

    def clear(self) -> None:
        """Nothing is left."""
        self._all.clear()


def speech_s(stretches: Iterable[Stretch], settled_s: float) -> float:
    """Seconds from where somebody spoke to where they ended, each time; silence before a pause is none.

    Args:
        stretches: In time order.
        settled_s: Up to here words are final; what ends so near to it that it belongs to them is none.
    """
    total_s = spoken_s = quiet_s = 0.0
    ended_s = settled_s
    for one in stretches:
        length_s = one.end_s - one.begin_s
        if one.is_pause:
            total_s += spoken_s if ended_s > settled_s + NEAR_S else 0.0
            spoken_s = quiet_s = 0.0
        elif one.is_quiet:
            quiet_s += length_s
        else:
            spoken_s, quiet_s, ended_s = spoken_s + quiet_s + length_s, 0.0, one.end_s
    return total_s + (spoken_s if ended_s > settled_s + NEAR_S else 0.0)
