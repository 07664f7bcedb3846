"""How screens react to what is done to them, as far as the page answers at all. Pure: time comes in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Acted:
    first_s: float
    silent_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Waited:
    """How long a screen has been waited for, in seconds.

    Attributes:
        total_s: Since it was acted upon first.
        silent_s: For so much of it the page answered no look: what it would have shown then, nobody knows.
    """

    total_s: float
    silent_s: float


class Reactions:
    """What was done to which screen, and since when."""

    def __init__(self) -> None:
        self._last: tuple[str, float] | None = None
        self._acted: dict[str, _Acted] = {}

    def act(self, screen: str, at_s: float, again_s: float) -> bool:
        """Note that a screen is acted upon; False: it was less than ``again_s`` ago, and is left alone."""
        if self._last is not None and self._last[0] == screen and at_s - self._last[1] < again_s:
            return False
        self._last = (screen, at_s)
        self._acted.setdefault(screen, _Acted(at_s))
        return True

    def page_was_silent(self, lasted_s: float) -> None:
        """The page answers again, after so long."""
        for acted in self._acted.values():
            acted.silent_s += lasted_s

    def waited(self, screen: str, at_s: float) -> Waited | None:
        """How long a screen has been waited for; None: it was never acted upon."""
        acted = self._acted.get(screen)
        return None if acted is None else Waited(at_s - acted.first_s, acted.silent_s)

    def forget(self) -> None:
        """The page has moved on: every screen has its time anew."""
        self._acted.clear()
