"""A session's process, for whoever starts it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psutil

from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import Start
from roomtone.service.nodes.session_process import SessionProcess

if TYPE_CHECKING:
    from pathlib import Path


async def test_whoever_is_cancelled_while_it_is_told_its_first_line_leaves_no_process(tmp_path: Path):
    """A program that does not read, and a line that is longer than its pipe."""
    request = BotRequest(
        meeting_link="http://127.0.0.1:9/practice/room", custom_attributes={"long": "x" * 1_000_000}
    )
    first_line = Start(bot_id="bot", request=request, directory=str(tmp_path))
    before = set(psutil.Process().children())
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        starting = tasks.create_task(SessionProcess.start(["sleep", "600"], first_line), name="start")
        while not (set(psutil.Process().children()) - before):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        started = set(psutil.Process().children()) - before
        await asyncio.sleep(0.3)
        starting.cancel()
        await asyncio.wait({starting})
    assert await asyncio.to_thread(psutil.wait_procs, list(started), 60) == (list(started), [])
