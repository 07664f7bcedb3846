"""What a tree of processes costs: CPU seconds, those of ended processes included. Linux.

The parsing and the sums are pure; ``read_processes`` and ``read_kind`` look at ``/proc``.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ProcessStat:
    """One process, from ``/proc/PID/stat``; times in clock ticks.

    Attributes:
        own_ticks: User and system time of its own threads.
        reaped_ticks: The same of its children that have ended and were waited for, with theirs.
        started_ticks: When it started, since boot: tells a reused process id from the old one.
    """

    pid: int
    parent: int
    own_ticks: int
    reaped_ticks: int
    started_ticks: int


def parse_stat(text: str) -> ProcessStat:
    """Read one line of ``/proc/PID/stat``; the name in it may hold spaces and brackets.

    Raises:
        ValueError: If it is no such line.
    """
    head, bracket, tail = text.rpartition(")")
    fields = tail.split()
    if not bracket or len(fields) < 20:
        raise ValueError("not a line of /proc/PID/stat")
    user, system, reaped_user, reaped_system = (int(field) for field in fields[11:15])
    pid = int(head.split("(", 1)[0])
    return ProcessStat(pid, int(fields[1]), user + system, reaped_user + reaped_system, int(fields[19]))


def descendants(processes: Iterable[ProcessStat], root: int) -> list[ProcessStat]:
    """Children of ``root``, their children and so on; ``root`` itself is not among them."""
    children: dict[int, list[ProcessStat]] = {}
    for process in processes:
        children.setdefault(process.parent, []).append(process)
    found: list[ProcessStat] = []
    pending = [root]
    seen = {root}
    while pending:
        for process in children.get(pending.pop(), ()):
            if process.pid not in seen:
                seen.add(process.pid)
                found.append(process)
                pending.append(process.pid)
    return found


class TreeUsage:
    """Sums looks at a tree into CPU seconds over time; pure.

    A process that has ended counts with what was last seen of it, or with what its parent was charged for
    it, where that is more. What lived and died between two looks under a parent outside the tree is missed.

    Args:
        ticks_per_s: The machine's clock ticks a second.

    Attributes:
        alive: Process id and start of everything in the tree at the last look.
    """

    def __init__(self, ticks_per_s: int) -> None:
        self.alive: set[tuple[int, int]] = set()
        self._ticks_per_s = ticks_per_s
        self._own: dict[tuple[int, int], int] = {}
        self._kinds: dict[tuple[int, int], str] = {}
        self._by_kind: list[dict[str, float]] = []
        self._at_s: list[float] = []
        self._cpu_s: list[float] = []

    def observe(
        self, at_s: float, tree: Iterable[ProcessStat], kind_of: Callable[[int], str] = lambda _pid: ""
    ) -> None:
        """Take one look; ``at_s`` never runs backwards.

        ``kind_of`` gives a process's kind by its id; it is asked once, or until it gives more than an empty
        text.
        """
        self.alive = set()
        charged = 0
        for process in tree:
            key = (process.pid, process.started_ticks)
            self._kinds[key] = self._kinds.get(key) or kind_of(process.pid)
            self.alive.add(key)
            self._own[key] = process.own_ticks
            charged += process.own_ticks + process.reaped_ticks
        by_kind: dict[str, float] = {}
        for key, ticks in self._own.items():
            by_kind[self._kinds[key]] = by_kind.get(self._kinds[key], 0.0) + ticks / self._ticks_per_s
        self._by_kind.append(by_kind)
        total_s = max(sum(self._own.values()), charged) / self._ticks_per_s
        self._at_s.append(at_s)
        self._cpu_s.append(max(total_s, self.cpu_s))

    def kind_of(self, process: ProcessStat) -> str:
        """The kind of a process of the last look; empty when it was not told."""
        return self._kinds.get((process.pid, process.started_ticks), "")

    @property
    def cpu_s(self) -> float:
        """CPU seconds so far."""
        return self._cpu_s[-1] if self._cpu_s else 0.0

    def cpu_s_at(self, at_s: float) -> float:
        """CPU seconds up to a moment, by a straight line between the looks around it."""
        index = bisect_right(self._at_s, at_s)
        if index == 0:
            return 0.0
        if index == len(self._at_s):
            return self.cpu_s
        before_s, after_s = self._at_s[index - 1], self._at_s[index]
        low, high = self._cpu_s[index - 1], self._cpu_s[index]
        share = (at_s - before_s) / (after_s - before_s) if after_s > before_s else 1.0
        return low + share * (high - low)

    def cpu_s_between(self, from_s: float, to_s: float) -> float:
        """CPU seconds spent from one moment to another."""
        return max(0.0, self.cpu_s_at(to_s) - self.cpu_s_at(from_s))

    def kinds_between(self, from_s: float, to_s: float) -> dict[str, float]:
        """CPU seconds by kind of process, to a look's accuracy, the dearest first."""
        first, last = bisect_right(self._at_s, from_s) - 1, bisect_right(self._at_s, to_s) - 1
        if last < 0:
            return {}
        before = self._by_kind[first] if first >= 0 else {}
        spent = {kind: cpu_s - before.get(kind, 0.0) for kind, cpu_s in self._by_kind[last].items()}
        return dict(sorted(spent.items(), key=lambda item: -item[1]))


def kind_of_command(arguments: Sequence[str]) -> str:
    """What a process is, from its command line: ``session``, ``browser renderer``, ``ffmpeg`` ..."""
    if not arguments or not arguments[0]:
        return ""
    options = dict(one[2:].split("=", 1) for one in arguments[1:] if one.startswith("--") and "=" in one)
    if "utility-sub-type" in options:
        return "browser " + options["utility-sub-type"].split(".")[0]
    if "type" in options:
        return "browser " + options["type"]
    program = arguments[0].rsplit("/", 1)[-1]
    if program.startswith("python") and "roomtone" in arguments:
        return " ".join(one for one in arguments[arguments.index("roomtone") + 1 :][:1]) or "roomtone"
    return "browser" if program in {"chromium", "chrome"} else program


def read_kind(pid: int) -> str:
    """The kind of a living process; empty when it is gone."""
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    # Chromium writes its whole command line as one text, with spaces.
    texts = raw.decode(errors="replace").rstrip("\0").split("\0")
    return kind_of_command(texts[0].split(" ") if len(texts) == 1 else texts)


def read_processes() -> list[ProcessStat]:
    """Every process of the machine; those that end while we look are left out."""
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                found.append(parse_stat((folder / "stat").read_text(errors="replace")))
            except (OSError, ValueError):
                continue
    return found


def ticks_per_s() -> int:
    """The machine's clock ticks a second."""
    return os.sysconf("SC_CLK_TCK")
