"""A server that is killed, with SIGKILL, while others transcribe for it."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.providers import assemblyai, deepgram
from tests.providers.faults import Fault
from tests.providers.script import said
from tests.providers.serving import account_at
from tests.providers.sounds import make_sound
from tests.providers.waits import Waits

from roomtone.bot.speaker import Speaker
from roomtone.speech.assemblyai.provider import AssemblyaiRecognition
from roomtone.speech.deepgram.provider import DeepgramRecognition
from roomtone.speech.port import Recorded, Track

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.providers.hearing import Hearing

CHILD = """
import asyncio, sys
from pathlib import Path
from roomtone.bot.speaker import Speaker
from roomtone.speech.accounts import Account
from roomtone.speech.assemblyai.provider import AssemblyaiRecognition
from roomtone.speech.deepgram.provider import DeepgramRecognition
from roomtone.speech.port import Recorded, Track

name, address, key, work, *paths = sys.argv[1:]
provider = DeepgramRecognition() if name == "deepgram" else AssemblyaiRecognition(poll_s=0.05)
tracks = tuple(Track(Path(path), 10.0 * n, Speaker("p1", "Ada")) for n, path in enumerate(paths))
account = Account(key, address, allowed_networks=("127.0.0.0/8",))
asyncio.run(provider.transcribe(Recorded(tracks), {}, Path(work), lambda _: None, account))
"""


@asynccontextmanager
async def _child(*arguments: str) -> AsyncIterator[None]:
    """A process that transcribes; killed with the block."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, *arguments)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def _recorded(folder: Path, hearing: Hearing, n: int) -> Recorded:
    paths = [make_sound(folder / f"{number}.ogg", 1.0 + number, number) for number in range(n)]
    for number, path in enumerate(paths):
        hearing.learn(path, said(f"Number {number}.", 0.0))
    return Recorded(
        tuple(Track(path, 10.0 * number, Speaker("p1", "Ada")) for number, path in enumerate(paths))
    )


def _kept(work: Path, name: str) -> int:
    states = [json.loads(path.read_bytes()) for path in work.glob("*.kept.json")]
    return sum(name in state for state in states)


async def test_what_deepgram_answered_is_not_asked_for_again(tmp_path):
    """Killed with five of six answers there, the next process asks for the sixth."""
    work = tmp_path / "work"
    work.mkdir()
    async with deepgram.FakeDeepgram().serving() as fake:
        recorded = _recorded(tmp_path, fake.hearing, 6)
        fake.faulty.fail(Fault(wait_s=60.0))
        paths = [str(track.path) for track in recorded.tracks]
        async with _child("deepgram", fake.address, deepgram.KEY, str(work), *paths), asyncio.timeout(60):
            while _kept(work, "results") < 5:  # noqa: ASYNC110  another process's files tell no event
                await asyncio.sleep(0.02)
        account = account_at(fake.address, deepgram.KEY)
        made = await DeepgramRecognition(Waits().patience).transcribe(
            recorded, {}, work, lambda _: None, account
        )
        assert [turn.text for turn in made.turns] == [f"number {n}" for n in range(6)]
        heard = [asked.heard.sha256 for asked in fake.asked if asked.heard is not None]
        assert (len(heard), len(set(heard))) == (6, 6)


async def test_what_assemblyai_works_on_is_neither_uploaded_nor_ordered_again(tmp_path):
    """Killed while three transcripts are awaited, the next process awaits the same ones and deletes them."""
    work = tmp_path / "work"
    work.mkdir()
    async with assemblyai.FakeAssemblyai(looks_until_done=1_000_000).serving() as fake:
        recorded = _recorded(tmp_path, fake.hearing, 3)
        paths = [str(track.path) for track in recorded.tracks]
        async with _child("assemblyai", fake.address, assemblyai.KEY, str(work), *paths), asyncio.timeout(60):
            while _kept(work, "id") < 3:  # noqa: ASYNC110  another process's files tell no event
                await asyncio.sleep(0.02)
        fake.looks_until_done = 1
        account = account_at(fake.address, assemblyai.KEY)
        provider = AssemblyaiRecognition(Waits().patience)
        made = await provider.transcribe(recorded, {}, work, lambda _: None, account)
        assert [turn.text for turn in made.turns] == [f"Number {n}." for n in range(3)]
        asked = fake.faulty.requests
        assert (asked.count("POST /v2/upload"), asked.count("POST /v2/transcript")) == (3, 3)
        assert fake.left == []
