"""All storages behind one port: the data folder, the server's bucket, and every workspace's own.

New objects of a bot go to its workspace's bucket, else to the server's bucket, else to the data folder. Where
each lies is noted before it is written, and read there ever after: nothing is moved when that changes.
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from roomtone.outbound.errors import OutboundError
from roomtone.outbound.resolve import resolve
from roomtone.outbound.tunnel import GuardedTunnel
from roomtone.profiles.key import sealing_key
from roomtone.profiles.sealing import seal_text, unseal_text
from roomtone.service.storage.errors import BucketUnusable, OutOfReach
from roomtone.service.storage.object_names import object_key
from roomtone.service.storage.port import bot_of_key, check_key
from roomtone.service.storage.s3 import Bucket, BucketStorage
from roomtone.service.storage.server_bucket import bucket_of, storage_id, try_bucket
from roomtone.service.store.errors import UnknownBot
from roomtone.service.store.placements import Placement
from roomtone.service.store.workspace_storages import WRITE_ONLY, StoragePlace, WorkspaceStorage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from roomtone.config import Settings
    from roomtone.outbound.policy import AddressPolicy
    from roomtone.service.storage.folder import FolderStorage
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

_RESOLVE_S = 5.0
_TRUSTED_S = 60.0
"""How long a workspace's endpoint is used before its addresses are looked at again."""
_PORTS = {"https": 443, "http": 80}


class Storages:
    """Implements ``Storage`` and ``WorkspaceBuckets``; close it when nothing uses it any more.

    Reads of what a workspace keeps in a write-only bucket raise ``WriteOnly``; where its credentials were
    taken back, everything raises ``OutOfReach``. Storing something for a bot whose data are deleted or about
    to be raises ``UnknownBot``, and leaves nothing.

    Workspaces' buckets are reached through a tunnel that checks every address at connect time: the library
    dials by itself, and follows redirects.

    Args:
        folder: The data folder's storage.
        store: Where it is noted what lies where.
        settings: The process's settings.
        policy: What a workspace's ``endpoint_url`` may lead to.
    """

    def __init__(
        self, folder: FolderStorage, store: Store, settings: Settings, policy: AddressPolicy
    ) -> None:
        self._folder = folder
        self._store = store
        self._settings = settings
        self._policy = policy
        self._tunnel = GuardedTunnel(policy)
        self._server_id = storage_id(settings)
        if self._server_id is not None:
            bucket_of(settings, self._server_id)
        self._open: dict[str, tuple[Bucket, BucketStorage]] = {}
        self._trusted_until_s: dict[str, float] = {}

    def close(self) -> None:
        """Let every thread end, and every connection to workspaces' buckets."""
        self._tunnel.close()
        for _, storage in self._open.values():
            storage.close()
        self._open.clear()

    async def put_file(self, key: str, path: Path, *, move: bool = False) -> int:
        """See ``Storage.put_file``."""
        check_key(key)
        bot_id = bot_of_key(key)
        await self._check_open(bot_id)
        placement = await self._placement_for(key, bot_id)
        if placement is None:
            size = await self._folder.put_file(key, path, move=move)
        else:
            bucket = await self._bucket(placement.storage_id)
            size = await bucket.put_file(placement.object_key, path, move=move)
        try:
            await self._check_open(bot_id)
        except UnknownBot:
            await self.delete(key)
            raise
        return size

    async def size(self, key: str) -> int:
        """See ``Storage.size``."""
        storage, there = await self._place(key)
        return await storage.size(there)

    async def exists(self, key: str) -> bool:
        """See ``Storage.exists``."""
        storage, there = await self._place(key)
        return await storage.exists(there)

    async def open_range(self, key: str, start: int, end_exclusive: int) -> AsyncGenerator[bytes, None]:
        """See ``Storage.open_range``."""
        storage, there = await self._place(key)
        async with contextlib.aclosing(storage.open_range(there, start, end_exclusive)) as pieces:
            async for piece in pieces:
                yield piece

    async def delete(self, key: str) -> bool:
        """See ``Storage.delete``; wherever it may lie."""
        check_key(key)
        was_there = await self._folder.delete(key)
        placement = await self._store.placements.find(key)
        if placement is not None:
            bucket = await self._bucket(placement.storage_id)
            was_there = await bucket.delete(placement.object_key) or was_there
            await self._store.placements.forget(key)
        elif self._server_id is not None:
            was_there = await (await self._bucket(self._server_id)).delete(key) or was_there
        return was_there

    async def keys(self, folder: str) -> list[str]:
        """See ``Storage.keys``: also what was only begun to be written; of ``folder_of(bot_id)`` or below."""
        found = set(await self._folder.keys(folder))
        placed = await self._store.placements.below(bot_of_key(f"{folder}/-"))
        found.update(key for key in placed if key.startswith(f"{folder}/"))
        if self._server_id is not None:
            # What a restored database has forgotten is found as well.
            found.update(await (await self._bucket(self._server_id)).keys(folder))
        return sorted(found)

    async def link(self, key: str, expires_s: int) -> str | None:
        """See ``Storage.link``."""
        storage, there = await self._place(key)
        return await storage.link(there, expires_s)

    async def bucket_of(self, bot_id: str) -> str | None:
        """The storage id of the bucket that new objects of a bot go to; None: to the data folder."""
        own = await self._store.workspace_storages.of_bot(bot_id)
        return self._server_id if own is None else own.id

    async def configure(
        self, workspace_id: str, place: StoragePlace, key_id: str, secret: str
    ) -> WorkspaceStorage:
        """See ``WorkspaceBuckets.configure``."""
        await self._check_address(place)
        bucket = _bucket(place, key_id, secret, await self._tunnel.url())
        trial = BucketStorage(bucket, retry_s=2.0)
        try:
            for prefix in dict.fromkeys((place.prefix, *place.prefixes.values())):
                await try_bucket(trial, prefix)
        finally:
            trial.close()
        credentials = json.dumps([key_id, secret])
        key = sealing_key(self._settings)
        return await self._store.workspace_storages.put(
            workspace_id, place, lambda made_id: seal_text(credentials, key, _purpose(made_id))
        )

    async def _check_open(self, bot_id: str) -> None:
        if bot_id and await self._store.placements.is_closed(bot_id):
            raise UnknownBot(bot_id)

    async def _placement_for(self, key: str, bot_id: str) -> Placement | None:
        """Where a key is to be written, noted; None: in the folder."""
        known = await self._store.placements.find(key)
        if known is not None and await self._is_within_reach(known.storage_id):
            return known
        own = await self._store.workspace_storages.of_bot(bot_id) if bot_id else None
        if own is not None:
            placement = Placement(key, bot_id, own.id, object_key(own.prefix, own.prefixes, key))
        elif self._server_id is not None:
            placement = Placement(key, bot_id, self._server_id, key)
        else:
            if known is not None:
                await self._store.placements.forget(key)
            return None
        await self._store.placements.put(placement)
        return placement

    async def _is_within_reach(self, where: str) -> bool:
        try:
            await self._bucket(where)
        except OutOfReach:
            return False
        return True

    async def _place(self, key: str) -> tuple[FolderStorage | BucketStorage, str]:
        check_key(key)
        placement = await self._store.placements.find(key)
        if placement is None:
            return self._folder, key
        return await self._bucket(placement.storage_id), placement.object_key

    async def _bucket(self, where: str) -> BucketStorage:
        """An open bucket; one whose credentials or place changed is opened anew."""
        if where.startswith("s3://"):
            return self._opened(where, bucket_of(self._settings, where))
        own = await self._store.workspace_storages.get(where)
        if own is None or own.credentials is None:
            raise OutOfReach
        try:
            key_id, secret = json.loads(
                unseal_text(own.credentials, sealing_key(self._settings), _purpose(own.id))
            )
        except ValueError as problem:
            raise BucketUnusable(
                f"the credentials of the workspace's bucket cannot be read: {problem}; "
                "configure the bucket again (PUT /api/v1/admin/configs?config_type=storage)"
            ) from None
        bucket = _bucket(own, key_id, secret, await self._tunnel.url())
        if self._trusted_until_s.get(bucket.service, 0.0) < time.monotonic():
            await self._check_address(own)
            self._trusted_until_s[bucket.service] = time.monotonic() + _TRUSTED_S
        return self._opened(where, bucket)

    def _opened(self, where: str, bucket: Bucket) -> BucketStorage:
        known = self._open.get(where)
        if known is not None and known[0] == bucket:
            return known[1]
        # A former one is not closed: somebody may be reading from it. Its threads end with its last user.
        storage = BucketStorage(bucket)
        self._open[where] = (bucket, storage)
        return storage

    async def _check_address(self, place: StoragePlace) -> None:
        """Refuse a workspace's endpoint that leads where it must not, with words; the tunnel has none."""
        url = urlsplit(_bucket(place, "", "", None).service)
        host = url.hostname or ""
        try:
            await resolve(host, url.port or _PORTS[url.scheme], self._policy, _RESOLVE_S)
        except OutboundError as problem:
            raise BucketUnusable(f"endpoint_url: {problem}") from None


def _bucket(place: StoragePlace, key_id: str, secret: str, proxy_url: str | None) -> Bucket:
    return Bucket(
        place.bucket,
        "",
        place.region,
        place.endpoint_url,
        key_id,
        secret,
        proxy_url,
        write_only=place.access_mode == WRITE_ONLY,
    )


def _purpose(made_id: str) -> str:
    return f"workspace storage {made_id}"
