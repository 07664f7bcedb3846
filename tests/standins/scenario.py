"""One scenario of a stand-in: a meeting, how the bot's stay must end in it, and within how many seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.bot.end_reasons import EndReason

CREATED = "created"
"""Instead of a happening: the moment at which create_bot was called."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A row of the table.

    Attributes:
        name: Lower case, words joined by hyphens.
        script: The meeting script as it would stand in YAML; files are absolute paths.
        expected: End reasons that are right; more than one where what is seen allows more than one.
        bound_s: Longest time from `since` to the webhook of the stay's end.
        since: A happening of the stand-in (its first occurrence), or ``CREATED``.
        request: Fields of create_bot.
        needs: Happenings that must have been noted.
        forbids: Happenings that must not have been noted.
        slow: Whether it takes more than a minute.
    """

    name: str
    script: Mapping[str, Any]
    expected: tuple[EndReason, ...]
    bound_s: float
    since: str = CREATED
    request: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    slow: bool = False
