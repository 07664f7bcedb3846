"""The API over a real database and a real folder, in process and behind a real server."""

from __future__ import annotations

import asyncio
import random
import socket
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx2
import pytest
import uvicorn

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.config import Settings
from roomtone.service.api.app import create_app
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.store.artifacts import NewArtifact

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from fastapi import FastAPI

    from roomtone.bot.request import BotRequest
    from roomtone.service.store.store import Store

START_TIMEOUT_S = 10.0
AUDIO = random.Random(7).randbytes(700_001)
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    """An empty folder as storage."""
    return FolderStorage(tmp_path / "storage")


@pytest.fixture
def app(tmp_path: Path, store: Store, storage: FolderStorage) -> FastAPI:
    """The API, its longest body 4 KiB, without a limit of requests, with two accounts of the server's."""
    settings = Settings(
        data_dir=tmp_path / "data",
        max_body_bytes=4096,
        requests_per_minute=0,
        deepgram_api_key="dg-key",
        assemblyai_api_key="aai-key",
    )
    return create_app(settings, store, storage)


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
    """Serves an app on a free port of loopback, given by ``async with``."""
    return _serving


@pytest.fixture
async def stopped_bot(store: Store, workspace_id: str, request_body: BotRequest) -> str:
    """A bot that recorded and left, its files not yet processed."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=None)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.SILENCE), epoch=None)
    return bot.id


@pytest.fixture
async def audio_path(stopped_bot: str, store: Store, storage: FolderStorage, tmp_path: Path) -> str:
    """The path of a processed audio of 700,001 bytes."""
    file = tmp_path / "audio.mp3"
    file.write_bytes(AUDIO)
    key = f"bots/{stopped_bot}/audio.mp3"
    await storage.put_file(key, file)
    artifact = NewArtifact("audio", key, "audio/mpeg", len(AUDIO), 1.0)
    await store.events.record(
        stopped_bot, Happening(Step.AUDIO_PROCESSED, NOW), epoch=None, artifacts=[artifact]
    )
    return f"/api/v1/bots/{stopped_bot}/audio"
