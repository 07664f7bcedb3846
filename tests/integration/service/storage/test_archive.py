"""Stored files as one archive that is made while it is sent."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from roomtone.service.storage.archive import ArchivedFile, ArchivedText, archive
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.storage.port import CHUNK_BYTES

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
NOISE = random.Random(3).randbytes(3 * CHUNK_BYTES + 17)


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    """A folder as storage."""
    return FolderStorage(tmp_path / "storage")


async def _stored(storage: FolderStorage, tmp_path: Path, name: str, content: bytes) -> ArchivedFile:
    (tmp_path / "file").write_bytes(content)
    await storage.put_file(f"a/{name}", tmp_path / "file")
    return ArchivedFile(f"in/{name}", f"a/{name}", len(content), AT, is_packed=name.endswith(".png"))


async def test_what_is_archived_comes_out_again(storage: FolderStorage, tmp_path: Path):
    """Files of several pieces, packed or not, and texts are whole, in order and dated."""
    files = [
        await _stored(storage, tmp_path, "noise.png", NOISE),
        await _stored(storage, tmp_path, "words.log", b"the same again " * 100_000),
    ]
    pieces = [piece async for piece in archive(storage, [ArchivedText("a.json", "{}", AT)], files)]
    assert max(len(piece) for piece in pieces) < 2 * CHUNK_BYTES, "it is never all in memory"
    content = b"".join(pieces)
    assert len(content) < len(NOISE) + 100_000, "words are packed"
    with zipfile.ZipFile(io.BytesIO(content)) as archived:
        assert archived.testzip() is None
        assert archived.namelist() == ["a.json", "in/noise.png", "in/words.log"]
        assert archived.read("in/noise.png") == NOISE
        assert archived.read("in/words.log") == b"the same again " * 100_000
        assert {info.date_time for info in archived.infolist()} == {(2026, 3, 14, 15, 9, 26)}


async def test_a_missing_file_is_left_out(storage: FolderStorage, tmp_path: Path):
    """The files before and after it are there."""
    files = [await _stored(storage, tmp_path, name, b"content") for name in ("a", "b", "c")]
    await storage.delete("a/b")
    content = b"".join([piece async for piece in archive(storage, [], files)])
    with zipfile.ZipFile(io.BytesIO(content)) as archived:
        assert archived.testzip() is None
        assert archived.namelist() == ["in/a", "in/c"]


@pytest.mark.parametrize("n_pieces", [1, 2, 3])
async def test_whoever_stops_reading_leaves_nothing_open(
    storage: FolderStorage, tmp_path: Path, n_pieces: int
):
    """A download that is broken off in the middle of a file ends without an error."""
    pieces = archive(storage, [], [await _stored(storage, tmp_path, "noise.png", NOISE)])
    for _ in range(n_pieces):
        await anext(pieces)
    await pieces.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(pieces)
