"""How much of a node is taken. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.bot.request import BotRequest

AUDIO_WEIGHT = 1
VIDEO_WEIGHT = 2
"""Measured: a bot with video costs at least twice what one without does."""
SLOTS_PER_CORE = 4


def weight_of(request: BotRequest) -> int:
    """Slots that a bot takes."""
    return VIDEO_WEIGHT if request.video_required else AUDIO_WEIGHT


class Slots:
    """Slots of one node, by the bot that takes them.

    Args:
        capacity: How many there are.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._taken: dict[str, int] = {}

    @property
    def free(self) -> int:
        """How many are left; negative while a bot that is larger than the node runs on it."""
        return self.capacity - sum(self._taken.values())

    def admits(self, weight: int) -> bool:
        """Whether a bot may begin; an idle node admits any, else a bot could be larger than every node."""
        return weight <= self.free or not self._taken

    def take(self, bot_id: str, weight: int) -> None:
        """A bot begins."""
        self._taken[bot_id] = weight

    def release(self, bot_id: str) -> None:
        """A bot is over; nothing happens for one that takes none."""
        self._taken.pop(bot_id, None)
