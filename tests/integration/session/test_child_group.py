"""Child programs in groups of their own."""

from __future__ import annotations

import asyncio
import os
import sys

import psutil

from roomtone.session.child_group import ChildGroup

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, b"up\\n")
time.sleep(60)
"""


async def _start_stubborn() -> ChildGroup:
    """A program that ignores SIGTERM and has a child that does, too."""
    read_end, write_end = os.pipe()
    group = await ChildGroup.start([sys.executable, "-c", STUBBORN], stdout=write_end)
    os.close(write_end)
    seen = b""
    while seen.count(b"up") < 2:
        seen += await asyncio.to_thread(os.read, read_end, 64)
    os.close(read_end)
    return group


async def test_a_program_that_will_not_end_is_killed_with_its_children():
    """Past its time the whole group is killed and reaped."""
    group = await _start_stubborn()
    members = [psutil.Process(group.pid), *psutil.Process(group.pid).children()]
    assert len(members) == 2
    await group.stop()
    assert group.returncode is not None
    await asyncio.sleep(0.2)
    assert not any(member.is_running() and member.status() != psutil.STATUS_ZOMBIE for member in members)


async def test_it_is_not_in_our_group():
    """A Ctrl-C for the session does not reach the program by itself."""
    group = await ChildGroup.start(["sleep", "30"])
    assert os.getpgid(group.pid) == group.pid != os.getpgid(0)
    await group.stop()
    assert group.returncode != 0


async def test_its_own_end_is_noticed():
    """The exit status is the program's."""
    group = await ChildGroup.start([sys.executable, "-c", "raise SystemExit(3)"])
    async with asyncio.timeout(10):
        assert await group.wait() == 3
    await group.stop()


async def test_a_missing_program_is_an_error():
    """What cannot be started is told at once, or by its exit status."""
    try:
        group = await ChildGroup.start(["no-such-program-anywhere"])
    except OSError:
        return
    async with asyncio.timeout(10):
        assert await group.wait() != 0
