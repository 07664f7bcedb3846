"""The folder adapter on a real file system."""

import asyncio
import os
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from roomtone.service.storage.errors import StorageError
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.storage.port import CHUNK_BYTES


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    """Storage in a fresh folder."""
    return FolderStorage(tmp_path / "artifacts")


async def read(storage: FolderStorage, key: str, start: int = 0, end: int = 1 << 40) -> bytes:
    """Everything in the range."""
    return b"".join([piece async for piece in storage.open_range(key, start, end)])


async def test_files_are_private(storage: FolderStorage, tmp_path: Path):
    """Whatever the umask and the source's mode, only the owner may read what is stored."""
    source = tmp_path / "source"
    source.write_bytes(b"x")
    source.chmod(0o644)
    previous = os.umask(0)
    try:
        await storage.put_file("bots/a/b", source)
    finally:
        os.umask(previous)
    root = tmp_path / "artifacts"
    assert stat.S_IMODE((root / "bots/a/b").stat().st_mode) == 0o600
    for folder in (root, root / "bots", root / "bots/a"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_reader_keeps_what_it_opened(storage: FolderStorage, tmp_path: Path):
    """Deleting while somebody downloads does not cut the download."""
    data = os.urandom(4 * CHUNK_BYTES)
    (tmp_path / "source").write_bytes(data)
    await storage.put_file("a", tmp_path / "source")
    reader = storage.open_range("a", 0, len(data))
    first = await anext(reader)
    assert await storage.delete("a")
    assert first + b"".join([piece async for piece in reader]) == data


async def test_deleting_leaves_no_folders(storage: FolderStorage, tmp_path: Path):
    """Folders that became empty go with what they held."""
    (tmp_path / "source").write_bytes(b"x")
    await storage.put_file("bots/a/b", tmp_path / "source")
    await storage.delete("bots/a/b")
    assert not (tmp_path / "artifacts" / "bots").exists()


async def test_neighbours_are_deleted_at_once(storage: FolderStorage, tmp_path: Path):
    """Whichever of a folder's files goes last takes the folder, and none of the others misses it."""
    (tmp_path / "source").write_bytes(b"x")
    for _ in range(25):
        keys = [f"bots/a/b/{number}" for number in range(4)]
        for key in keys:
            await storage.put_file(key, tmp_path / "source")
        assert await asyncio.gather(*map(storage.delete, keys)) == [True] * 4
    assert not (tmp_path / "artifacts" / "bots").exists()


async def test_a_failed_put_leaves_the_file_and_the_old_bytes(storage: FolderStorage, tmp_path: Path):
    """When the target cannot be made, a moved file is back at its place."""
    blocker = tmp_path / "blocker"
    blocker.write_bytes(b"old")
    await storage.put_file("bots", blocker)
    source = tmp_path / "source"
    source.write_bytes(b"new")
    with pytest.raises(StorageError):
        await storage.put_file("bots/a", source, move=True)
    assert source.read_bytes() == b"new"
    assert await read(storage, "bots") == b"old"
    with pytest.raises(StorageError):
        await storage.put_file("c", tmp_path / "absent")


@pytest.fixture
def far_file():
    """A file on another file system than the temporary folder's."""
    if not Path("/dev/shm").is_dir():
        pytest.skip("no second file system")
    with NamedTemporaryFile(dir="/dev/shm", delete=False) as file:
        file.write(b"far away")
    yield Path(file.name)
    Path(file.name).unlink(missing_ok=True)


async def test_a_move_across_file_systems_copies(storage: FolderStorage, far_file: Path):
    """A file on another file system is stored and then removed."""
    await storage.put_file("a", far_file, move=True)
    assert not far_file.exists()
    assert await read(storage, "a") == b"far away"


async def test_leftovers_of_a_crash_are_cleared(tmp_path: Path):
    """What an interrupted put left behind is gone after the next start."""
    FolderStorage(tmp_path / "artifacts")
    leftover = tmp_path / "artifacts" / ".incoming" / "half"
    leftover.write_bytes(b"half")
    FolderStorage(tmp_path / "artifacts")
    assert not leftover.exists()
