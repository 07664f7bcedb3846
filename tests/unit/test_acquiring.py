"""What a thread opens is closed by somebody, whenever the task that wanted it is cancelled."""

from __future__ import annotations

import asyncio
import threading

import pytest

from roomtone.acquiring import acquire_in_thread, finish_in_thread


class Door:
    """Something to open; it can be held up while it opens."""

    def __init__(self) -> None:
        self.may_open = threading.Event()
        self.is_opening = threading.Event()
        self.is_open = threading.Event()
        self.closed: list[str] = []

    def open(self) -> str:
        """Open it, when it may be opened."""
        self.is_opening.set()
        assert self.may_open.wait(60)
        self.is_open.set()
        return "open"


async def _cancelled(task: asyncio.Task[str]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _until_closed(door: Door) -> None:
    async with asyncio.timeout(60):
        while not door.closed:  # noqa: ASYNC110  a thread tells no event loop
            await asyncio.sleep(0.001)


async def test_who_waits_gets_it():
    """What was acquired is the caller's, and nobody else releases it."""
    door = Door()
    door.may_open.set()
    assert await acquire_in_thread(door.open, door.closed.append) == "open"
    assert door.closed == []


async def test_what_opens_after_a_cancellation_is_closed():
    """The thread that opens too late closes what it opened, once."""
    door = Door()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(acquire_in_thread(door.open, door.closed.append), name="opening")
        assert await asyncio.to_thread(door.is_opening.wait, 60)
        await _cancelled(task)
    assert door.closed == []
    door.may_open.set()
    await _until_closed(door)
    assert door.closed == ["open"]


async def test_what_is_open_when_the_cancellation_comes_is_closed():
    """A task that is cancelled before it has looked at what it got leaves nothing open."""
    door = Door()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(acquire_in_thread(door.open, door.closed.append), name="opening")
        await asyncio.sleep(0)
        door.may_open.set()
        assert door.is_open.wait(60), "the loop is held on purpose: the task must not have gone on"
        await _cancelled(task)
    await _until_closed(door)
    assert door.closed == ["open"]


async def test_what_cannot_be_opened_is_told():
    """The thread's exception is the caller's, and there is nothing to release."""
    closed: list[object] = []
    with pytest.raises(ZeroDivisionError):
        await acquire_in_thread(lambda: 1 // len(closed), closed.append)
    assert closed == []


async def test_work_that_was_begun_is_waited_for():
    """Whoever is cancelled, and more than once, is over when the thread is and not before."""
    door = Door()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(finish_in_thread(door.open), name="opening")
        assert await asyncio.to_thread(door.is_opening.wait, 60)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0.01)
        assert not task.done()
        door.may_open.set()
        await asyncio.wait({task})
    assert task.cancelled()
    assert door.is_open.is_set()


async def test_work_that_fails_is_told_unless_nobody_waits():
    """What it raises is raised; a cancellation comes before it, and nothing is said of an error unheard."""

    def refuse() -> None:
        door.is_opening.set()
        assert door.may_open.wait(60)
        raise OSError("the disk is full")

    door = Door()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(finish_in_thread(refuse), name="refused")
        assert await asyncio.to_thread(door.is_opening.wait, 60)
        task.cancel()
        door.may_open.set()
        await asyncio.wait({task})
    assert task.cancelled()
    with pytest.raises(OSError, match="the disk is full"):
        await finish_in_thread(refuse)
