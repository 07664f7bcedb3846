"""Errors of the storage.

RoomtoneError
└── StorageError
    ├── InvalidKey        a key that names nothing this storage may hold
    ├── MissingObject     nothing lies under this key; becomes HTTP 404
    └── StorageFull       no space is left; free some and the work is tried again
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class StorageError(RoomtoneError):
    """The storage could not do what was asked."""


class InvalidKey(StorageError):
    """A key that names nothing this storage may hold."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key!r} is no storage key: use parts of letters, digits, '.', '_' and '-' joined by '/'"
        )
        self.key = key


class MissingObject(StorageError):
    """Nothing lies under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"nothing is stored under {key!r}")
        self.key = key


class StorageFull(StorageError):
    """No space is left in the storage."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no space is left to store {key!r}; free some space, the work is tried again")
        self.key = key
