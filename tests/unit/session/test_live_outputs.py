"""Live outputs beside each other: whatever one of them does, the others and the recording go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from roomtone.session.capture.model import Tick
from roomtone.session.live.port import LiveFeed
from roomtone.session.live_outputs import LiveOutputs

if TYPE_CHECKING:
    from roomtone.session.capture.model import Signal

TICK = Tick(0, 0.0)


class Output:
    """An output that fails at what it was told to fail at: ``tick``, ``signal``, ``run``, ``finish``, ``end``."""

    def __init__(self, *fails_at: str) -> None:
        self.fails_at = set(fails_at)
        self.n_ticks = 0
        self.is_over = False
        self._finishing = asyncio.Event()

    def _fail(self, where: str) -> None:
        if where in self.fails_at:
            raise RuntimeError(where)

    def on_tick(self, _tick: Tick) -> None:
        """See ``LiveFeed``."""
        self._fail("tick")
        self.n_ticks += 1

    def on_signal(self, _signal: Signal) -> None:
        """See ``LiveFeed``."""
        self._fail("signal")

    async def run(self) -> None:
        """See ``LiveOutput``."""
        self._fail("run")
        try:
            await self._finishing.wait()
            if "end" in self.fails_at:
                await asyncio.Event().wait()
        finally:
            self.is_over = True

    def finish(self) -> None:
        """See ``LiveOutput``."""
        self._fail("finish")
        self._finishing.set()


@pytest.mark.parametrize(
    ("fails_at", "n_told"), [("tick", 1), ("run", 1), ("finish", 1), ("end", 1), ("nothing", 0)]
)
async def test_what_one_does_is_its_own_trouble(fails_at: str, n_told: int):
    """It is told once and hears no more; the one behind it hears everything, and all of them end."""
    bad, good = Output(fails_at), Output()
    warnings: list[tuple[str, str]] = []
    feeds = [
        LiveFeed(name, output, on_tick=output.on_tick, on_signal=output.on_signal)
        for name, output in (("bad", bad), ("good", good))
    ]
    outputs = LiveOutputs(feeds, lambda *told: warnings.append(told), longest_end_s=0.2)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(outputs.run(), name="live")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for _ in range(3):
            outputs.on_tick(TICK)
        outputs.finish()
    assert good.n_ticks == 3
    assert good.is_over
    assert bad.is_over or fails_at == "run"
    assert [code for code, _ in warnings] == ["subscriber_failed"] * n_told
