"""The database: opening it, bringing its tables up to date, and transactions for reading and for writing."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from roomtone.service.store.errors import DatabaseUnusable
from roomtone.service.store.migrating import migrate
from roomtone.service.store.sqlite_connection import connect_to

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from roomtone.config import Settings

DATABASE_NAME = "roomtone.db"
"""The SQLite file in the data folder."""

WAL_TRIES, WAL_PAUSE_S = 20, 0.02
"""A new file is switched to the write-ahead log within milliseconds."""
LOG_TRIES, LOG_PAUSE_S = 20, 0.01
"""How often it is tried to empty the write-ahead log of what was deleted."""
BUSY_TIMEOUT_MS = 15_000
"""How long a SQLite connection waits for another process's write."""

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


@dataclass(slots=True)
class Transaction:
    """An open writing transaction.

    Attributes:
        connection: Runs the statements.
        after_commit: Called in order once the transaction is committed, never if it is not.
    """

    connection: AsyncConnection
    after_commit: list[Callable[[], None]] = field(default_factory=list)


class Database:
    """One database, SQLite or PostgreSQL; made by ``open_database``.

    With SQLite one connection writes (``BEGIN IMMEDIATE``) and others read at the same time (WAL), so writers
    queue here instead of failing with "database is locked".
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_engine(url, begin="BEGIN IMMEDIATE", connections=1)
            self._reader = _sqlite_engine(url, begin="BEGIN", connections=4)
        else:
            self._writer = self._reader = create_async_engine(url)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A transaction that is committed when the block ends, rolled back when it raises or is cancelled.

        Do nothing in the block but database work: with SQLite everybody else's writes wait for its end.
        """
        async with self._writer.begin() as connection:
            transaction = Transaction(connection)
            yield transaction
        for call in transaction.after_commit:
            call()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state; what is written on it is rolled back."""
        async with self._reader.connect() as connection:
            yield connection
            await connection.rollback()

    async def ping(self) -> None:
        """Raise ``sqlalchemy.exc.SQLAlchemyError`` if the database cannot be read."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def forget(self) -> None:
        """Leave nothing in SQLite's files of what was deleted or overwritten; PostgreSQL has its vacuum.

        The write-ahead log keeps former pages until it is begun anew. While somebody reads or writes for
        longer than a moment nothing is done; the log is begun anew by itself later.
        """
        if self.is_sqlite:
            await asyncio.to_thread(_begin_the_log_anew, self.url.database or "")

    async def close(self) -> None:
        """Close every connection; the object is not to be used afterwards."""
        await self._reader.dispose()
        await self._writer.dispose()


async def open_database(url: str | URL) -> Database:
    """The database at a SQLAlchemy URL, created if need be, its tables brought up to date.

    A SQLite file is made with mode 0600, its folder with 0700. Several processes may do this at once.

    Raises:
        DatabaseUnusable: If it cannot be opened or was written by a newer Roomtone.
    """
    parsed = _usable_url(url)
    if parsed.get_backend_name() == "sqlite":
        _prepare_file(parsed)
    try:
        database = Database(parsed)
    except ModuleNotFoundError as problem:
        raise DatabaseUnusable(
            f"this database needs a Python package that is missing: {problem.name}"
        ) from None
    try:
        async with database.write() as transaction:
            await transaction.connection.run_sync(migrate)
    except DatabaseError as problem:
        await database.close()
        raise DatabaseUnusable(f"the database cannot be opened: {problem.orig}") from problem
    except BaseException:
        await database.close()
        raise
    return database


def database_url(settings: Settings) -> str:
    """Where the settings say the database is: ``ROOMTONE_DATABASE_URL``, or a file in the data folder."""
    if settings.database_url:
        return settings.database_url
    return f"sqlite+aiosqlite:///{settings.data_dir.absolute() / DATABASE_NAME}"


def _usable_url(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnusable(
            "ROOMTONE_DATABASE_URL is not a database URL, such as sqlite:////var/lib/roomtone/roomtone.db"
        ) from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise DatabaseUnusable("ROOMTONE_DATABASE_URL must name a SQLite or a PostgreSQL database")
    if driver == _DRIVERS["sqlite"] and parsed.database in {None, "", ":memory:"}:
        raise DatabaseUnusable(
            "ROOMTONE_DATABASE_URL must name a file: a SQLite database in memory keeps nothing"
        )
    return parsed.set(drivername=driver)


def _prepare_file(url: URL) -> None:
    path = Path(url.database or "")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as problem:
        raise DatabaseUnusable(f"the database file {path} cannot be written: {problem.strerror}") from problem


def _sqlite_engine(url: URL, *, begin: str, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        async_creator=lambda: connect_to(url),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=60,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(dbapi_connection: Any, _record: object) -> None:
        # The driver's own BEGIN would be a deferred one and would not cover a migration's schema changes.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _switch_to_wal(cursor)
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=FULL")
        # Deleted words are overwritten with zeros; not every build of SQLite does so by itself.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _begin_the_log_anew(path: str) -> None:
    # Without waiting: that would hold up every writer. Transactions are short, so that there are gaps.
    for _ in range(LOG_TRIES):
        with closing(sqlite3.connect(path, timeout=0)) as connection:
            try:
                (busy, *_sizes) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError:
                busy = True
        if not busy:
            return
        time.sleep(LOG_PAUSE_S)


def _switch_to_wal(cursor: Any) -> None:
    """Use the write-ahead log; two that switch a new file at one moment are refused, not made to wait."""
    for _ in range(WAL_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            time.sleep(WAL_PAUSE_S)
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")
