"""A deadline that a machine that stands still does not use up."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from roomtone.session.browser.patience import patience

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


async def test_what_takes_too_long_is_ended():
    """After the seconds, and not before them."""
    began_s = time.monotonic()
    with pytest.raises(TimeoutError):
        async with patience(0.16):
            await asyncio.Event().wait()
    assert time.monotonic() - began_s > 0.15


async def test_a_stall_is_no_part_of_it():
    """Whoever is waited for has its time after the event loop stood still for longer than the deadline."""

    async def stand_still_within(limit: AbstractAsyncContextManager[object]) -> None:
        async with limit:
            time.sleep(0.6)  # noqa: ASYNC251
            await asyncio.sleep(0.01)

    with pytest.raises(TimeoutError):
        await stand_still_within(asyncio.timeout(0.4))
    await stand_still_within(patience(0.4))


async def test_it_ends_with_its_block():
    """Nothing is ended that follows a block that was done in time, and an error passes through."""
    async with patience(0.04):
        pass
    with pytest.raises(ValueError, match="mine"):
        async with patience(0.04):
            raise ValueError("mine")
    await asyncio.sleep(0.1)
