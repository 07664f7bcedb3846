"""How often a request is repeated, and when. Pure but for the sleep that is given."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_REPEATED = frozenset({408, 425, 429})
"""Besides 5xx: the same request may be answered later."""


def is_passing(status: int) -> bool:
    """Whether the same request may be answered otherwise later."""
    return status in _REPEATED or status >= 500


@dataclass(frozen=True, slots=True)
class Patience:
    """How a request is repeated.

    Attributes:
        attempts: Most requests for one answer, at least 1.
        first_delay_s: Wait before the second; it doubles, and a part of it is left to chance.
        longest_delay_s: Longest wait, whatever the service asks for. One that asks for more is not waited
            for.
        sleep: How waiting is done.
    """

    attempts: int = 4
    first_delay_s: float = 1.0
    longest_delay_s: float = 60.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def delay_s(self, attempt: int, asked_s: float | None) -> float | None:
        """How long to wait after an attempt, counted from 1; None: it was the last.

        Args:
            attempt: Which one has failed.
            asked_s: What the service asked for in ``Retry-After``.
        """
        if attempt >= self.attempts or (asked_s is not None and asked_s > self.longest_delay_s):
            return None
        if asked_s is not None:
            return asked_s
        delay_s = min(self.first_delay_s * 2.0 ** (attempt - 1), self.longest_delay_s)
        return delay_s * random.uniform(0.75, 1.0)  # noqa: S311  so that many do not come back at once


def asked_delay_s(retry_after: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a ``Retry-After`` asks for, in either form; None: it is not there or makes no sense."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
