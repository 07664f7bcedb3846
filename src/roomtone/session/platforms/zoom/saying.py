"""One way in which Zoom says no, and the screens by which it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.session.platforms.base import ScreenKind
from roomtone.session.platforms.screens import Evidence, Presence, Screen
from roomtone.session.platforms.zoom.containers import (
    DIALOG,
    ERROR_CODE,
    FORM_COMPLAINT,
    SHADOW,
    WHOLE_PAGE,
)

if TYPE_CHECKING:
    from roomtone.bot.end_reasons import EndReason

_SENTENCE = "(?:^|[.!?:] )"
"""Where a sentence begins: a name or a title that holds the same words mostly begins elsewhere."""
_LINE_ENDS = r"(?=[.!]?$)"
_TELLING_BUTTONS = (
    "^(ok|okay|exit|leave|leave meeting|leave webinar|done|dismiss|cancel|rejoin|retry|home|learn more|"
    "not now|skip|(close|report|back|return|upgrade|schedule|sign|send|give feedback)( .*)?)$"
)
"""Buttons of a dialog that tells an end. One with others asks something, and may say anything about it."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One way in which Zoom says no, or that it is over.

    Attributes:
        name: Stable word: the screen's name.
        reason: Why the stay ends.
        detail: Operator's words.
        words: Regular expressions of lower-case sentences, any of which says so.
        codes: Zoom's error codes that say so.
        in_call: Whether it can be said to somebody in the meeting, where people's and accounts' own words are
            near: it must be a line of its own then, in a dialog that asks nothing.
        inline: Whether the join form says it too.
        shadow: Whether it may stand in a shadow root, whatever its box is called.
        page: Whether a page of its own says it too.
        priority: Of the screen.
        patience_s: Seconds for which it has to stand there.
    """

    name: str
    reason: EndReason
    detail: str
    words: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()
    in_call: bool = False
    inline: bool = False
    shadow: bool = False
    page: bool = False
    priority: int = 90
    patience_s: float | None = None

    @property
    def screens(self) -> tuple[Screen, ...]:
        """Its rows in the table of screens: the first has its name."""
        places = [("dialog", DIALOG)]
        if self.inline:
            places.append(("form", FORM_COMPLAINT))
        if self.page:
            places.append(("page", WHOLE_PAGE))
        said = [self._said(place, selector, self._pattern) for place, selector in places]
        if self.codes:
            codes = "|".join(f"{code:,}".replace(",", ",?") for code in self.codes)
            said.append(self._said("code", ERROR_CODE, rf"^\D*({codes})\D*$"))
        rows = [self._screen(self.name, tuple(said))]
        if self.shadow:
            rows.append(
                self._screen(f"{self.name}_in_shadow", (self._said("shadow", SHADOW, self._pattern),))
            )
        return tuple(rows)

    @property
    def _pattern(self) -> str:
        if self.in_call:
            said = [f"^({words}){_LINE_ENDS}" for words in self.words]
        else:
            said = [f"{_SENTENCE}({words})" for words in self.words]
        return "|".join((*said, *map(_code_pattern, self.codes)))

    def _said(self, place: str, selector: str, pattern: str) -> Evidence:
        return Evidence(
            f"{self.name}_{place}",
            selector,
            pattern=pattern,
            buttons=_TELLING_BUTTONS if self.in_call and place == "dialog" else "",
            presence=Presence.PLACED,
            group="said",
        )

    def _screen(self, name: str, evidence: tuple[Evidence, ...]) -> Screen:
        return Screen(
            name,
            ScreenKind.OVER,
            evidence,
            self.priority,
            end_reason=self.reason,
            patience_s=self.patience_s,
            detail=self.detail,
        )


def _code_pattern(code: int) -> str:
    """A code as Zoom writes it: ``Error Code:3008``, ``(3,001)``; a short one never in brackets alone."""
    digits = f"{code:,}".replace(",", ",?") if code >= 1000 else str(code)
    named = rf"\berror code\W{{0,3}}{digits}(?!\d)"
    return rf"{named}|\({digits}\)" if code >= 1000 else named
