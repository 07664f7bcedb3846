"""The end of a stay: whoever finds a reason first has it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.bot.end_reasons import EndReason


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a stay ends.

    Attributes:
        reason: The stable word.
        detail: What exactly happened, for the operator; nothing personal.
    """

    reason: EndReason
    detail: str = ""


class EndingCell:
    """Holds the first ending; used on one event loop."""

    def __init__(self) -> None:
        self._ending: Ending | None = None
        self._is_set = asyncio.Event()

    @property
    def ending(self) -> Ending | None:
        """The ending; None while the stay goes on."""
        return self._ending

    def set(self, reason: EndReason, detail: str = "") -> None:
        """End the stay for this reason, unless it has ended for another."""
        if self._ending is None:
            self._ending = Ending(reason, detail)
            self._is_set.set()

    async def wait(self) -> Ending:
        """The ending, when there is one."""
        await self._is_set.wait()
        assert self._ending is not None
        return self._ending
