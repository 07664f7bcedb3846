"""The server's own bucket, as its settings name it, and a trial of any bucket."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from roomtone.config import UnusableSetting
from roomtone.service.storage.errors import BucketUnusable, StorageError
from roomtone.service.storage.s3 import Bucket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.config import Settings
    from roomtone.service.storage.s3 import BucketStorage

_SCHEME = "s3://"
_PROBE = b"roomtone was here"


def storage_id(settings: Settings) -> str | None:
    """What names the server's bucket among storages: its URL; None when there is none."""
    return None if settings.storage_url is None else settings.storage_url.rstrip("/")


def bucket_of(settings: Settings, url: str) -> Bucket:
    """How to get at a bucket of the server's: today's, or a former one, with today's credentials.

    Raises:
        UnusableSetting: If there is an access key id without its secret, or the other way round.
    """
    name, _, prefix = url.removeprefix(_SCHEME).rstrip("/").partition("/")
    secret = settings.storage_secret
    if (settings.storage_key_id is None) is not (secret is None):
        raise UnusableSetting("ROOMTONE_STORAGE_KEY_ID and ROOMTONE_STORAGE_SECRET: set both, or neither")
    return Bucket(
        name,
        prefix,
        settings.storage_region,
        settings.storage_endpoint_url.rstrip("/") if settings.storage_endpoint_url else None,
        settings.storage_key_id,
        None if secret is None else secret.get_secret_value(),
    )


async def try_bucket(storage: BucketStorage, folder: str) -> None:
    """Write a small object below a folder, read it, list it and delete it; less where we may only write.

    In a write-only bucket a refused deletion is let pass, and the object stays: such a key may have no right
    to delete.

    Args:
        storage: The bucket.
        folder: A key below which nothing of ours lies.

    Raises:
        BucketUnusable: With what to do; of which step it is said first.
    """
    key = f"{folder}/roomtone-probe-{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix="roomtone-probe-") as temporary:
        path = Path(temporary) / "probe"
        path.write_bytes(_PROBE)
        with _during("writing an object"):
            await storage.put_file(key, path)
    if storage.bucket.write_only:
        with contextlib.suppress(StorageError):
            await storage.delete(key)
        return
    with _during("reading an object"):
        async with contextlib.aclosing(storage.open_range(key, 0, len(_PROBE))) as pieces:
            read = b"".join([piece async for piece in pieces])
        if read != _PROBE:
            raise BucketUnusable("the bucket gave other bytes than it was given")
    with _during("listing objects"):
        if key not in await storage.keys(folder):
            raise BucketUnusable("the bucket does not list what was written to it")
    with _during("deleting an object"):
        await storage.delete(key)


@contextlib.contextmanager
def _during(step: str) -> Iterator[None]:
    try:
        yield
    except StorageError as problem:
        raise BucketUnusable(f"{step} failed: {problem}") from None
