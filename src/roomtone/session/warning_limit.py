"""Keeps a warning from being told again and again: a receiver may come and go every second. Pure."""

from __future__ import annotations

from dataclasses import dataclass

EVERY_S = 60.0
"""A code is told at most once in this long."""


@dataclass(slots=True)
class _Told:
    at_s: float
    n_kept_back: int = 0


class WarningLimit:
    """Decides which warnings are told; those kept back are counted in the next of their code."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._told: dict[str, _Told] = {}

    def admit(self, code: str, message: str, now_s: float) -> str | None:
        """The message to tell now, with how many were kept back before it; None: keep this one back."""
        last = self._told.get(code)
        if last is not None and now_s - last.at_s < self._every_s:
            last.n_kept_back += 1
            return None
        self._told[code] = _Told(now_s)
        if last is None or last.n_kept_back == 0:
            return message
        return f"{message} ({last.n_kept_back} more since the last report)"
