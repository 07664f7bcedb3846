"""A real database in a temporary folder, and the store and jobs over it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from tests.s3_server import S3Server, s3_server

from roomtone.bot.request import BotRequest
from roomtone.service.jobs.embedded import EmbeddedJobs
from roomtone.service.store.database import Database, open_database
from roomtone.service.store.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

LINK = "http://127.0.0.1:9/practice/room"


_numbers = itertools.count()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A running S3 service."""
    with s3_server() as server:
        yield server


@pytest.fixture
def new_bucket(s3: S3Server) -> Callable[[], str]:
    """Makes a bucket and gives its name."""
    return lambda: s3.make_bucket(f"rooms-{next(_numbers)}")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated SQLite database."""
    database = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'roomtone.db'}")
    yield database
    await database.close()


@pytest.fixture
def jobs(database: Database) -> EmbeddedJobs:
    """The embedded jobs over the database."""
    return EmbeddedJobs(database)


@pytest.fixture
def store(database: Database, jobs: EmbeddedJobs) -> Store:
    """The store over the database."""
    return Store.over(database, jobs)


@pytest.fixture
async def api_key(store: Store) -> str:
    """The text of a good key of the default workspace."""
    return await store.keys.create("test")


@pytest.fixture
async def workspace_id(store: Store, api_key: str) -> str:
    """The default workspace's id."""
    key = await store.keys.check(api_key)
    assert key is not None
    return key.workspace_id


@pytest.fixture
def request_body() -> BotRequest:
    """A bot with a callback."""
    return BotRequest(meeting_link=LINK, callback_url="http://127.0.0.1:9/hook", custom_attributes={"a": "b"})
