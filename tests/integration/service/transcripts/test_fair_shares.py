"""A workspace with many slow transcripts, and the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roomtone.service.transcripts.providers import ServedProvider
from roomtone.service.transcripts.transcriber import Transcriber
from roomtone.service.transcripts.worker import TranscriptsWorker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.service.transcripts.conftest import Bench

ELSEWHERE: dict[str, Any] = {"transcript": {"provider": {"deepgram": {}}}}


@dataclass
class Trickling:
    """A provider whose answers never come; keeps which transcripts it was asked for."""

    asked: list[str] = field(default_factory=list)

    async def transcribe(self, _recorded: Any, _options: Any, work_folder: Path, *_: Any) -> Any:
        """Never answer."""
        self.asked.append(work_folder.name)
        await asyncio.sleep(600)


async def test_slow_transcripts_of_one_workspace_hold_up_nobody_else(bench: Bench):
    """With more than eight that trickle, each of the others has one asked for at once."""
    provider = Trickling()
    served = {"deepgram": ServedProvider(provider)}
    transcriber = Transcriber(bench.store, bench.storage, bench.folder / "work", served, 60.0)
    owners: dict[str, str] = {}

    async def enqueue(workspace_id: str, n_transcripts: int) -> None:
        bench.workspace_id = workspace_id
        for _ in range(n_transcripts):
            owners[await bench.enqueue(await bench.recorded(recording_config=ELSEWHERE))] = workspace_id

    others = []
    for name in ("second", "third"):
        key = await bench.store.keys.check(await bench.store.keys.create("key", name))
        assert key is not None
        others.append(key.workspace_id)
    first = bench.workspace_id
    await enqueue(first, 10)
    worker = TranscriptsWorker("node", bench.jobs, transcriber, claim_wait_s=0.02)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(), name="worker")
        while len(provider.asked) < 8:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for other in others:
            await enqueue(other, 2)
        while len(provider.asked) < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        worker.stop()
    assert Counter(owners[one] for one in provider.asked) == {first: 8, others[0]: 1, others[1]: 1}
