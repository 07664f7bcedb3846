"""The API over a real database and a real folder, in process and behind a real server."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx2
import pytest
import uvicorn

from roomtone.config import Settings
from roomtone.service.api.app import create_app
from roomtone.service.storage.folder import FolderStorage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from fastapi import FastAPI

    from roomtone.service.store.store import Store

START_TIMEOUT_S = 10.0


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    """An empty folder as storage."""
    return FolderStorage(tmp_path / "storage")


@pytest.fixture
def app(tmp_path: Path, store: Store, storage: FolderStorage) -> FastAPI:
    """The API, its longest body 4 KiB."""
    return create_app(Settings(data_dir=tmp_path / "data", max_body_bytes=4096), store, storage)


@pytest.fixture
async def client(app: FastAPI, api_key: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with a good key, in process."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Token {api_key}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://roomtone", headers=headers) as client:
        yield client


@asynccontextmanager
async def _serving(app: FastAPI) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=2))
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listener]), name="uvicorn")
        async with asyncio.timeout(START_TIMEOUT_S):
            while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.01)
        try:
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True


@pytest.fixture
def serving() -> Callable[[FastAPI], AbstractAsyncContextManager[int]]:
    """The app behind a real server on a free port of loopback: ``async with serving(app) as port``."""
    return _serving
