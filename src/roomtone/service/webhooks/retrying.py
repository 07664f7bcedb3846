"""What follows from a receiver's answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from roomtone.service.store.outbox import GONE

_SLOW_DOWN = frozenset({429, 502, 503, 504})
_FIRST_DELAY_S = 1.0
_LONGEST_DELAY_S = 15 * 60.0
_LONGEST_WISH_S = 60 * 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt went.

    Attributes:
        status: HTTP status; None when there was no answer.
        retry_after: The header's text; None without.
        error: Why there was no answer, for the operator.
    """

    status: int | None
    retry_after: str | None = None
    error: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver took the event: 2xx and nothing else."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def problem(self) -> str:
        """What went wrong, for the operator."""
        return self.error or f"the receiver answered {self.status}"


def retry_at(
    answer: Answer,
    *,
    attempts: int,
    tried_since: datetime,
    now: datetime,
    give_up_after: timedelta,
    jitter: float,
) -> datetime | None:
    """When to try again after an attempt that failed; None: give up.

    The delay doubles from 1 s to 15 min; ``Retry-After`` of a receiver that is busy may lengthen it up to an
    hour. An event whose time is over when its turn comes has one attempt.

    Args:
        answer: How the attempt went.
        attempts: How many there were, this one included.
        tried_since: When the event was put in, or asked to be sent again.
        now: The present.
        give_up_after: How long to try.
        jitter: From 0 to 1, random: how far into the second half of the delay.
    """
    if answer.status == GONE:
        return None
    delay_s = min(_FIRST_DELAY_S * 2 ** min(attempts - 1, 20), _LONGEST_DELAY_S) * (0.5 + jitter / 2)
    if answer.status in _SLOW_DOWN and answer.retry_after is not None:
        delay_s = max(delay_s, min(_wish_s(answer.retry_after, now), _LONGEST_WISH_S))
    at = now + timedelta(seconds=delay_s)
    return at if at <= tried_since + give_up_after else None


def _wish_s(retry_after: str, now: datetime) -> float:
    """Seconds that a ``Retry-After`` asks for: a number, or an HTTP date; 0 for what is neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 0.0
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
