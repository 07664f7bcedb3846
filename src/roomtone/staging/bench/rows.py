"""The table of a bench: rows of figures, as text, Markdown and JSON. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured; None is not measured or not applicable.

    Attributes:
        name: What it is.
        cores: CPU seconds a second, its whole process tree, while it sits in the meeting.
        over_idle: Cores over the idle page that takes the same media from the meeting: what recording costs.
        pss_mb: Peak proportional memory of the tree, in MB.
        latency_p50_ms: Live audio, from the speaker to the receiver.
        latency_p95_ms: The same, the slowest twentieth.
        finish_s: From the meeting's end to the finished file.
        note: What is to be known about it.
    """

    name: str
    cores: float | None = None
    over_idle: float | None = None
    pss_mb: float | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    finish_s: float | None = None
    note: str = ""


HEADS = ("", "cores", "over idle", "PSS MB", "live p50 ms", "live p95 ms", "file after s", "")


def over(row: Row, idle: Row) -> Row:
    """The row with what it costs over an idle page; unchanged where one of the two was not measured."""
    if row.cores is None or idle.cores is None:
        return row
    return replace(row, over_idle=row.cores - idle.cores)


def cells(row: Row) -> tuple[str, ...]:
    """A row as text; ``-`` for what was not measured."""
    numbers = (
        (row.cores, 2), (row.over_idle, 2), (row.pss_mb, 0),
        (row.latency_p50_ms, 0), (row.latency_p95_ms, 0), (row.finish_s, 2),
    )  # fmt: skip
    return (
        row.name,
        *("-" if value is None else f"{value:.{digits}f}" for value, digits in numbers),
        row.note,
    )


def as_text(rows: Sequence[Row]) -> str:
    """A table for a terminal."""
    table = [HEADS, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADS))]
    lines = []
    for line in table:
        first, *numbers, note = (cell for cell in line)
        aligned = [
            first.ljust(widths[0]),
            *(n.rjust(w) for n, w in zip(numbers, widths[1:-1], strict=True)),
            note,
        ]
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)


def as_markdown(rows: Sequence[Row], machine: str) -> str:
    """The same for a document."""
    lines = [machine, "", "| " + " | ".join(HEADS) + " |", "|---" * len(HEADS) + "|"]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def as_json(rows: Sequence[Row], machine: str, seconds: float) -> dict[str, Any]:
    """The same for programs."""
    return {"machine": machine, "measured_s": seconds, "rows": [asdict(row) for row in rows]}
