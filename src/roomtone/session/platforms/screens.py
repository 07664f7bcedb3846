"""Screens as tables: which evidence on a page speaks for which state, and what follows from it. Pure.

A screen is recognised by the sum of its evidence, never by one selector alone, because web clients change
their markup, show call controls in lobbies and lobby words in calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from roomtone.session.platforms.base import Observation, ScreenKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from roomtone.bot.end_reasons import EndReason

_WITH_REASON = {ScreenKind.ASKS, ScreenKind.LOBBY, ScreenKind.OVER}


class Presence(StrEnum):
    """How much of an element there must be."""

    ATTACHED = "attached"
    """In the document, seen or not."""
    RENDERED = "rendered"
    """Laid out; it may be faded out, as web clients do with their controls after seconds without a mouse."""
    PLACED = "placed"
    """It takes at least 40 by 15 pixels of the page and is not hidden; it may be transparent, as dialogs are
    made that shall not be in a recording."""
    SHOWN = "shown"
    """A person could see it: placed, and not transparent."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A mark on a page. What is given must all hold, of one and the same element.

    Attributes:
        name: Stable word, unique within a platform's table.
        selector: CSS selector of candidates, looked for in shadow roots too; empty: the address alone counts.
        text: What the candidate's visible text must contain, in any case, apostrophes straight or curly;
            empty: anything.
        pattern: A JavaScript regular expression for the candidate's visible text as a whole, for one of its
            lines (so that ``^`` is the beginning of a line too), or for its accessible label
            (``aria-label``). All of these are compared in lower case, with spaces and apostrophes evened out.
            Empty: anything.
        url: A JavaScript regular expression for the frame's address; empty: any.
        presence: How much of the element there must be.
        buttons: A JavaScript regular expression that every visible button within the candidate must fit, in
            lower case, by its text or its label, so that a box that asks something is told from one that
            tells; empty: any buttons.
        weight: How much it speaks for its screen.
        group: Of several pieces of one group within a screen only the heaviest found counts: they are
            alternatives. Empty: it stands for itself.
    """

    name: str
    selector: str = ""
    text: str = ""
    pattern: str = ""
    url: str = ""
    buttons: str = ""
    presence: Presence = Presence.RENDERED
    weight: int = 1
    group: str = ""

    def __post_init__(self) -> None:
        if not self.selector and not self.url:
            raise ValueError(f"evidence {self.name}: a selector or an address is needed")

    @property
    def query(self) -> tuple[str, str, str, str, str, str, str]:
        """What is asked of the page: name, selector, text, pattern, url, presence, buttons."""
        return (
            self.name,
            self.selector,
            self.text,
            self.pattern,
            self.url,
            self.presence.value,
            self.buttons,
        )


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen of a web client.

    Attributes:
        name: Stable word, such as ``lobby``.
        kind: What it means to the joining machine.
        evidence: What speaks for it.
        priority: Of several screens with enough evidence the highest wins: endings over lobby over call.
        needs: Sum of weights from which the evidence is enough.
        unless: Evidence of which any piece speaks against it.
        end_reason: Why the stay ends: with `ScreenKind.OVER` (which must have one) now, with `LOBBY` when
            nobody admits the bot in time, with `ASKS` when the page does not react to what is done. None:
            the machine's own words for it.
        patience_s: Seconds for which it has to stand there before that: None: with `OVER` at once, with
            `LOBBY` as long as was asked for, with `ASKS` the machine's limit.
        detail: Operator's words for it.
    """

    name: str
    kind: ScreenKind
    evidence: tuple[Evidence, ...]
    priority: int
    needs: int = 1
    unless: tuple[Evidence, ...] = ()
    end_reason: EndReason | None = None
    patience_s: float | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        if self.kind is ScreenKind.OVER and self.end_reason is None:
            raise ValueError(f"screen {self.name}: an end reason is missing")
        if self.end_reason is not None and self.kind not in _WITH_REASON:
            raise ValueError(f"screen {self.name}: the kind {self.kind} has no end reason")
        if weigh(self.evidence) < self.needs:
            raise ValueError(f"screen {self.name}: all its evidence together is not enough for it")


UNKNOWN = Observation("unknown")
"""No screen of the table has enough evidence."""


def weigh(found: Iterable[Evidence]) -> int:
    """The sum of weights; of each group the heaviest piece alone."""
    alone = 0
    groups: dict[str, int] = {}
    for piece in found:
        if piece.group:
            groups[piece.group] = max(groups.get(piece.group, 0), piece.weight)
        else:
            alone += piece.weight
    return alone + sum(groups.values())


def evidence_queries(screens: Iterable[Screen]) -> list[Evidence]:
    """Every piece of evidence of a table once, in order. Raises ValueError if two differ under one name."""
    found: dict[str, Evidence] = {}
    for screen in screens:
        for piece in (*screen.evidence, *screen.unless):
            known = found.setdefault(piece.name, piece)
            if known.query != piece.query:
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
        if any(piece.name in present for piece in screen.unless):
            continue
        found = [piece for piece in screen.evidence if piece.name in present]
        weight = weigh(found)
        rank = (screen.priority, weight)
        if weight >= screen.needs and (best is None or rank > best):
            best = rank
            observation = Observation(
                screen.name,
                screen.kind,
                screen.end_reason,
                screen.detail,
                tuple(piece.name for piece in found),
                screen.patience_s,
            )
    return observation
