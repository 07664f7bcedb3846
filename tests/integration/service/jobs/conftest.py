"""A clock that stands still, for jobs whose leases end and whose time comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """What it shows."""
        return self._now

    def at(self, seconds: float) -> datetime:
        """What it will show so much later."""
        return self._now + timedelta(seconds=seconds)

    def move(self, by_s: float) -> None:
        """Let time pass."""
        self._now = self.at(by_s)


@pytest.fixture
def clock() -> Clock:
    """The clock of the jobs under test."""
    return Clock()
