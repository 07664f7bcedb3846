"""Killing a tree of processes: when it counts as gone."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import psutil

from roomtone.session.browser.process_tree import ProcessTree


async def test_a_root_is_gone_when_its_owner_has_reaped_it():
    """Whoever started the root reaps it, however late: until then a zombie of it is there, and is waited for."""
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    root = await asyncio.to_thread(subprocess.Popen, command)
    tree = ProcessTree(mark="of nobody")
    tree.add_root(root.pid)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        killing = tasks.create_task(tree.kill(deadline_s=15.0), name="kill")
        while psutil.Process(root.pid).status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert not killing.done()
        assert root.wait() == -9
        await killing
    assert not psutil.pid_exists(root.pid)
