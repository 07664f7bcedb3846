"""A connection to SQLite that needs one hop to its thread for a statement, where aiosqlite needs four.

Making a cursor, executing, fetching and closing are a hop each there, and each costs more than most of our
statements do. Here executing brings the rows with it, and the rest is memory.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Self, cast

import aiosqlite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import URL


class QuickConnection(aiosqlite.Connection):
    """One connection and its thread; what SQLAlchemy's adapter for aiosqlite talks to."""

    def cursor(self) -> QuickCursor:  # type: ignore[override]
        """A cursor; ready at once, and as a context manager too."""
        return QuickCursor(self)

    async def run(self, sql: str, parameters: Iterable[Any], *, many: bool) -> _Outcome:
        """Execute a statement in the connection's thread, and take all its rows."""

        def work() -> _Outcome:
            cursor = self._conn.cursor()
            try:
                (cursor.executemany if many else cursor.execute)(sql, parameters)  # type: ignore[arg-type]
                rows = cursor.fetchall() if cursor.description else []
                return _Outcome(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
            finally:
                cursor.close()

        outcome: _Outcome = await self._execute(work)  # type: ignore[no-untyped-call]
        return outcome


class _Outcome:
    """What a statement left behind; ``description`` is None when it gives no rows."""

    __slots__ = ("description", "lastrowid", "rowcount", "rows")

    def __init__(
        self, rows: list[Any], description: Any = None, rowcount: int = -1, lastrowid: int | None = None
    ) -> None:
        self.rows = rows
        self.description = description
        self.rowcount = rowcount
        self.lastrowid = lastrowid


class QuickCursor:
    """A cursor as SQLAlchemy's adapter uses it: execute, then take everything."""

    def __init__(self, connection: QuickConnection) -> None:
        self._connection = connection
        self._outcome = _Outcome([])
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        """Nothing is to be opened."""
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> QuickCursor:
        """Run a statement."""
        self._outcome = await self._connection.run(sql, parameters, many=False)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> QuickCursor:
        """Run a statement for each row of parameters."""
        self._outcome = await self._connection.run(sql, parameters, many=True)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows of the last statement, once."""
        rows, self._outcome.rows = self._outcome.rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def description(self) -> Any:
        """The columns of the last statement's rows; None: it gives none."""
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        """Rows that the last statement changed."""
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The row that was inserted last."""
        return self._outcome.lastrowid


async def connect_to(url: URL) -> QuickConnection:
    """A new connection to a SQLite database; raises ``sqlite3.Error``."""
    arguments, options = cast("tuple[Any, Any]", url.get_dialect()().create_connect_args(url))
    connection = QuickConnection(lambda: sqlite3.connect(*arguments, **options), iter_chunk_size=64)
    # As the adapter does with its own: a thread that waits must not keep the process from ending.
    connection._thread.daemon = True  # noqa: SLF001
    return await connection  # type: ignore[return-value]
