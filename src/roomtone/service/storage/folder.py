"""The folder adapter of the storage port: a key is a path below one folder."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import shutil
from io import FileIO
from typing import TYPE_CHECKING

from roomtone.acquiring import acquire_in_thread
from roomtone.service.storage.errors import MissingObject, StorageError, StorageFull
from roomtone.service.storage.port import CHUNK_BYTES, check_key

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

_INCOMING = ".incoming"


class FolderStorage:
    """Files below a folder, readable by their owner alone (folders 0700, files 0600).

    A file is written or moved to ``.incoming`` first, flushed to the disk, and renamed into place: readers
    see all of it or nothing, also after a power cut.

    Args:
        root: The folder; made when it is missing.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / _INCOMING
        _make_private(root)
        _make_private(self._incoming)
        for leftover in self._incoming.iterdir():
            leftover.unlink()

    async def put_file(self, key: str, path: Path, *, move: bool = False) -> int:
        """See ``Storage.put_file``; a move within one file system costs no copy."""
        return await asyncio.to_thread(self._put, key, path, move)

    async def size(self, key: str) -> int:
        """See ``Storage.size``."""
        try:
            return (await asyncio.to_thread(self._path(key).stat)).st_size
        except (FileNotFoundError, NotADirectoryError):
            raise MissingObject(key) from None

    async def exists(self, key: str) -> bool:
        """See ``Storage.exists``."""
        return await asyncio.to_thread(self._path(key).is_file)

    async def open_range(self, key: str, start: int, end_exclusive: int) -> AsyncGenerator[bytes, None]:
        """See ``Storage.open_range``; the file is closed when the iterator is."""
        path = self._path(key)
        try:
            file = await acquire_in_thread(lambda: path.open("rb", 0), FileIO.close)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise MissingObject(key) from None
        try:
            position = start
            while position < end_exclusive:
                wanted = min(CHUNK_BYTES, end_exclusive - position)
                piece = await asyncio.to_thread(os.pread, file.fileno(), wanted, position)
                if not piece:
                    return
                position += len(piece)
                yield piece
        finally:
            file.close()

    async def delete(self, key: str) -> bool:
        """See ``Storage.delete``; folders that became empty go with it."""
        return await asyncio.to_thread(self._delete, self._path(key))

    async def keys(self, folder: str) -> list[str]:
        """See ``Storage.keys``."""
        return await asyncio.to_thread(self._keys, self._path(folder))

    async def link(self, key: str, expires_s: int) -> None:  # noqa: ARG002  the port's signature
        """None: a folder has no URLs of its own."""
        check_key(key)

    def _keys(self, folder: Path) -> list[str]:
        files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        return sorted(path.relative_to(self._root).as_posix() for path in files)

    def _path(self, key: str) -> Path:
        return self._root.joinpath(*check_key(key))

    def _put(self, key: str, source: Path, move: bool) -> int:
        target = self._path(key)
        incoming = self._incoming / secrets.token_hex(16)
        moved = False
        try:
            moved = move and _rename_here(source, incoming)
            if not moved:
                _copy(source, incoming)
            incoming.chmod(0o600)
            _sync(incoming)
            size = incoming.stat().st_size
            self._publish(incoming, target)
        except OSError as problem:
            _give_back(incoming, source if moved else None)
            if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StorageFull(key) from problem
            raise StorageError(f"cannot store {key!r}: {problem.strerror or problem}") from problem
        if move and not moved:
            source.unlink(missing_ok=True)
        return size

    def _publish(self, incoming: Path, target: Path) -> None:
        missing = [parent for parent in target.parents if not parent.exists()]
        for parent in reversed(missing):
            _make_private(parent)
            _sync(parent.parent)
        incoming.replace(target)
        _sync(target.parent)

    def _delete(self, path: Path) -> bool:
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        # Whoever deletes its neighbour at this moment may have taken the empty folder away already.
        with contextlib.suppress(FileNotFoundError):
            _sync(path.parent)
        for parent in path.parents:
            if parent == self._root:
                break
            try:
                parent.rmdir()
            except OSError:
                break
        return True


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _rename_here(source: Path, target: Path) -> bool:
    try:
        source.rename(target)
    except OSError as problem:
        if problem.errno == errno.EXDEV:
            return False
        raise
    return True


def _copy(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    shutil.copyfile(source, target)


def _give_back(incoming: Path, source: Path | None) -> None:
    with contextlib.suppress(OSError):
        if source is None:
            incoming.unlink(missing_ok=True)
        elif incoming.exists():
            incoming.rename(source)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
