"""Which due bot a node starts next, and why one started late.

Bots start in the order in which they became due. One that needs more room than there is (video beside audio)
lets others pass, but not always: keeping room for it until it fits would leave slots empty for as long as the
others' meetings last, and never keeping it would let it wait for ever. So it does both in turns that double:
passed for the first minute, room kept for two, passed for four, room kept for eight... Half of the time at
most is kept, and a turn comes that is longer than any stay.
"""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from roomtone.bot.lateness import Lateness, LateReason
from roomtone.service.jobs.port import START_BOT
from roomtone.service.nodes.slots import weight_of
from roomtone.service.store.errors import UnknownBot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.service.jobs.port import ClaimedJob, DueJob, Jobs
    from roomtone.service.nodes.slots import Slots
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.bots import Bots

FIRST_TURN_S = 60.0
"""For so long a bot that does not fit lets others pass, before room is kept for it."""
LATE_FROM_S = 2.0
"""A bot that starts this much after its time is late."""
_LOOK_AT = 200
_WAIT_S = 1.0
_JOB_LEASE_S = 15.0


class StartQueue:
    """The starts that one node takes, and what it knows of the waiting; used by one task.

    Args:
        bots: Where bots are looked up.
        jobs: Where due starts come from.
        slots: The node's.
        node: Its name.

    Attributes:
        room: To be set when a slot has become free, or when nobody is to wait any more.
    """

    def __init__(self, bots: Bots, jobs: Jobs, slots: Slots, node: str) -> None:
        self.room = asyncio.Event()
        self._bots = bots
        self._jobs = jobs
        self._slots = slots
        self._node = node
        self._weights: dict[str, int] = {}
        self._serving_since = datetime.now(UTC)
        self._crowded_at: datetime | None = None

    async def next(self) -> ClaimedJob | None:
        """The start that comes next, claimed; None after a second, or when there may be room: ask again."""
        if self._slots.free <= 0:
            await self._wait_for_room()
            return None
        due = await self._jobs.due({START_BOT}, limit=1, timeout_s=_WAIT_S)
        if not due:
            return None
        weights = await self._weigh(due)
        if not self._slots.admits(weights[0]):
            due = await self._jobs.due({START_BOT}, limit=_LOOK_AT)
            weights = await self._weigh(due)
            if not due:
                return None
        now = datetime.now(UTC)
        waited_s = (now - max(due[0].run_at, self._serving_since)).total_seconds()
        index = choose(weights, self._slots, waited_s)
        if index is None:
            await self._wait_for_room()
            return None
        if index > 0:
            self._crowded_at = now
        return await self._jobs.claim_one(due[index], self._node, _JOB_LEASE_S)

    def lateness_of(self, bot: Bot, due_at: datetime) -> Lateness | None:
        """How late a bot is that starts now; ``due_at`` is when its start was due. None: in time."""
        if bot.joining_at is not None:
            return None
        asked_at = max(bot.join_at, bot.created_at) if bot.join_at else bot.created_at
        late_s = (datetime.now(UTC) - asked_at).total_seconds()
        if late_s < LATE_FROM_S:
            return None
        if self._crowded_at is not None and self._crowded_at >= due_at:
            return Lateness(late_s, LateReason.NO_FREE_SLOT)
        if self._serving_since > due_at:
            return Lateness(late_s, LateReason.SERVICE_NOT_RUNNING)
        return None

    async def _wait_for_room(self) -> None:
        self._crowded_at = datetime.now(UTC)
        self.room.clear()
        try:
            async with asyncio.timeout(_WAIT_S):
                await self.room.wait()
        except TimeoutError:
            return

    async def _weigh(self, due: Sequence[DueJob]) -> list[int]:
        ids = [str(job.payload["bot_id"]) for job in due]
        self._weights = {bot_id: self._weights[bot_id] for bot_id in ids if bot_id in self._weights}
        for bot_id in ids:
            if bot_id not in self._weights:
                self._weights[bot_id] = await self._weight(bot_id)
            if self._weights[bot_id] <= self._slots.free:
                break
        # Those behind one that fits are of no interest now.
        return [self._weights[bot_id] for bot_id in ids if bot_id in self._weights]

    async def _weight(self, bot_id: str) -> int:
        try:
            return weight_of((await self._bots.get(bot_id)).request)
        except UnknownBot:
            return 0


def choose(weights: Sequence[int], slots: Slots, first_waited_s: float) -> int | None:
    """Which of the waiting begins now.

    Args:
        weights: Slots that each takes, who has been due longest first.
        slots: The node's.
        first_waited_s: How long the first has waited.

    Returns:
        Its index; None: none does.
    """
    for index, weight in enumerate(weights):
        if slots.admits(weight):
            return index
        if index == 0 and keeps_room(first_waited_s):
            return None
    return None


def keeps_room(waited_s: float) -> bool:
    """Whether room is kept for a bot that has been waiting so long and does not fit."""
    turn = int(math.log2(max(0.0, waited_s) / FIRST_TURN_S + 1))
    return turn % 2 == 1
