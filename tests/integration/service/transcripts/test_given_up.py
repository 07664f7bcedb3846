"""What a provider was left with when a transcript is given up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roomtone.service.store.transcripts import TranscriptState
from roomtone.service.transcripts.providers import ServedProvider
from roomtone.service.transcripts.transcriber import Transcriber
from roomtone.speech.errors import ProviderRefused

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.accounts import Account


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
