"""Reading JSON that somebody else made: what does not fit is ``UnreadableAnswer``, nothing else. Pure."""

from __future__ import annotations

import json
import math
from typing import Any

from roomtone.speech.errors import UnreadableAnswer

MOST_VALUES = 4_000_000
"""Of one answer, counted by what separates them: the words of ten hours with everything that can be asked
for are about half. 64 MB of empty objects would be 1.5 GB of memory."""

MOST_S = 7 * 86_400.0
"""No recording is longer; a later time cannot be told as a date either."""


def parsed(body: bytes) -> Any:
    """The JSON of a body; numbers in it are finite.

    Raises:
        UnreadableAnswer: If it is no JSON, or JSON that nobody means (infinite numbers, thousands of levels,
            more than `MOST_VALUES`).
    """
    if sum(body.count(separator) for separator in (b",", b"{", b"[")) > MOST_VALUES:
        raise UnreadableAnswer("the provider's answer has more values than any transcript")
    try:
        return json.loads(body, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise UnreadableAnswer("the provider's answer is not JSON") from None


def mapping(value: Any, name: str) -> dict[str, Any]:
    """A JSON object; ``name`` tells in the error what it was to be."""
    if not isinstance(value, dict):
        raise UnreadableAnswer(f"the provider's answer has no usable {name}")
    return value


def array(value: Any, name: str) -> list[Any]:
    """A JSON array; null is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnreadableAnswer(f"the provider's answer has no usable {name}")
    return value


def text(value: Any, name: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise UnreadableAnswer(f"the provider's answer has no usable {name}")
    return value


def number(value: Any, name: str) -> float:
    """A finite number; a text is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UnreadableAnswer(f"the provider's answer has no usable {name}")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise UnreadableAnswer(f"the provider's answer has no usable {name}")
    return found


def seconds(value: Any, name: str, per_second: float = 1.0) -> float:
    """A time in seconds, ``per_second`` of whose units make one; later than any recording lasts is none."""
    found = number(value, name) / per_second
    if not abs(found) <= MOST_S:
        raise UnreadableAnswer(f"the provider's answer has no usable {name}")
    return found


def share(value: Any) -> float | None:
    """A confidence, 0 to 1; None when there is none or it makes no sense."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        return None
    return float(value)


def _no_number(constant: str) -> float:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(digits)
    return value
