"""Where finished artifacts lie: keys and bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from roomtone.service.storage.errors import InvalidKey

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from roomtone.service.store.workspace_storages import StoragePlace, WorkspaceStorage

CHUNK_BYTES = 256 * 1024
"""Longest piece that ``open_range`` yields."""
_MAX_KEY_LENGTH = 512
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


def check_key(key: str) -> tuple[str, ...]:
    """The parts of a key such as ``bots/<bot id>/video.mp4``.

    A part starts with no dot, so that no key can name a parent, a hidden file or a temporary one.

    Raises:
        InvalidKey: If it is no key.
    """
    parts = tuple(key.split("/"))
    if len(key) > _MAX_KEY_LENGTH or not all(_PART.fullmatch(part) for part in parts):
        raise InvalidKey(key)
    return parts


def folder_of(bot_id: str) -> str:
    """The key under which everything of a bot lies, itself no object's."""
    return f"bots/{bot_id}"


def bot_of_key(key: str) -> str:
    """The bot whose object a key names; empty when it is no bot's."""
    parts = key.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "bots" else ""


class Storage(Protocol):
    """Keeps whole files under keys; a key is visible only once all of its bytes are safe.

    Every method may be called concurrently and raises ``InvalidKey`` for what is no key and ``StorageError``
    when the storage fails.
    """

    async def put_file(self, key: str, path: Path, *, move: bool = False) -> int:
        """Store a file's bytes, replacing what lay there at once, and give their number.

        Args:
            key: Where to.
            path: A finished file; nobody writes to it any more.
            move: The file is not needed afterwards: it may be renamed into place instead of copied, and is
                gone when this returns, which is once the storage has confirmed all bytes. A failed move
                leaves it where it was.
        """

    async def size(self, key: str) -> int:
        """Bytes under the key; raises ``MissingObject`` when there is nothing."""

    async def exists(self, key: str) -> bool:
        """Whether something lies under the key."""

    def open_range(self, key: str, start: int, end_exclusive: int) -> AsyncGenerator[bytes, None]:
        """The bytes from ``start`` to before ``end_exclusive`` in pieces of at most ``CHUNK_BYTES``.

        Ends early when the object does. What was opened never mixes with what replaces it: a folder's reader
        keeps what it opened, a bucket's fails in the middle. Raises ``MissingObject`` at the first piece when
        there is nothing. Whoever may not read it to its end closes it (``contextlib.aclosing``), and with it
        what it opened.
        """

    async def delete(self, key: str) -> bool:
        """Remove what lies under the key; False when there was nothing."""

    async def keys(self, folder: str) -> list[str]:
        """Every key below ``<folder>/``, sorted."""

    async def link(self, key: str, expires_s: int) -> str | None:
        """A URL that gives the object to whoever has it for so long; None when there can be none."""


class WorkspaceBuckets(Protocol):
    """Workspaces' own buckets."""

    async def configure(
        self, workspace_id: str, place: StoragePlace, key_id: str, secret: str
    ) -> WorkspaceStorage:
        """Try a bucket, and send a workspace's new media there from now on.

        Raises:
            BucketUnusable: If the trial failed; the text says what to do. Nothing was changed.
        """
