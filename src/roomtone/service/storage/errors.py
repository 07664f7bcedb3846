"""Errors of the storage.

RoomtoneError
└── StorageError
    ├── InvalidKey        a key that names nothing this storage may hold
    ├── MissingObject     nothing lies under this key; becomes HTTP 404
    ├── StorageFull       no space is left; free some and the work is tried again
    ├── WriteOnly         the bucket's owner lets us write and not read; becomes HTTP 403
    ├── OutOfReach        the bucket's credentials were taken back; becomes HTTP 403
    └── BucketUnusable    the bucket is missing, refuses us or cannot be reached; the text says what to do
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


class WriteOnly(StorageError):
    """A read of a bucket that we may only write to."""

    def __init__(self) -> None:
        super().__init__(
            "This media lies in the workspace's own bucket, whose access_mode is write_only: "
            "read it from the bucket."
        )


class OutOfReach(StorageError):
    """A bucket whose credentials the workspace has taken back."""

    def __init__(self) -> None:
        super().__init__(
            "This media lies in the workspace's own bucket, whose storage configuration was deleted: "
            "read it from the bucket, or configure the bucket again."
        )


class BucketUnusable(StorageError):
    """The bucket does not work; the text says what to do."""
