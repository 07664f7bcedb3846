"""Why a bot started later than it was asked for, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class LateReason(StrEnum):
    """What a bot waited for; the value is stored and sent."""

    NO_FREE_SLOT = "no_free_slot"
    """The node had as many bots as it can."""
    SERVICE_NOT_RUNNING = "service_not_running"
    """No node was there when it was due."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a bot started, and why.

    Attributes:
        late_s: Seconds after the time it was asked for.
        reason: Why.
    """

    late_s: float
    reason: LateReason

    @property
    def message(self) -> str:
        """What ``bot.joining`` says of it."""
        return f"The bot is joining the meeting {round(self.late_s)} s late: {_BECAUSE[self.reason]}."

    @property
    def details(self) -> dict[str, Any]:
        """More fields of ``bot.joining``."""
        return {"late_s": round(self.late_s, 1), "late_reason": self.reason.value}


_BECAUSE = {
    LateReason.NO_FREE_SLOT: "it waited for a free slot",
    LateReason.SERVICE_NOT_RUNNING: "the service was not running when it was due",
}
