"""Which data folder a database belongs to: files of one are not found from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from roomtone.service.store.tables import data_folder

if TYPE_CHECKING:
    from roomtone.service.store.database import Database

_ONLY_ROW = 1


@dataclass(frozen=True, slots=True)
class FolderOfDatabase:
    """The data folder that a database belongs to.

    Attributes:
        node: What the folder's ``node`` file says: made once, it goes wherever the folder goes.
        place: Where the folder was when it was last served, for people: host and path.
    """

    node: str
    place: str


async def claim_database(database: Database, claim: FolderOfDatabase) -> FolderOfDatabase:
    """The folder that the database belongs to: ``claim``, if there was none or it is the same at any place.

    Several servers may do this at once: one of them gets a database that belongs to nobody.
    """
    query = select(data_folder.c.node, data_folder.c.place)
    try:
        async with database.write() as transaction:
            row = (await transaction.connection.execute(query)).one_or_none()
            if row is None:
                values = {"id": _ONLY_ROW, "node": claim.node, "place": claim.place}
                await transaction.connection.execute(data_folder.insert().values(values))
                return claim
            if row.node == claim.node:
                await transaction.connection.execute(update(data_folder).values(place=claim.place))
                return claim
            return FolderOfDatabase(row.node, row.place)
    except IntegrityError:
        # Another server was first, on a database that lets several write.
        return await claim_database(database, claim)
