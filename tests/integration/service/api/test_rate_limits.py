"""Rate limits: of a key, of a bot, and what has none."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import httpx2
import pytest
from fastapi import Depends

from roomtone.config import Settings
from roomtone.service.api.app import create_app
from roomtone.service.api.rate_limits import limited_per_bot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fastapi import FastAPI

    from roomtone.bot.request import BotRequest
    from roomtone.service.storage.folder import FolderStorage
    from roomtone.service.store.store import Store

BURST = 3


@pytest.fixture
def app(tmp_path: Path, store: Store, storage: FolderStorage) -> FastAPI:
    """The API: three requests at once, one more a minute; and a route that is limited for each bot."""
    settings = Settings(data_dir=tmp_path / "data", requests_per_minute=1, request_burst=BURST)
    return create_app(settings, store, storage)


@pytest.fixture
async def switching(tmp_path: Path, store: Store, storage: FolderStorage) -> FastAPI:
    """The API without a limit of keys, with a route that is limited for each bot."""
    app = create_app(Settings(data_dir=tmp_path / "data", requests_per_minute=0), store, storage)
    app.add_api_route("/switch/{bot_id}", _nothing, methods=["POST"], dependencies=[Depends(limited_per_bot)])
    return app


async def _nothing() -> None:
    """A route's work."""


@pytest.fixture
async def switcher(switching: FastAPI, api_key: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of it."""
    headers = {"Authorization": f"Token {api_key}"}
    transport = httpx2.ASGITransport(app=switching)
    async with httpx2.AsyncClient(transport=transport, base_url="http://roomtone", headers=headers) as client:
        yield client


async def test_a_key_that_asks_too_often_is_told_when_to_ask_again(client: httpx2.AsyncClient, store: Store):
    """The fourth request is 429 with Retry-After; another key and the health are not concerned."""
    answers = [await client.get("/api/v1/bots") for _ in range(BURST + 1)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    refused = answers[-1]
    assert 58 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Limit"] == str(BURST)
    assert 178 <= int(refused.headers["RateLimit-Reset"]) <= 180
    assert refused.json()["message"].startswith(
        "There were too many requests with this API key; try again in"
    )
    assert (await client.post("/api/v1/bots/create_bot", json={})).status_code == 429
    for path in ("/healthz", "/docs", "/openapi.json"):
        assert (await client.get(path)).status_code == 200
    other = {"Authorization": f"Token {await store.keys.create('other')}"}
    assert (await client.get("/api/v1/bots", headers=other)).status_code == 200


async def test_keys_that_are_none_are_refused_as_ever(client: httpx2.AsyncClient):
    """Requests without a key, or with a wrong one, count against nobody."""
    for _ in range(BURST + 2):
        assert (await client.get("/api/v1/bots", headers={"Authorization": "Token no"})).status_code == 403
    assert (await client.get("/api/v1/bots")).status_code == 200


async def test_a_bot_is_switched_thirty_times_a_minute(
    switcher: httpx2.AsyncClient, store: Store, workspace_id: str, request_body: BotRequest
):
    """The thirty-first is 429; another bot's first is not, and a bot that is not there is 404."""
    first, second = [(await store.bots.create_bot(request_body, workspace_id)).id for _ in range(2)]
    answers = [await switcher.post(f"/switch/{first}") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[-1].headers["Retry-After"] in {"1", "2"}
    assert answers[-1].json()["message"].startswith("There were too many requests for this bot;")
    assert (await switcher.post(f"/switch/{second}")).status_code == 200
    assert (await switcher.post(f"/switch/{uuid.uuid4()}")).status_code == 404


def test_the_document_tells_the_limits(app: FastAPI):
    """Every operation that needs a key may be answered with 429 and a Retry-After."""
    for operations in app.openapi()["paths"].values():
        for operation in operations.values():
            if "security" in operation:
                assert "Retry-After" in operation["responses"]["429"]["headers"]
