"""What every storage does, on a real folder and on a real S3 service."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.s3_server import S3Server

from roomtone.service.storage.errors import InvalidKey, MissingObject, StorageError
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.storage.port import CHUNK_BYTES, Storage
from roomtone.service.storage.s3 import PART_BYTES, BucketStorage


@pytest.fixture(params=["folder", "bucket"])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, s3: S3Server, new_bucket: Callable[[], str]
) -> Iterator[Storage]:
    """An empty storage of each kind."""
    if request.param == "folder":
        yield FolderStorage(tmp_path / "artifacts")
        return
    bucket = BucketStorage(s3.bucket(new_bucket(), "some/prefix"), retry_s=2.0)
    yield bucket
    bucket.close()


async def read(storage: Storage, key: str, start: int = 0, end: int = 1 << 40) -> bytes:
    """Everything in the range."""
    return b"".join([piece async for piece in storage.open_range(key, start, end)])


@pytest.mark.parametrize("move", [False, True])
@pytest.mark.parametrize("size", [0, 1, 3 * CHUNK_BYTES + 17, 2 * PART_BYTES + 5])
async def test_what_was_put_is_read_back(storage: Storage, tmp_path: Path, move: bool, size: int):
    """Bytes come back as they were, and a moved file is gone from where it was."""
    data = os.urandom(size)
    source = tmp_path / "source"
    source.write_bytes(data)
    assert await storage.put_file("bots/a/video.mp4", source, move=move) == size
    assert source.exists() is not move
    assert await storage.exists("bots/a/video.mp4")
    assert await storage.size("bots/a/video.mp4") == size
    assert await read(storage, "bots/a/video.mp4") == data


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (0, 1), (5, 300_000), (299_999, 300_000), (10, 10**9), (400_000, 500_000)]
)
async def test_a_range_is_exactly_that(storage: Storage, tmp_path: Path, start: int, end: int):
    """A range gives its bytes, in pieces of bounded size, and stops at the object's end."""
    data = os.urandom(300_000)
    (tmp_path / "source").write_bytes(data)
    await storage.put_file("a", tmp_path / "source")
    pieces = [piece async for piece in storage.open_range("a", start, end)]
    assert b"".join(pieces) == data[start:end]
    assert all(0 < len(piece) <= CHUNK_BYTES for piece in pieces)


async def test_a_second_put_replaces_the_first(storage: Storage, tmp_path: Path):
    """Afterwards there are the new bytes alone."""
    source = tmp_path / "source"
    for data in (b"much longer than the second", b"short"):
        source.write_bytes(data)
        await storage.put_file("a/b", source)
    assert await read(storage, "a/b") == b"short"
    assert await storage.keys("a") == ["a/b"]


async def test_deleting_leaves_nothing(storage: Storage, tmp_path: Path):
    """After a delete the key is missing, and a second delete says so."""
    (tmp_path / "source").write_bytes(b"x")
    await storage.put_file("bots/a/b", tmp_path / "source")
    assert await storage.delete("bots/a/b") is True
    assert await storage.delete("bots/a/b") is False
    assert not await storage.exists("bots/a/b")
    with pytest.raises(MissingObject):
        await storage.size("bots/a/b")
    with pytest.raises(MissingObject):
        await read(storage, "bots/a/b")
    with pytest.raises(MissingObject):
        await read(storage, "bots/a/b", 0, 0)


async def test_keys_are_those_below_a_folder(storage: Storage, tmp_path: Path):
    """All of them in order, at any depth, and none of a folder whose name only begins alike."""
    (tmp_path / "source").write_bytes(b"x")
    for key in ("bots/a/z", "bots/a/live/1", "bots/ab/c", "bots/a/a", "other"):
        await storage.put_file(key, tmp_path / "source")
    assert await storage.keys("bots/a") == ["bots/a/a", "bots/a/live/1", "bots/a/z"]
    assert await storage.keys("bots/none") == []


async def test_a_file_that_is_not_there_is_an_error(storage: Storage, tmp_path: Path):
    """Nothing is stored under the key then."""
    with pytest.raises(StorageError):
        await storage.put_file("c", tmp_path / "absent")
    assert not await storage.exists("c")


async def test_no_key_reaches_outside(storage: Storage, tmp_path: Path):
    """Every operation refuses a key with a parent in it."""
    (tmp_path / "source").write_bytes(b"x")
    for operation in (
        storage.put_file("../x", tmp_path / "source"),
        storage.size("../x"),
        storage.exists("../x"),
        storage.delete("../x"),
        storage.keys("../x"),
        storage.link("../x", 60),
        read(storage, "../x"),
    ):
        with pytest.raises(InvalidKey):
            await operation
