"""The bucket adapter of the storage port: any S3-compatible service, through obstore.

Only obstore's synchronous half is used, in threads of our own: its asynchronous half can abort the
interpreter while it exits.
"""

from __future__ import annotations

import asyncio
import mimetypes
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import obstore
from obstore.store import S3Store

from roomtone.service.storage.bucket_errors import told
from roomtone.service.storage.errors import BucketUnusable, MissingObject, StorageError, WriteOnly
from roomtone.service.storage.port import CHUNK_BYTES, check_key

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

PART_BYTES = 8 * 1024 * 1024
"""Larger files go up in parts of this size, or of more when there would be too many."""
MOST_PARTS = 9_000
PARTS_AT_ONCE = 2
READ_BYTES = 4 * 1024 * 1024
"""How much one request of a download asks for, and so what a reader holds in memory."""
_THREADS = 4
"""Of a bucket, so that one that hangs holds nobody else's."""
_CONNECT_S = 5
_REQUEST_S = 120
"""Longest time of one request: a part of 8 MiB still gets through at 70 kB/s."""
QUIET_S = 15.0
"""Longest time without a byte of an answer, where no file goes up: while one does, nothing comes."""
_RETRY_S = 30
_RETRIES = 4

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and how to get at it.

    Attributes:
        name: The bucket's name.
        prefix: Before every key, without slashes around it; empty for none.
        region: Such as ``eu-central-1``.
        endpoint: URL of the service; None: Amazon's in the region.
        key_id: Access key id; None: what the environment or the machine's role gives.
        secret: Its secret; None with ``key_id``.
        proxy_url: HTTP proxy through which the service is reached; None: none but the environment's.
        write_only: We may not read: reads raise ``WriteOnly``, and an upload is proved by its answer alone.
    """

    name: str
    prefix: str = ""
    region: str = "us-east-1"
    endpoint: str | None = None
    key_id: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    proxy_url: str | None = field(default=None, repr=False)
    write_only: bool = False

    @property
    def service(self) -> str:
        """URL of the service; stated always, or an ``AWS_ENDPOINT_URL`` of the process would count."""
        return self.endpoint or f"https://s3.{self.region}.amazonaws.com"


class BucketStorage:
    """Objects in a bucket; requests are retried with backoff for half a minute, then fail as our errors.

    Every request signs the SHA-256 of its bytes, so that the service refuses what was damaged on the way;
    after an upload the object's size and ETag are asked for and compared.

    Args:
        bucket: Which, and how to get at it.
        retry_s: How long one request is retried.
        quiet_s: See ``QUIET_S``.
    """

    def __init__(self, bucket: Bucket, *, retry_s: float = _RETRY_S, quiet_s: float = QUIET_S) -> None:
        self.bucket = bucket
        self._quiet_s = quiet_s
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="bucket")
        self._retry_s = retry_s
        self._made: dict[float, S3Store] = {}

    def close(self) -> None:
        """Let the threads end once they are done."""
        self._threads.shutdown(wait=False)

    async def put_file(self, key: str, path: Path, *, move: bool = False) -> int:
        """See ``Storage.put_file``; holds a few parts in memory, whatever the file's size."""
        check_key(key)
        return await self._run(key, lambda store: self._put(store, key, path, move), quiet_s=_REQUEST_S)

    async def size(self, key: str) -> int:
        """See ``Storage.size``."""
        return int((await self._head(key))["size"])

    async def exists(self, key: str) -> bool:
        """See ``Storage.exists``."""
        try:
            await self._head(key)
        except MissingObject:
            return False
        return True

    async def open_range(self, key: str, start: int, end_exclusive: int) -> AsyncGenerator[bytes, None]:
        """See ``Storage.open_range``; asks for ``READ_BYTES`` at a time, of the same version."""
        meta = await self._head(key)
        position, end = start, min(end_exclusive, int(meta["size"]))
        while position < end:
            block = await self._block(key, meta["e_tag"], position, min(end, position + READ_BYTES))
            if not block:
                raise StorageError(f"{key!r} ended before its size")
            for offset in range(0, len(block), CHUNK_BYTES):
                yield block[offset : offset + CHUNK_BYTES]
            position += len(block)

    async def delete(self, key: str) -> bool:
        """See ``Storage.delete``; a write-only bucket is not asked what was there, so it is True."""
        check_key(key)
        if not self.bucket.write_only and not await self.exists(key):
            # A missing bucket looks like a missing object to HEAD, and is told apart by the deletion.
            await self._run(key, lambda store: obstore.delete(store, key))
            return False
        await self._run(key, lambda store: obstore.delete(store, key))
        if not self.bucket.write_only and await self.exists(key):
            raise StorageError(
                f"{key!r} is still there after its deletion; look at the bucket's object locks"
            )
        return True

    async def keys(self, folder: str) -> list[str]:
        """See ``Storage.keys``."""
        check_key(folder)
        return await self._run(
            folder,
            lambda store: sorted(item["path"] for page in store.list(f"{folder}/") for item in page),
        )

    async def link(self, key: str, expires_s: int) -> str:
        """See ``Storage.link``: a presigned GET; whether the object is there is not looked at."""
        check_key(key)
        if self.bucket.write_only:
            raise WriteOnly
        lifetime = timedelta(seconds=expires_s)
        return await self._run(key, lambda store: obstore.sign(store, "GET", key, lifetime))

    async def _head(self, key: str) -> Any:
        check_key(key)
        if self.bucket.write_only:
            raise WriteOnly
        return await self._run(key, lambda store: obstore.head(store, key))

    async def _block(self, key: str, etag: str | None, start: int, end: int) -> bytes:
        def get(store: S3Store) -> bytes:
            options: Any = {"range": (start, end)} | ({"if_match": etag} if etag else {})
            return bytes(obstore.get(store, key, options=options).bytes())

        return await self._run(key, get)

    async def _run(self, key: str, work: Callable[[S3Store], _T], *, quiet_s: float | None = None) -> _T:
        def attempt() -> _T:
            try:
                return work(self._store(quiet_s or self._quiet_s))
            except StorageError:
                raise
            except OSError as problem:
                if isinstance(problem, FileNotFoundError) and problem.filename is None:
                    raise told(problem, key, self.bucket.name, self.bucket.service) from None
                raise StorageError(f"cannot store {key!r}: {problem.strerror or problem}") from problem
            except obstore.exceptions.BaseError as problem:
                raise told(problem, key, self.bucket.name, self.bucket.service) from None
            except ValueError as problem:
                raise BucketUnusable(f"the bucket {self.bucket.name!r} cannot be opened: {problem}") from None

        return await asyncio.get_running_loop().run_in_executor(self._threads, attempt)

    def _put(self, store: S3Store, key: str, path: Path, move: bool) -> int:
        size = path.stat().st_size
        kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
        result = obstore.put(
            store,
            key,
            path,
            attributes={"Content-Type": kind},
            use_multipart=size > PART_BYTES,
            chunk_size=max(PART_BYTES, -(-size // MOST_PARTS)),
            max_concurrency=PARTS_AT_ONCE,
        )
        if not self.bucket.write_only:
            stored = obstore.head(self._store(self._quiet_s), key)
            if stored["size"] != size or stored["e_tag"] != result["e_tag"]:
                raise StorageError(f"{key!r} is not in the bucket as it was sent; it is tried again")
        if move:
            path.unlink(missing_ok=True)
        return size

    def _store(self, quiet_s: float) -> S3Store:
        # Two threads may both make one; either serves.
        if quiet_s not in self._made:
            self._made[quiet_s] = _open(self.bucket, self._retry_s, quiet_s)
        return self._made[quiet_s]


def _open(bucket: Bucket, retry_s: float, quiet_s: float) -> S3Store:
    config: Any = {
        "region": bucket.region,
        "endpoint": bucket.service,
        "aws_endpoint_url_s3": bucket.service,
        "disable_bulk_delete": True,  # not every service knows it
        "disable_tagging": True,
    }
    explicit: Any = None
    if bucket.key_id is not None:
        key = {"access_key_id": bucket.key_id, "secret_access_key": bucket.secret, "token": None}
        # Not in the configuration: there a session token of the process's environment would go with it.
        explicit = lambda: {**key, "expires_at": None}  # noqa: E731
    client: Any = {
        "allow_http": bucket.service.startswith("http://"),
        "connect_timeout": timedelta(seconds=_CONNECT_S),
        "timeout": timedelta(seconds=_REQUEST_S),
        "read_timeout": timedelta(seconds=quiet_s),
    }
    if bucket.proxy_url is not None:
        client["proxy_url"] = bucket.proxy_url
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        config=config,
        client_options=client,
        retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=retry_s)},
        credential_provider=explicit,
    )
