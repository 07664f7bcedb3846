"""Copying a running recording into a bucket, part by part."""

from __future__ import annotations

import asyncio
import contextlib
import io
from typing import TYPE_CHECKING, Any, cast

import av
import pytest
from tests.integration.service.recordings.test_finisher import LINK, NOW

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.request import BotRequest
from roomtone.config import Settings
from roomtone.outbound.policy import AddressPolicy
from roomtone.service.recordings.finisher import Finisher
from roomtone.service.recordings.live_copy import (
    PART_BYTES,
    LiveCopies,
    copied_bytes,
    live_folder,
    part_key,
)
from roomtone.service.storage.errors import StorageError
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.storage.storages import Storages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.s3_server import S3Server

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store


class Bench:
    """Copies of what a running bot's folder holds, to a real bucket."""

    def __init__(self, root: Path, store: Store, storages: Storages, bot_id: str) -> None:
        self.root = root
        self.store = store
        self.storages = storages
        self.bot_id = bot_id
        self.sessions = root / "data" / "sessions"
        self.folder = self.sessions / f"{bot_id}-1"
        self.folder.mkdir(parents=True)
        self.copies = self.started()

    def started(self) -> LiveCopies:
        """Copies as a server makes them at its start."""
        scratch = self.root / "data" / "live-parts"
        return LiveCopies(self.store, self.storages, self.sessions, scratch, every_s=60.0)

    async def keys(self) -> list[str]:
        """Every key of the bot."""
        return await self.storages.keys(f"bots/{self.bot_id}")

    async def copied(self, file: str) -> bytes:
        """A file put together from its parts, as an operator would."""
        folder = f"{live_folder(self.bot_id)}/1/{file}/"
        parts = [key for key in await self.keys() if key.startswith(folder)]
        whole = b""
        for key in parts:
            whole += b"".join([piece async for piece in self.storages.open_range(key, 0, 1 << 40)])
        return whole


def frames_in(video: bytes) -> int:
    """Pictures that can be decoded; the last one may be torn."""
    frames = 0
    with av.open(io.BytesIO(video), "r") as container, contextlib.suppress(av.InvalidDataError):
        for _ in container.decode(video=0):
            frames += 1
    return frames


@pytest.fixture
def storages(tmp_path: Path, store: Store, s3: S3Server, new_bucket: Callable[[], str]) -> Iterator[Storages]:
    """The storages of a server with a bucket."""
    settings: Any = {
        "data_dir": tmp_path / "data",
        "storage_url": f"s3://{new_bucket()}/kept",
        "storage_endpoint_url": s3.url,
        "storage_key_id": "key",
        "storage_secret": "secret",
    }
    folder = FolderStorage(tmp_path / "data" / "artifacts")
    storages = Storages(folder, store, Settings(**settings), AddressPolicy())
    yield storages
    storages.close()


@pytest.fixture
async def bench(tmp_path: Path, store: Store, storages: Storages, workspace_id: str) -> Bench:
    """With a bot that records."""
    bot = await store.bots.create_bot(BotRequest(meeting_link=LINK), workspace_id)
    await store.leases.claim_bot(bot.id, "node", 60)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=1)
    return Bench(tmp_path, store, storages, bot.id)


async def test_what_is_new_is_copied_and_nothing_twice(bench: Bench, recorded: Path):
    """The copy of a file that grows is its beginning, as far as it was at the last round, and it plays."""
    source = (recorded / "recording.mp4").read_bytes()
    for share in (3, 2):
        (bench.folder / "recording.mp4").write_bytes(source[: len(source) // share])
        (bench.folder / "audio.mp3").write_bytes(b"s" * (1000 // share))
        assert await bench.copies.copy_new() > 0
        assert await bench.copies.copy_new() == 0
        assert await bench.copied("recording.mp4") == source[: len(source) // share]
    assert await bench.copied("audio.mp3") == b"s" * 500
    assert frames_in(await bench.copied("recording.mp4")) > 50
    assert not list((bench.root / "data" / "live-parts").iterdir())


async def test_a_server_that_starts_again_goes_on_where_it_was(bench: Bench):
    """Large files go in bounded parts; after a restart only what is missing is copied."""
    path = bench.folder / "recording.mp4"
    path.write_bytes(b"a" * (2 * PART_BYTES + 5))
    assert await bench.copies.copy_new() == 2 * PART_BYTES + 5
    assert len(await bench.keys()) == 3
    with path.open("ab") as file:
        file.write(b"b" * 7)
    assert await bench.started().copy_new() == 7
    assert await bench.copied("recording.mp4") == path.read_bytes()


async def test_the_parts_go_when_the_finished_files_are_stored(
    bench: Bench, recorded: Path, jobs: EmbeddedJobs
):
    """Not before; and what is copied in that moment goes too."""
    for file in ("recording.mp4", "audio.mp3", "journal.jsonl"):
        if (recorded / file).exists():
            (bench.folder / file).write_bytes((recorded / file).read_bytes())
    assert await bench.copies.copy_new() > 0
    stop = Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED)
    await bench.store.events.record(bench.bot_id, stop, epoch=1)
    assert await bench.copies.copy_new() == 0
    finisher = Finisher(bench.store, jobs, bench.storages, bench.sessions)
    await finisher.finish(bench.bot_id)
    keys = await bench.keys()
    assert f"bots/{bench.bot_id}/video.mp4" in keys
    assert not [key for key in keys if "/live/" in key]
    assert not bench.folder.exists()


async def test_a_bucket_that_is_away_loses_nothing(
    bench: Bench, recorded: Path, jobs: EmbeddedJobs, s3: S3Server
):
    """Finishing fails, what was recorded stays here, and the next attempt stores all of it."""
    for file in ("recording.mp4", "audio.mp3"):
        (bench.folder / file).write_bytes((recorded / file).read_bytes())
    stop = Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED)
    await bench.store.events.record(bench.bot_id, stop, epoch=1)
    settings: Any = {
        "data_dir": bench.root / "data",
        "storage_url": "s3://made-later",
        "storage_endpoint_url": s3.url,
        "storage_key_id": "key",
        "storage_secret": "secret",
    }
    folder = FolderStorage(bench.root / "data" / "artifacts")
    away = Storages(folder, bench.store, Settings(**settings), AddressPolicy())
    finisher = Finisher(bench.store, jobs, away, bench.sessions)
    for _ in range(2):
        with pytest.raises(StorageError, match="no such bucket"):
            await finisher.finish(bench.bot_id)
        assert (bench.folder / "recording.mp4").read_bytes() == (recorded / "recording.mp4").read_bytes()
        assert await bench.store.artifacts.of_bot(bench.bot_id) == []
    s3.make_bucket("made-later")
    await finisher.finish(bench.bot_id)
    for artifact in await bench.store.artifacts.of_bot(bench.bot_id):
        assert await away.size(artifact.storage_key) == artifact.size_bytes
    assert not bench.folder.exists()
    away.close()


async def test_a_bot_whose_files_stay_here_is_left_alone(tmp_path: Path, store: Store, workspace_id: str):
    """Without a bucket nothing is copied."""
    storages = Storages(
        FolderStorage(tmp_path / "artifacts"), store, Settings(data_dir=tmp_path), AddressPolicy()
    )
    bot = await store.bots.create_bot(BotRequest(meeting_link=LINK), workspace_id)
    bench = Bench(tmp_path, store, storages, bot.id)
    (bench.folder / "recording.mp4").write_bytes(b"x")
    (bench.sessions / "no-bot-1").mkdir()
    assert await bench.copies.copy_new() == 0
    assert await bench.keys() == []


async def test_a_bucket_that_fails_delays_the_copy(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """Nothing is lost by it: the next round copies what this one could not."""
    (bench.folder / "recording.mp4").write_bytes(b"x" * 100)
    with monkeypatch.context() as broken:
        broken.setattr(bench.storages, "_server_id", "s3://not-there")
        assert await bench.copies.copy_new() == 0
    assert await bench.copies.copy_new() == 100
    assert await bench.copied("recording.mp4") == b"x" * 100


class TwoBuckets:
    """Storages of which one bot's never answers.

    Attributes:
        asked: Set when that one was asked.
        answers: Set when it answers at last.
        kept: Bytes by key.
    """

    def __init__(self, hanging_bot: str) -> None:
        self._hanging_bot = hanging_bot
        self.asked, self.answers = asyncio.Event(), asyncio.Event()
        self.kept: dict[str, bytes] = {}

    async def bucket_of(self, bot_id: str) -> str:
        """Each bot has its own."""
        return f"bucket of {bot_id}"

    async def keys(self, folder: str) -> list[str]:
        """Every key below a folder."""
        if self._hanging_bot in folder:
            self.asked.set()
            await self.answers.wait()
        return sorted(key for key in self.kept if key.startswith(folder))

    async def put_file(self, key: str, path: Path, *, move: bool = False) -> int:
        """Keep a file's bytes."""
        assert move
        self.kept[key] = path.read_bytes()
        path.unlink()
        return len(self.kept[key])


async def test_a_bucket_that_hangs_delays_nobody_elses_copy(tmp_path: Path, store: Store, workspace_id: str):
    """Round for round what is new goes to the other bucket, and to this one once it answers."""
    made = [await store.bots.create_bot(BotRequest(meeting_link=LINK), workspace_id) for _ in range(2)]
    hanging, other = sorted(bot.id for bot in made)
    for bot_id in (hanging, other):
        folder = tmp_path / "sessions" / f"{bot_id}-1"
        folder.mkdir(parents=True)
        (folder / "recording.mp4").write_bytes(b"a" * 10)
    storages = TwoBuckets(hanging)
    copies = LiveCopies(store, cast("Any", storages), tmp_path / "sessions", tmp_path / "parts", every_s=0.0)

    async def until_kept(bot_id: str, n_bytes: int) -> None:
        while sum(len(part) for key, part in storages.kept.items() if bot_id in key) < n_bytes:  # noqa: ASYNC110  the keeping sets no event
            await asyncio.sleep(0.02)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(copies.run(), name="copies")
        await storages.asked.wait()
        await until_kept(other, 10)
        with (tmp_path / "sessions" / f"{other}-1" / "recording.mp4").open("ab") as file:
            file.write(b"b" * 7)
        await until_kept(other, 17)
        assert not [key for key in storages.kept if hanging in key]
        storages.answers.set()
        await until_kept(hanging, 10)
        copies.stop()
        await running


def test_parts_with_a_gap_count_up_to_it():
    """What lies behind a part that is missing is copied again."""
    folder = "bots/b/live/1/recording.mp4"
    keys = [part_key("b", "1", "recording.mp4", start, end) for start, end in ((0, 5), (5, 9), (12, 20))]
    assert copied_bytes(keys, folder) == 9
    assert copied_bytes(keys[1:], folder) == 0
    assert copied_bytes([], folder) == 0
    assert sorted(keys) == keys
