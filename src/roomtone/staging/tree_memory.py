"""What a tree of processes holds in memory over time, and whether it grows. Linux.

All but ``read_memory`` is pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PROC = Path("/proc")
WARM_UP_MINUTES = 2
"""Code is loaded, compiled and cached in the first minutes: what grows in them is no leak."""

MOST_GROWTH_MB_A_MINUTE = 3.5
"""More than this in ten minutes is a leak.

A page's garbage, 45 MB that are collected every one to two minutes, beside a session that grows by half a
megabyte looks like growth of up to 3.5; with a leak of 5 like 3.6 at least.
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process, or several, hold, in kB.

    Attributes:
        pss: The proportional set size: pages that several processes have are divided among them. It falls
            by tens of MB while another browser runs on the machine, and rises again when that one ends.
        own: Of these the pages that are no file's, which nothing but the process can let go of: all that
            can leak.
    """

    pss: int = 0
    own: int = 0

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.pss + other.pss, self.own + other.own)


def parse_memory(text: str) -> Memory:
    """Read ``/proc/PID/smaps_rollup``; nothing where there is none."""
    sizes = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name in {"Pss", "Pss_File"}:
            sizes[name] = int(value.split()[0])
    pss = sizes.get("Pss", 0)
    return Memory(pss, pss - sizes.get("Pss_File", 0))


def read_memory(pid: int) -> Memory:
    """What a living process holds; nothing when it is gone or not ours to look at."""
    try:
        return parse_memory((PROC / str(pid) / "smaps_rollup").read_text())
    except OSError:
        return Memory()


class TreeMemory:
    """Takes looks at the memory of a tree.

    Attributes:
        peak_pss_kb: Largest sum of PSS seen.
    """

    def __init__(self) -> None:
        self.peak_pss_kb = 0
        self._looks: list[tuple[float, dict[str, Memory]]] = []

    def observe(self, at_s: float, processes: Iterable[tuple[str, Memory]]) -> None:
        """Take one look: what each process of a kind holds."""
        by_kind: dict[str, Memory] = {}
        for kind, memory in processes:
            by_kind[kind] = by_kind.get(kind, Memory()) + memory
        self._looks.append((at_s, by_kind))
        self.peak_pss_kb = max(self.peak_pss_kb, sum(memory.pss for memory in by_kind.values()))

    def pss_mb_by_minute(self, from_s: float, to_s: float) -> list[float]:
        """The PSS of each minute between two moments: the median of its looks."""
        return [
            _mb(median(sum(one.pss for one in look.values()) for look in minute))
            for minute in self._minutes(from_s, to_s)
        ]

    def own_mb_by_minute(self, from_s: float, to_s: float) -> list[float]:
        """What was no file's, each minute: the sum of the least that each kind of process held in it.

        Garbage comes and goes, in each process at its own time.
        """
        return [
            round(sum(minute), 1) for minute in zip(*self.own_mb_by_kind(from_s, to_s).values(), strict=True)
        ]

    def own_mb_by_kind(self, from_s: float, to_s: float) -> dict[str, list[float]]:
        """The same by kind of process, the largest first; 0 in a minute that it did not live through."""
        minutes = self._minutes(from_s, to_s)
        kinds = {kind for minute in minutes for look in minute for kind in look}
        table = {
            kind: [_mb(min(look.get(kind, Memory()).own for look in minute)) for minute in minutes]
            for kind in kinds
        }
        return dict(sorted(table.items(), key=lambda row: (-max(row[1]), row[0])))

    def _minutes(self, from_s: float, to_s: float) -> list[list[dict[str, Memory]]]:
        minutes: dict[int, list[dict[str, Memory]]] = {}
        for at_s, look in self._looks:
            if from_s <= at_s < to_s:
                minutes.setdefault(int((at_s - from_s) // 60), []).append(look)
        return [looks for _, looks in sorted(minutes.items())]


def growth_mb_a_minute(mb_by_minute: Sequence[float]) -> float | None:
    """By how much it grows a minute, after the warm-up and without the last minute, which may be a short one.

    The median of the slopes between all pairs of minutes (Theil-Sen): a step or a single minute that is out
    of line moves it little, what grows from minute to minute moves it all. None: fewer than four minutes
    are left.
    """
    steady = mb_by_minute[WARM_UP_MINUTES:-1]
    if len(steady) < 4:
        return None
    return round(median((b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(steady), 2)), 2)


def _mb(kb: float) -> float:
    return round(kb / 1024, 1)
