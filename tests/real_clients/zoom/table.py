"""The check's table, on the screen and in the documentation. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.real_clients.zoom.state import State
    from tests.real_clients.zoom.visit import Visit

DOCUMENT = "docs/verified-zoom-client.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One state and what came of it."""

    state: State
    visit: Visit
    complaints: list[str]

    @property
    def got(self) -> str:
        """The end reason."""
        return str(self.visit.ended.reason) if self.visit.ended is not None else "nothing"


def heading() -> str:
    """The first line on the screen."""
    return f"{'state':24} {'expected':22} {'got':22} {'s':>5}"


def line(row: Row) -> str:
    """One row on the screen."""
    trouble = "  " + "; ".join(row.complaints) if row.complaints else ""
    return f"{row.state.name:24} {row.state.ends:22} {row.got:22} {row.visit.seconds:5.0f}{trouble}"


def summary(rows: Sequence[Row], folder: Path) -> str:
    """The last line on the screen."""
    wrong = sum(bool(row.complaints) for row in rows)
    return f"{len(rows) - wrong} of {len(rows)} states as expected; what was seen is in {folder}"


def document(rows: Sequence[Row]) -> str:
    """The documentation's page."""
    return "\n".join(f"| {row.state.name} | {row.got} |" for row in rows)
