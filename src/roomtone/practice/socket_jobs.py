"""Running the jobs of one socket together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def first_of(**jobs: Coroutine[Any, Any, bool]) -> None:
    """Run jobs together until one of them says (True) that all is done; the others are cancelled."""
    async with asyncio.TaskGroup() as tasks:
        running = {tasks.create_task(job, name=f"socket {name}") for name, job in jobs.items()}
        while running:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            if any(task.result() for task in done if not task.cancelled()):
                break
        for task in running:
            task.cancel()
