"""Token buckets: how many requests somebody may make, as a function of the time. In memory of one process."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BUCKETS = 10_000
"""Buckets kept at once; beyond, the one that was used longest ago begins anew at its next use."""
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one bucket says of one request.

    Attributes:
        granted: Whether the request may go on.
        limit: How many requests a full bucket holds.
        remaining: How many it holds now.
        full_after_s: When it is full again if nothing more is taken, in seconds from now, rounded up.
        retry_after_s: When a request would be granted; 0 when this one is.
    """

    granted: bool
    limit: int
    remaining: int
    full_after_s: int
    retry_after_s: int


class TokenBuckets:
    """A bucket for every name, each full at first; a request takes one token, tokens come back evenly.

    Args:
        per_minute: How many tokens come back in a minute; 0: there is no limit.
        burst: How many a bucket holds.
        clock: Monotonic seconds.
    """

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> Allowance | None:
        """Take a token from a bucket if there is one; None: there is no limit."""
        if self._per_s == 0:
            return None
        now_s = self._clock()
        tokens, at_s = self._buckets.pop(name, (float(self._burst), now_s))
        tokens = min(self._burst, tokens + (now_s - at_s) * self._per_s)
        # Who waited exactly as long as told must not fail by a rounding error.
        granted = tokens >= 1 - _ROUNDING
        if granted:
            tokens = max(0.0, tokens - 1)
        self._buckets[name] = (tokens, now_s)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return Allowance(
            granted=granted,
            limit=self._burst,
            remaining=int(tokens),
            full_after_s=math.ceil((self._burst - tokens) / self._per_s),
            retry_after_s=0 if granted else max(1, math.ceil((1 - tokens) / self._per_s)),
        )
