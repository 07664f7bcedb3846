"""Waiting that takes no time and is written down."""

from __future__ import annotations

import asyncio

from roomtone.speech.cloud.patience import Patience


class Waits:
    """Stands for every wait between requests.

    Attributes:
        waited_s: Every wait, in order.
    """

    def __init__(self) -> None:
        self.waited_s: list[float] = []

    async def sleep(self, delay_s: float) -> None:
        """Wait, and do not."""
        self.waited_s.append(delay_s)
        await asyncio.sleep(0)

    @property
    def patience(self) -> Patience:
        """The usual patience with it."""
        return Patience(sleep=self.sleep)
