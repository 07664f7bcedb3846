"""Fields that more than one request has: a bot's name and the time it joins at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictStr

MAX_NAME_LENGTH = 100
"""Longest bot name, in characters."""


def _visible(name: str) -> str:
    if not name.strip() or any(ord(c) < 32 for c in name):
        raise ValueError("must have a visible character and no control characters")
    return name.strip()


def _a_text_with_zone(value: Any) -> Any:
    if value is not None and not isinstance(value, str | datetime):
        raise ValueError("must be an ISO 8601 text")
    return value


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("must carry a time zone, such as Z or +02:00")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie between the years 1 and 9999 in UTC") from None


BotName = Annotated[StrictStr, Field(min_length=1, max_length=MAX_NAME_LENGTH), AfterValidator(_visible)]
"""The name that other participants see."""
JoinTime = Annotated[datetime, BeforeValidator(_a_text_with_zone), AfterValidator(_in_utc)]
"""An instant, sent as ISO 8601 with a time zone; UTC afterwards."""
