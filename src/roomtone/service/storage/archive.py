"""Several stored files as one ZIP archive, made while it is sent, so that its size does not matter."""

from __future__ import annotations

import asyncio
import contextlib
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.service.storage.errors import MissingObject

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable
    from datetime import datetime

    from roomtone.service.storage.port import Storage

_FIRST_YEAR = 1980
"""The earliest that a ZIP archive can say."""


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A stored file and its place in an archive.

    Attributes:
        name: Its path in the archive, with slashes.
        storage_key: Where the storage has it.
        size_bytes: How much of it is taken.
        at: What it is dated with.
        is_packed: Whether it is compressed already, such as a picture.
    """

    name: str
    storage_key: str
    size_bytes: int
    at: datetime
    is_packed: bool


@dataclass(frozen=True, slots=True)
class ArchivedText:
    """A text that is stored nowhere else, and its place in an archive."""

    name: str
    text: str
    at: datetime


async def archive(
    storage: Storage, texts: Iterable[ArchivedText], files: Iterable[ArchivedFile]
) -> AsyncGenerator[bytes, None]:
    """The archive's bytes in pieces. A file that is not in the storage any more is left out."""
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w") as archived:
        for text in texts:
            archived.writestr(_entry(text.name, text.at, is_packed=False), text.text)
        for file in files:
            entry = _entry(file.name, file.at, is_packed=file.is_packed)
            async with contextlib.aclosing(_pieces(storage, file)) as pieces:
                first = await anext(pieces, None)
                if first is None:
                    continue
                with archived.open(entry, "w") as written:
                    await asyncio.to_thread(written.write, first)
                    yield outbox.take()
                    async for piece in pieces:
                        await asyncio.to_thread(written.write, piece)
                        yield outbox.take()
    yield outbox.take()


async def _pieces(storage: Storage, file: ArchivedFile) -> AsyncGenerator[bytes, None]:
    with contextlib.suppress(MissingObject):
        async with contextlib.aclosing(storage.open_range(file.storage_key, 0, file.size_bytes)) as pieces:
            async for piece in pieces:
                yield piece


def _entry(name: str, at: datetime, *, is_packed: bool) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (max(at.year, _FIRST_YEAR), *at.timetuple()[1:6]))
    entry.external_attr = 0o600 << 16
    entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    return entry


class _Outbox:
    """Where the archive is written to, and taken from piece by piece; nobody goes back in it."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, content: bytes) -> int:
        """Take some bytes."""
        self._written += content
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What was written can still be taken."""

    def take(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self._written)
        self._written.clear()
        return taken
