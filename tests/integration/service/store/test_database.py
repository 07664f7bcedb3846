"""Opening the database: its files, its migrations, its transactions."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import IntegrityError

from roomtone.service.store.database import Database, open_database
from roomtone.service.store.errors import DatabaseUnusable
from roomtone.service.store.migrating import alembic_config
from roomtone.service.store.outbox import receiver_of
from roomtone.service.store.tables import artifacts, deliveries, metadata, workspaces

if TYPE_CHECKING:
    from pathlib import Path


def _url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


async def _pragma(database: Database, name: str) -> object:
    async with database.write() as transaction:
        return (await transaction.connection.execute(text(f"PRAGMA {name}"))).scalar_one()


async def test_the_migrations_make_exactly_the_tables_of_the_program(database: Database):
    """After all steps, alembic finds no difference between the database and the tables."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.write() as transaction:
        assert await transaction.connection.run_sync(differences) == []


async def test_the_data_folder_is_made_for_its_owner_alone(tmp_path: Path):
    """A missing folder is made with mode 0700, the database file with 0600."""
    path = tmp_path / "deep" / "data" / "roomtone.db"
    await (await open_database(_url(path))).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_what_was_deleted_is_in_no_file_of_it(tmp_path: Path):
    """Neither the database nor its write-ahead log has a deleted word, even while others read."""
    path = tmp_path / "roomtone.db"
    database = await open_database(_url(path))
    word, row = "a-word-that-nobody-else-says", {"i": "w", "n": "a-word-that-nobody-else-says" * 3}

    def times() -> int:
        return sum(file.read_bytes().count(word.encode()) for file in tmp_path.iterdir())

    insert = text("INSERT INTO workspaces (id, name, created_at) VALUES (:i, :n, '2026-01-01 00:00:00')")
    async with database.write() as transaction:
        await transaction.connection.execute(insert, row)
    async with database.write() as transaction:
        await transaction.connection.execute(text("DELETE FROM workspaces WHERE id = 'w'"))
    assert times()
    async with database.read() as reader:
        await reader.execute(text("SELECT 1 FROM workspaces"))
        await database.forget()
        assert not (await reader.execute(text("SELECT 1 FROM workspaces WHERE id = 'w'"))).all()
    await database.forget()
    assert not times()
    await database.close()


async def test_opening_again_keeps_what_is_there(tmp_path: Path):
    """A second start migrates nothing and finds the rows of the first."""
    path = tmp_path / "roomtone.db"
    database = await open_database(_url(path))
    async with database.write() as transaction:
        await transaction.connection.execute(
            text(
                "INSERT INTO workspaces (id, name, created_at) VALUES ('w', 'w', '2026-01-01 00:00:00.000000')"
            )
        )
    await database.close()
    again = await open_database(_url(path))
    async with again.read() as connection:
        assert (await connection.execute(select(workspaces.c.name))).scalars().all() == ["w"]
    await again.close()


async def test_several_may_open_a_new_database_at_once(tmp_path: Path):
    """Four openings at the same time of a file that is not there all succeed."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(open_database(_url(tmp_path / "roomtone.db")), name=f"open {n}")
            for n in range(4)
        ]
    for task in tasks:
        await task.result().close()


async def test_a_newer_database_is_refused_with_what_to_do(tmp_path: Path):
    """A database at a step the program does not know is not touched."""
    path = tmp_path / "roomtone.db"
    await (await open_database(_url(path))).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(DatabaseUnusable, match="newer Roomtone"):
        await open_database(_url(path))


async def test_a_file_that_cannot_be_a_database_is_refused(tmp_path: Path):
    """Text in the place of the database is refused with a sentence, not a traceback of the driver."""
    path = tmp_path / "roomtone.db"
    path.write_text("this is no database, and it is long enough to be seen as none" * 20)
    with pytest.raises(DatabaseUnusable, match="cannot be opened"):
        await open_database(_url(path))


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    """A path through a file is refused with the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnusable, match=r"file/roomtone\.db"):
        await open_database(_url(tmp_path / "file" / "roomtone.db"))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "not a database URL"),
        ("mysql://localhost/roomtone", "SQLite or a PostgreSQL"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
    ],
)
async def test_a_url_of_no_use_is_refused(url: str, told: str):
    """What is no URL, another product or a database without a file is refused with what would be right."""
    with pytest.raises(DatabaseUnusable, match=told):
        await open_database(url)


async def test_the_driver_need_not_be_named(tmp_path: Path):
    """A plain sqlite URL is opened with the driver that works here."""
    database = await open_database(f"sqlite:///{tmp_path / 'roomtone.db'}")
    await database.ping()
    await database.close()


async def test_sqlite_is_set_up_for_one_writer_and_many_readers(database: Database):
    """WAL, a busy timeout and foreign keys are on."""
    assert await _pragma(database, "journal_mode") == "wal"
    assert await _pragma(database, "busy_timeout") == 15_000
    assert await _pragma(database, "foreign_keys") == 1


async def test_a_row_of_nobody_is_refused(database: Database):
    """Foreign keys are enforced."""
    row = {
        "bot_id": "nobody",
        "kind": "audio",
        "storage_key": "k",
        "content_type": "audio/mpeg",
        "size_bytes": 1,
        "created_at": None,
    }
    with pytest.raises(IntegrityError):
        async with database.write() as transaction:
            await transaction.connection.execute(artifacts.insert().values(row))


async def test_a_failed_transaction_leaves_nothing_and_rings_nobody(database: Database):
    """What raises inside a transaction is rolled back, and its after-commit calls are not made."""
    calls: list[str] = []

    async def insert_and_fail() -> None:
        async with database.write() as transaction:
            await transaction.connection.execute(
                text("INSERT INTO workspaces (id, name, created_at) VALUES ('w', 'w', '2026-01-01 00:00:00')")
            )
            transaction.after_commit.append(lambda: calls.append("rang"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await insert_and_fail()
    async with database.read() as connection:
        assert (await connection.execute(select(workspaces))).all() == []
    assert calls == []


async def test_a_cancelled_transaction_leaves_nothing_and_the_database_usable(database: Database):
    """Cancelling a task in the middle of a write rolls back and does not block the next writer."""
    inside = asyncio.Event()

    async def write_and_wait() -> None:
        async with database.write() as transaction:
            await transaction.connection.execute(
                text("INSERT INTO workspaces (id, name, created_at) VALUES ('w', 'w', '2026-01-01 00:00:00')")
            )
            inside.set()
            await asyncio.sleep(60)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(write_and_wait(), name="writer")
        await inside.wait()
        task.cancel()
    async with asyncio.timeout(60), database.write() as transaction:
        assert (await transaction.connection.execute(select(workspaces))).all() == []


async def test_another_process_writing_is_waited_for(database: Database, tmp_path: Path):
    """A lock held by somebody else for a moment delays a write instead of failing it."""
    other = sqlite3.connect(tmp_path / "data" / "roomtone.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def release() -> None:
        await asyncio.sleep(0.3)
        other.execute("COMMIT")
        other.close()

    async with asyncio.TaskGroup() as group:
        group.create_task(release(), name="release")
        async with database.write() as transaction:
            await transaction.connection.execute(text("DELETE FROM jobs"))


async def test_documents_kept_as_screenshots_become_page_snapshots(tmp_path: Path):
    """An older database's artifacts are told apart by their type; when they were taken is not known."""
    path = tmp_path / "roomtone.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for name, content_type in (("a.png", "image/png"), ("a.html", "text/html")):
            connection.execute(
                text(
                    "INSERT INTO artifacts (bot_id, kind, name, storage_key, content_type, size_bytes, created_at)"
                    " VALUES ('b', 'screenshot', :name, :name, :type, 1, '2026-01-01 00:00:00.000000')"
                ),
                {"name": name, "type": content_type},
            )
    engine.dispose()
    database = await open_database(_url(path))
    async with database.read() as connection:
        query = select(artifacts.c.name, artifacts.c.kind, artifacts.c.taken_at).order_by(artifacts.c.id)
        rows = [tuple(row) for row in await connection.execute(query)]
    await database.close()
    assert rows == [("a.png", "screenshot", None), ("a.html", "page_snapshot", None)]


async def test_deliveries_of_an_older_database_know_their_workspace_and_receiver(tmp_path: Path):
    """What was on its way before there were endpoints goes on as its bot's callback, by the same id."""
    path = tmp_path / "roomtone.db"
    engine = create_engine(f"sqlite:///{path}")
    at = "'2026-01-01 00:00:00.000000'"
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text(f"INSERT INTO workspaces VALUES ('w', 'w', {at})"))
        connection.execute(
            text(
                "INSERT INTO bots (id, workspace_id, request, payload, platform, status, step, created_at, updated_at)"
                f" VALUES ('b', 'w', '{{}}', '{{}}', 'Zoom', 'Active', 'created', {at}, {at})"
            )
        )
        connection.execute(
            text(
                "INSERT INTO bot_events (bot_id, sequence, step, event, bot_event, bot_status, message, body, created_at)"
                f" VALUES ('b', 1, 'joining', 'bot.joining', 'bot.joining', 'Joining', '', '{{}}', {at})"
            )
        )
        connection.execute(
            text(
                "INSERT INTO deliveries (event_id, bot_id, sequence, url, webhook_id, state, created_at, next_attempt_at)"
                f" VALUES (1, 'b', 1, 'https://me:word@Example.com/hook', 'msg_1', 'pending', {at}, {at})"
            )
        )
    engine.dispose()
    database = await open_database(_url(path))
    columns = [
        deliveries.c[name] for name in ("webhook_id", "workspace_id", "lane", "endpoint_id", "receiver")
    ]
    async with database.read() as connection:
        rows = [tuple(row) for row in await connection.execute(select(*columns))]
    await database.close()
    assert rows == [("msg_1", "w", "callback", None, receiver_of("w", "https://example.com/"))]
