"""Recognising screens by a table: many pieces of evidence, each with a weight, never one selector.

A platform lists its `Screen` rows; `evidence_queries` is what to look for on the page, `recognise` turns
what was found into an `Observation`. Both are pure; the look itself is ``page_reading.look``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.session.platforms.base import Observation, ScreenKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from roomtone.bot.end_reasons import EndReason


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something on the page that speaks for a screen.

    Attributes:
        name: Stands in `Observation.evidence` and in logs; unique in a table.
        selector: CSS selector; an element counts when it is rendered (not merely in the document).
        text: If given, the element's text must contain it, compared without case and with runs of white
            space as one space.
        weight: How much it says, against `Screen.needs`.
    """

    name: str
    selector: str
    text: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen of a web client.

    Attributes:
        name: Stable word, such as ``lobby``.
        kind: What it means to the joining machine.
        evidence: What speaks for it.
        priority: Of several screens with enough evidence the highest wins: endings over lobby over call.
        needs: Sum of weights from which the evidence is enough.
        end_reason: Why the stay is over; for `ScreenKind.OVER` alone.
        detail: Operator's words for it.
    """

    name: str
    kind: ScreenKind
    evidence: tuple[Evidence, ...]
    priority: int
    needs: int = 1
    end_reason: EndReason | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        if (self.kind is ScreenKind.OVER) != (self.end_reason is not None):
            raise ValueError(
                f"screen {self.name}: an end reason belongs to screens of the kind over, and only there"
            )
        if sum(piece.weight for piece in self.evidence) < self.needs:
            raise ValueError(f"screen {self.name}: all its evidence together is not enough for it")


UNKNOWN = Observation("unknown")
"""No screen of the table has enough evidence."""


def evidence_queries(screens: Iterable[Screen]) -> list[Evidence]:
    """Every piece of evidence of a table once, in order. Raises ValueError if two differ under one name."""
    found: dict[str, Evidence] = {}
    for screen in screens:
        for piece in screen.evidence:
            known = found.setdefault(piece.name, piece)
            if (known.selector, known.text) != (piece.selector, piece.text):
                raise ValueError(f"two different pieces of evidence are called {piece.name}")
    return list(found.values())


def recognise(screens: Sequence[Screen], present: Collection[str]) -> Observation:
    """The screen that the evidence found on the page speaks for.

    Args:
        screens: The platform's table.
        present: Names of the evidence that was found.
    """
    best: tuple[int, int] | None = None
    observation = UNKNOWN
    for screen in screens:
        found = [piece for piece in screen.evidence if piece.name in present]
        weight = sum(piece.weight for piece in found)
        rank = (screen.priority, weight)
        if weight >= screen.needs and (best is None or rank > best):
            best = rank
            names = tuple(piece.name for piece in found)
            observation = Observation(screen.name, screen.kind, screen.end_reason, screen.detail, names)
    return observation
