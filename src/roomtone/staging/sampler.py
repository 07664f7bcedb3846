"""Watches what the bot's processes cost while it is in the meeting."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roomtone.staging.process_tree import (
    TreeUsage,
    descendants,
    read_kind,
    read_processes,
    ticks_per_s,
)
from roomtone.staging.tree_memory import TreeMemory, read_memory

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_EVERY_S = 0.5
PSS_EVERY = 4
"""Memory is read at every so manieth look: reading it costs the kernel more."""


class Sampler:
    """Looks at the descendants of a process twice a second, in a thread, until it is cancelled.

    Args:
        root: Process id; its descendants are counted, itself not.
        clock: Seconds, the staging's clock.
        include_root: Count the process itself too.

    Attributes:
        usage: The sums of CPU seconds.
        memory: What they hold.
    """

    def __init__(self, root: int, clock: Callable[[], float], *, include_root: bool = False) -> None:
        self.usage = TreeUsage(ticks_per_s())
        self.memory = TreeMemory()
        self._root = root
        self._clock = clock
        self._include_root = include_root
        self._looks = 0

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Take one look now; blocks for some milliseconds."""
        processes = read_processes()
        tree = descendants(processes, self._root)
        if self._include_root:
            tree += [process for process in processes if process.pid == self._root]
        self.usage.observe(self._clock(), tree, read_kind)
        if tree and self._looks % PSS_EVERY == 0:
            held = [(self.usage.kind_of(process), read_memory(process.pid)) for process in tree]
            self.memory.observe(self._clock(), held)
        self._looks += 1
