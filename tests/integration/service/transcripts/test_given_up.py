"""What a provider was left with when a transcript is given up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roomtone.bot.transcript_providers import TranscriptRequest
from roomtone.service.deletion.eraser import Eraser
from roomtone.service.store.transcripts import TranscriptState
from roomtone.service.transcripts.providers import ServedProvider
from roomtone.service.transcripts.transcriber import Transcriber
from roomtone.service.transcripts.worker import TranscriptsWorker
from roomtone.speech.errors import ProviderRefused

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.accounts import Account

LOCAL = TranscriptRequest.model_validate({"provider": {"local": {}}})


@dataclass
class Leaving:
    """A provider that leaves a copy, and may fail to delete it."""

    fails: bool = False
    discarded: list[str] = field(default_factory=list)

    async def transcribe(self, *_: Any) -> Any:
        """Not asked for here."""
        raise AssertionError

    async def discard(self, work_folder: Path, account: Account | None = None) -> None:
        """Delete it."""
        assert account is None
        self.discarded.append((work_folder / "kept").read_text())
        if self.fails:
            raise ProviderRefused("no such key")


async def test_a_copy_is_deleted_before_the_folder_that_knows_of_it(bench):
    """Whether or not that works, the transcript has failed and its folder is gone."""
    for fails in (False, True):
        bot_id = await bench.recorded()
        transcript_id = await bench.enqueue(bot_id)
        folder = bench.folder / "work" / transcript_id
        folder.mkdir(parents=True)
        (folder / "kept").write_text("an id")
        provider = Leaving(fails)
        transcriber = Transcriber(
            bench.store, bench.storage, bench.folder / "work", {"local": ServedProvider(provider)}, 60.0
        )
        await transcriber.give_up(transcript_id, "it took too long")
        assert provider.discarded == ["an id"]
        assert not folder.exists()
        assert (await bench.store.transcripts.get(transcript_id)).state is TranscriptState.FAILED


@dataclass
class Ordering(Leaving):
    """A provider that keeps what it ordered and then waits for it, for ever."""

    asked: int = 0

    async def transcribe(self, _recorded: Any, _options: Any, work_folder: Path, *_: Any) -> Any:
        """Order it."""
        self.asked += 1
        (work_folder / "kept").write_text("an id")
        await asyncio.sleep(600)


async def test_who_deletes_a_bot_leaves_nothing_with_a_provider_that_works_on_it(bench, tmp_path):
    """It is broken off, what it ordered is deleted there before its folder goes, and nothing is ordered anew."""
    provider = Ordering()
    work = bench.folder / "work"
    transcriber = Transcriber(bench.store, bench.storage, work, {"local": ServedProvider(provider)}, 60.0)
    worker = TranscriptsWorker("node", bench.jobs, transcriber, claim_wait_s=0.02)
    eraser = Eraser(
        bench.store, bench.storage, tmp_path / "sessions", (transcriber.withdraw,), transcribing=work
    )
    bot_id = await bench.done()
    bot = await bench.store.bots.get(bot_id)
    asked = await bench.store.transcripts.ask(bot, LOCAL, None)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(), name="worker")
        while not (work / asked.id / "kept").exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await eraser.delete_on_request(bot_id)
        await asyncio.sleep(0.2)
        worker.stop()
    assert (provider.asked, provider.discarded) == (1, ["an id"])
    assert not (work / asked.id).exists()
    assert (await bench.store.transcripts.get(asked.id)).state is TranscriptState.SKIPPED
