"""The connection to SQLite with one hop a statement: the same answers, errors and ends as any other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from roomtone.service.store.sqlite_connection import QuickConnection

if TYPE_CHECKING:
    from roomtone.service.store.database import Database


async def test_rows_counts_and_many(database: Database):
    """Statements with rows, without, with many parameters; what they changed is counted."""
    async with database.write() as transaction:
        connection = transaction.connection
        await connection.exec_driver_sql("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
        await connection.exec_driver_sql("INSERT INTO numbers VALUES (?)", [(n,) for n in range(10)])
        gone = await connection.exec_driver_sql("DELETE FROM numbers WHERE n >= 7")
        assert gone.rowcount == 3
        back = await connection.exec_driver_sql("INSERT INTO numbers VALUES (?) RETURNING n", (70,))
        assert back.scalar_one() == 70
    async with database.read() as reading:
        raw = await reading.get_raw_connection()
        assert isinstance(raw.driver_connection, QuickConnection)
        rows = (await reading.exec_driver_sql("SELECT n FROM numbers ORDER BY n")).scalars().all()
    assert rows == [0, 1, 2, 3, 4, 5, 6, 70]


SLOW = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300000) SELECT max(n) FROM c"


async def insert_twice(database: Database) -> None:
    """Break the table's key."""
    async with database.write() as transaction:
        await transaction.connection.exec_driver_sql("INSERT INTO numbers VALUES (1)")
        await transaction.connection.exec_driver_sql("INSERT INTO numbers VALUES (1)")


async def write_for_ever(database: Database, timeout_s: float) -> None:
    """A transaction that is cancelled after a while."""
    async with asyncio.timeout(timeout_s), database.write() as transaction:
        await transaction.connection.exec_driver_sql("INSERT INTO numbers VALUES (1)")
        while True:
            await transaction.connection.exec_driver_sql(SLOW)


async def test_errors_are_the_databases_own(database: Database):
    """A refused statement raises as ever, and the transaction is rolled back."""
    async with database.write() as transaction:
        await transaction.connection.exec_driver_sql("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    with pytest.raises(IntegrityError):
        await insert_twice(database)
    with pytest.raises(OperationalError):
        async with database.read() as reading:
            await reading.exec_driver_sql("SELECT * FROM nowhere")
    async with database.read() as reading:
        assert (await reading.exec_driver_sql("SELECT count(*) FROM numbers")).scalar_one() == 0


async def test_who_is_cancelled_in_the_middle_leaves_nothing_behind(database: Database):
    """The writer is free again, and what was written before is rolled back."""
    async with database.write() as transaction:
        await transaction.connection.exec_driver_sql("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    for pause_s in (0.0, 0.001, 0.02):
        with pytest.raises(TimeoutError):
            await write_for_ever(database, pause_s)
    async with asyncio.timeout(60), database.write() as transaction:
        await transaction.connection.exec_driver_sql("INSERT INTO numbers VALUES (2)")
    async with database.read() as reading:
        rows = (await reading.exec_driver_sql("SELECT n FROM numbers")).scalars().all()
    assert rows == [2]
