"""Placements: which bucket holds which stored object. What has none lies in the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from roomtone.service.store.tables import bots, stored_objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.service.store.database import Database


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an object lies, or is about to.

    Attributes:
        key: Its key in the storage port.
        bot_id: Whose it is.
        storage_id: A workspace storage's id, or the server's bucket as ``s3://bucket/prefix``.
        object_key: Its name in the bucket.
    """

    key: str
    bot_id: str
    storage_id: str
    object_key: str


class Placements:
    """Queries on placements; each method is one transaction and may be called concurrently."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, key: str) -> Placement | None:
        """Where an object lies; None: in the data folder, if anywhere."""
        query = select(*_COLUMNS).where(stored_objects.c.key == key)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Placement(*row)

    async def put(self, placement: Placement) -> None:
        """Note where an object is about to be written, before it is: what is cut short is found again."""
        values = {name: getattr(placement, name) for name in Placement.__slots__}
        values["created_at"] = datetime.now(UTC)
        async with self._database.write() as transaction:
            same = stored_objects.c.key == placement.key
            await transaction.connection.execute(delete(stored_objects).where(same))
            await transaction.connection.execute(stored_objects.insert().values(values))

    async def forget(self, key: str) -> None:
        """The object is no longer there."""
        async with self._database.write() as transaction:
            await transaction.connection.execute(delete(stored_objects).where(stored_objects.c.key == key))

    async def below(self, bot_id: str) -> Sequence[str]:
        """The keys of a bot's objects that lie in buckets, in order."""
        query = select(stored_objects.c.key).where(stored_objects.c.bot_id == bot_id)
        async with self._database.read() as connection:
            return (await connection.execute(query.order_by(stored_objects.c.key))).scalars().all()

    async def is_closed(self, bot_id: str) -> bool:
        """Whether a bot's data are deleted or about to be: nothing more may be stored for it."""
        query = select(bots.c.deletion_requested_at).where(bots.c.id == bot_id)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar() is not None

    async def close(self, bot_id: str) -> None:
        """Let nothing more be stored for a bot, from now on and over every restart."""
        now = datetime.now(UTC)
        change = update(bots).where(bots.c.id == bot_id, bots.c.deletion_requested_at.is_(None))
        async with self._database.write() as transaction:
            await transaction.connection.execute(change.values(deletion_requested_at=now))


_COLUMNS = tuple(stored_objects.c[name] for name in Placement.__slots__)
