"""Which data folder a database belongs to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roomtone.service.store.data_folder_claim import FolderOfDatabase, claim_database
from roomtone.service.store.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.store.database import Database

HERE = FolderOfDatabase("alpha-1", "alpha:/data")
MOVED = FolderOfDatabase("alpha-1", "beta:/srv/data")
OTHER = FolderOfDatabase("gamma-2", "gamma:/data")


async def test_the_first_folder_has_it_wherever_it_moves(database: Database):
    """Another is told whose it is and where that was last; the first goes on from anywhere."""
    assert await claim_database(database, HERE) == HERE
    assert await claim_database(database, OTHER) == HERE
    assert await claim_database(database, MOVED) == MOVED
    assert await claim_database(database, OTHER) == MOVED


async def test_one_of_many_gets_a_new_database(tmp_path: Path):
    """Servers that start at once over a database that belongs to nobody all name the same folder."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    databases = [await open_database(url) for _ in range(4)]
    claims = [FolderOfDatabase(f"node-{number}", f"host:/{number}") for number in range(4)]
    owners = await asyncio.gather(*map(claim_database, databases, claims))
    assert len(set(owners)) == 1
    assert owners[0] in claims
    for database in databases:
        await database.close()
