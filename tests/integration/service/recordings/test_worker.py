"""The worker for jobs on recordings, with finishing that hangs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from roomtone.service.nodes.endings import finish_job
from roomtone.service.recordings.worker import RecordingsWorker

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.bot.request import BotRequest
    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store


@dataclass
class Hanging:
    """Finishes nothing: every bucket hangs. Keeps whose bots it was asked for."""

    asked: list[str] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def finish(self, bot_id: str) -> None:
        """Wait until it is over."""
        self.asked.append(bot_id)
        await self.over.wait()


async def test_a_bucket_that_hangs_delays_its_own_workspace_alone(
    store: Store, jobs: EmbeddedJobs, request_body: BotRequest, tmp_path: Path
):
    """Two of its bots are in hand and the third waits; another workspace's is taken up at once."""
    bots: dict[str, list[str]] = {"hanging": [], "other": []}

    async def enqueue(name: str, n_bots: int) -> None:
        key = await store.keys.check(await store.keys.create("key", name))
        assert key is not None
        for _ in range(n_bots):
            bots[name].append((await store.bots.create_bot(request_body, key.workspace_id)).id)
            async with store.database.write() as transaction:
                await jobs.enqueue(transaction, finish_job(bots[name][-1]))

    finisher = Hanging()
    unused: Any = None
    worker = RecordingsWorker("node", store, jobs, unused, cast("Any", finisher), tmp_path, eraser=unused)
    await enqueue("hanging", 3)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(), name="worker")
        while len(finisher.asked) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await enqueue("other", 1)
        while len(finisher.asked) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert finisher.asked == [*bots["hanging"][:2], *bots["other"]]
        worker.stop()
        finisher.over.set()
    assert sorted(finisher.asked) == sorted([*bots["hanging"], *bots["other"]])
