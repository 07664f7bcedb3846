"""For how long looks at the page have found one thing, silence of the page left out. Pure: time comes in."""

from __future__ import annotations


class Lasting:
    """Since when each thing has been there; what a silent page would have shown meanwhile, nobody knows."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._silent_since_s: float | None = None

    def lasts(self, what: str, now_s: float) -> float:
        """For how long it has been there, from 0; it is there now."""
        return now_s - self._since.setdefault(what, now_s)

    def ended(self, what: str, now_s: float) -> float:
        """It is not there any more; for how long it was, 0 if it never was."""
        return now_s - self._since.pop(what, now_s)

    def forget(self, *whats: str) -> None:
        """They are not there."""
        for what in whats:
            self._since.pop(what, None)

    def unanswered(self, since_s: float) -> None:
        """A look that was begun then was not answered."""
        if self._silent_since_s is None:
            self._silent_since_s = since_s

    def answered(self, now_s: float) -> None:
        """A look was answered."""
        if self._silent_since_s is not None:
            silent_s = now_s - self._silent_since_s
            self._since = {what: since_s + silent_s for what, since_s in self._since.items()}
        self._silent_since_s = None
