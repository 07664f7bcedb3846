"""Asking an adapter of a provider for recordings against a served fake, and checking what it makes."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from roomtone.bot.speaker import Speaker
from roomtone.speech.port import Recorded, Track
from tests.providers.clips import write_track
from tests.providers.serving import account_at
from tests.providers.waits import Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from roomtone.speech.cloud.patience import Patience
    from roomtone.speech.port import Progress, Provider
    from roomtone.speech.transcript import Transcript
    from tests.providers.faults import Faulty
    from tests.providers.script import ScriptedWord

ADA, BOB = Speaker("p1", "Ada"), Speaker("p2", "Bób")
TURNS = [
    ("Ada", "Go forward ten meters."),
    ("Bób", "Go somewhere, and do something!"),
    ("Ada", "He was not an ill disposed young man."),
]
"""What ``two_tracks`` becomes."""
TOLD_ONCE = {"something": 1, "austen-0930": 1}
"""Who says which clip in a mix, as ``clips.teach`` takes it; the others are said by speaker 0."""


@dataclass(slots=True)
class Asking:
    """A fake being served and the adapter that asks it.

    Attributes:
        faulty: In front of the fake.
        address: What an account with it has as its address.
        key: What it wants.
        make: Makes the adapter.
        cuts: A folder for cut sounds, shared by tests: cutting the same anew takes longer than all the rest.
        waits: Between its requests; they take no time.
    """

    faulty: Faulty
    address: str
    key: str
    make: Callable[..., Provider]
    cuts: Path
    waits: Waits = field(default_factory=Waits)

    @property
    def asked(self) -> int:
        """Requests so far."""
        return len(self.faulty.requests)

    @property
    def patience(self) -> Patience:
        """The usual patience, without waiting."""
        return self.waits.patience

    async def transcribe(
        self,
        recorded: Recorded,
        folder: Path,
        options: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        progress: Progress = lambda _: None,
        **arguments: Any,
    ) -> Transcript:
        """The transcript; the work folder is ``folder/work``, which stays from call to call."""
        work = folder / "work"
        work.mkdir(exist_ok=True)
        account = account_at(self.address, self.key if key is None else key)
        provider = self.make(patience=self.patience, **arguments)
        await asyncio.to_thread(_copy_cuts, self.cuts, work)
        made = await provider.transcribe(recorded, options or {}, work, progress, account)
        await asyncio.to_thread(_copy_cuts, work, self.cuts)
        return made

    async def begin_and_cancel(self, recorded: Recorded, folder: Path) -> None:
        """Begin a transcript, and stop it when the fake was asked for the first time."""
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(self.transcribe(recorded, folder), name="work")
            async with asyncio.timeout(30.0):
                while not self.asked:  # noqa: ASYNC110  the fake has no event for it
                    await asyncio.sleep(0.02)
            work.cancel()


def _copy_cuts(source: Path, target: Path) -> None:
    """Copy folders of cut sounds; their names say what of, unless another file has its name and its size."""
    for cut in source.glob("*/cut.json"):
        if not (target / cut.parent.name).exists():
            shutil.copytree(cut.parent, target / cut.parent.name)


def one_track(folder: Path, *clips: tuple[str, float], start_s: float = 0.0) -> Recorded:
    """A track of Ada's with the clips at their times; without any, she goes forward."""
    clips = clips or (("goforward", 1.0),)
    write_track(folder / "a.flac", clips, clips[-1][1] + 5.0)
    return Recorded((Track(folder / "a.flac", start_s, ADA),))


def two_tracks(folder: Path) -> tuple[Recorded, tuple[ScriptedWord, ...], tuple[ScriptedWord, ...]]:
    """Tracks of Ada, from 100 s on, and Bób, from 104 s on, that are ``TURNS``; the words of each."""
    one = write_track(folder / "one.flac", [("goforward", 2.0), ("austen-0880", 30.0)], 40.0)
    two = write_track(folder / "two.flac", [("something", 1.0)], 20.0)
    return (
        Recorded((Track(folder / "one.flac", 100.0, ADA), Track(folder / "two.flac", 104.0, BOB))),
        one,
        two,
    )


def texts(transcript: Transcript) -> list[tuple[str, str]]:
    """Who says what."""
    return [(turn.speaker, turn.text) for turn in transcript.turns]


def check_words(
    transcript: Transcript,
    speaker: str,
    said: Sequence[ScriptedWord],
    start_s: float = 0.0,
    within_s: float = 0.05,
) -> None:
    """Fail unless a speaker says these words and nothing else, at these times."""
    words = [word for turn in transcript.turns if turn.speaker == speaker for word in turn.words]
    assert [word.shown for word in words] == [word.text for word in said]
    for word, scripted in zip(words, said, strict=True):
        assert word.start_s == pytest.approx(start_s + scripted.start_s, abs=within_s)
        assert word.end_s == pytest.approx(start_s + scripted.end_s, abs=within_s)
