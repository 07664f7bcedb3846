"""Workspaces' own buckets: how to get at them, and which one takes new media."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, select, update

from roomtone.service.store.tables import bots, workspace_storages

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.service.store.database import Database

READ_WRITE = "read_write"
WRITE_ONLY = "write_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoragePlace:
    """Where a workspace's media go; two of the same place are the same storage.

    Attributes:
        provider: ``aws``.
        bucket: The bucket's name.
        region: Such as ``eu-central-1``.
        endpoint_url: URL of an S3-compatible service; None: Amazon's.
        access_mode: ``READ_WRITE`` or ``WRITE_ONLY``.
        prefix: Before every object's name, without slashes around it.
        prefixes: Instead of ``prefix``, for ``audio``, ``video``, ``transcript``, ``metadata``.
    """

    provider: str
    bucket: str
    region: str
    endpoint_url: str | None
    access_mode: str
    prefix: str
    prefixes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceStorage(StoragePlace):
    """A stored configuration.

    Attributes:
        credentials: Sealed; None: taken back, so what lies there is out of reach.
        used_for_new: Whether new media go there.
    """

    id: str
    workspace_id: str
    credentials: str | None = field(repr=False)
    used_for_new: bool
    created_at: datetime
    updated_at: datetime


class WorkspaceStorages:
    """Queries on workspaces' buckets; each method is one transaction and may be called concurrently."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self, workspace_id: str, place: StoragePlace, seal: Callable[[str], str]
    ) -> WorkspaceStorage:
        """Send new media of a workspace to a place; what lies elsewhere stays there and can be read.

        A place in the same bucket that is known already takes the new credentials and keeps its id, so that
        what lies there is read with them.

        Args:
            workspace_id: Whose.
            place: Where to.
            seal: Gives the credentials, sealed to the id.
        """
        now = datetime.now(UTC)
        same = (
            workspace_storages.c.workspace_id == workspace_id,
            workspace_storages.c.bucket == place.bucket,
            workspace_storages.c.endpoint_url.is_(None)
            if place.endpoint_url is None
            else workspace_storages.c.endpoint_url == place.endpoint_url,
        )
        values = {name: getattr(place, name) for name in StoragePlace.__slots__} | {
            "used_for_new": True,
            "updated_at": now,
        }
        async with self._database.write() as transaction:
            connection = transaction.connection
            await connection.execute(
                update(workspace_storages)
                .where(workspace_storages.c.workspace_id == workspace_id)
                .values(used_for_new=False)
            )
            known = (await connection.execute(select(workspace_storages.c.id).where(*same))).scalar()
            storage_id = known or str(uuid.uuid4())
            values["credentials"] = seal(storage_id)
            if known:
                change = (
                    update(workspace_storages).where(workspace_storages.c.id == storage_id).values(values)
                )
                await connection.execute(change)
            else:
                values |= {"id": storage_id, "workspace_id": workspace_id, "created_at": now}
                await connection.execute(workspace_storages.insert().values(values))
            row = await connection.execute(
                select(workspace_storages).where(workspace_storages.c.id == storage_id)
            )
            return _to_storage(row.mappings().one())

    async def current(self, workspace_id: str) -> WorkspaceStorage | None:
        """Where a workspace's new media go; None: to the server's own storage."""
        query = select(workspace_storages).where(
            workspace_storages.c.workspace_id == workspace_id, workspace_storages.c.used_for_new
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _to_storage(row)

    async def of_bot(self, bot_id: str) -> WorkspaceStorage | None:
        """Where a bot's new media go; None: to the server's own storage."""
        query = (
            select(workspace_storages)
            .join(bots, bots.c.workspace_id == workspace_storages.c.workspace_id)
            .where(bots.c.id == bot_id, workspace_storages.c.used_for_new)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _to_storage(row)

    async def get(self, storage_id: str) -> WorkspaceStorage | None:
        """One by its id, used for new media or not."""
        query = select(workspace_storages).where(workspace_storages.c.id == storage_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _to_storage(row)

    async def forget_credentials(self, workspace_id: str, provider: str) -> bool:
        """Delete every credential of a workspace for a provider; whether new media went there."""
        mine = (
            workspace_storages.c.workspace_id == workspace_id,
            workspace_storages.c.provider == provider,
        )
        used = select(workspace_storages.c.id).where(*mine, workspace_storages.c.used_for_new)
        async with self._database.write() as transaction:
            was_used = (await transaction.connection.execute(used)).first() is not None
            await transaction.connection.execute(
                update(workspace_storages)
                .where(*mine)
                .values(credentials=None, used_for_new=False, updated_at=datetime.now(UTC))
            )
        return was_used


def _to_storage(row: RowMapping) -> WorkspaceStorage:
    return WorkspaceStorage(**dict(row))
