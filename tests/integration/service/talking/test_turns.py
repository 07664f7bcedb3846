"""How many have sound made at a time."""

from __future__ import annotations

import asyncio

import pytest

from roomtone.service.talking.errors import TooBusy
from roomtone.service.talking.turns import Turns


async def test_a_few_at_a_time_in_the_order_they_came() -> None:
    """Never more than the bound, and everybody in the end."""
    turns, running, most, order = Turns(at_once=2, wait_s=10.0), 0, 0, list[int]()

    async def work(number: int) -> None:
        nonlocal running, most
        async with turns.one():
            order.append(number)
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(work(number), name=f"work {number}")
    assert (most, order) == (2, list(range(10)))


async def test_a_wait_has_an_end() -> None:
    """Too late is an error that says so; a turn that failed or was waited for in vain is free again."""
    turns = Turns(at_once=1, wait_s=0.05)
    async with turns.one():
        with pytest.raises(TooBusy, match="try again"):
            async with turns.one():
                pytest.fail("there was no turn")
    with pytest.raises(ZeroDivisionError):
        async with turns.one():
            raise ZeroDivisionError
    async with asyncio.timeout(60), turns.one():
        pass
