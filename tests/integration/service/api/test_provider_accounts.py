"""A workspace's keys for transcription providers through the API: kept sealed, and never given back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import httpx2
import pytest
import structlog
from sqlalchemy import text

from roomtone.config import Settings
from roomtone.outbound.policy import AddressPolicy
from roomtone.service.api.app import create_app
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.transcripts.accounts import Accounts
from roomtone.service.transcripts.addresses import check_address

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from roomtone.service.store.store import Store

PATH = "/api/v1/admin/transcription_providers"
KEY = "dg-0123456789abcdef-WXYZ"


@pytest.fixture
async def client(tmp_path: Path, store: Store, api_key: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a server that has one account of its own and dials no private addresses."""
    settings = Settings(data_dir=tmp_path / "data", max_body_bytes=4096, sarvam_api_key="the-servers-own-key")
    check = partial(check_address, policy=AddressPolicy())
    accounts = Accounts(settings, store.provider_accounts, check_url=check)
    app = create_app(settings, store, FolderStorage(tmp_path / "storage"), accounts=accounts)
    headers = {"Authorization": f"Token {api_key}"}
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://roomtone", headers=headers) as client:
        yield client


async def test_a_key_is_kept_shown_by_its_ending_alone_and_forgotten(client: httpx2.AsyncClient):
    """Put, get, list and delete tell whose account is used; no answer has the key."""
    with structlog.testing.capture_logs() as logged:
        put = await client.put(f"{PATH}/deepgram", json={"api_key": KEY})
        got = await client.get(f"{PATH}/deepgram")
        listed = await client.get(PATH)
    assert put.status_code == 200, put.text
    shown = put.json()
    assert (shown["of"], shown["key_ending"], shown["base_url"]) == ("workspace", "WXYZ", None)
    assert shown["used_by"] == ["deepgram", "deepgram_streaming"]
    assert got.json() == shown
    assert shown in listed.json()["providers"]
    assert {one["provider"]: one["of"] for one in listed.json()["providers"]} == {
        "assemblyai": "nobody",
        "deepgram": "workspace",
        "jigsawstack": "nobody",
        "openai_compatible": "nobody",
        "sarvam": "server",
    }
    for told in (put.text, got.text, listed.text, str(logged)):
        assert KEY not in told
        assert "the-servers-own-key" not in told
    assert (await client.delete(f"{PATH}/deepgram")).status_code == 200
    assert (await client.delete(f"{PATH}/deepgram")).status_code == 404
    assert (await client.get(f"{PATH}/deepgram")).json()["of"] == "nobody"


async def test_a_key_lies_in_the_database_sealed(client: httpx2.AsyncClient, store: Store):
    """No row has it in clear, and another workspace's row of it is of no use."""
    await client.put(f"{PATH}/deepgram", json={"api_key": KEY})
    async with store.database.read() as connection:
        rows = (await connection.execute(text("SELECT * FROM provider_accounts"))).all()
    assert len(rows) == 1
    assert KEY not in str(rows)


async def test_a_short_key_shows_nothing_of_itself(client: httpx2.AsyncClient):
    """Four characters of eight would be half of it."""
    put = await client.put(f"{PATH}/sarvam", json={"api_key": "shortkey"})
    assert put.json()["key_ending"] is None
    assert put.json()["of"] == "workspace"


@pytest.mark.parametrize(
    ("provider", "body", "named"),
    [
        ("deepgram", {}, "api_key"),
        ("deepgram", {"base_url": "https://192.0.2.1"}, "api_key"),
        ("openai_compatible", {}, "api_key"),
        ("deepgram", {"api_key": "with space"}, "api_key"),
        ("deepgram", {"api_key": 7}, "api_key"),
        ("deepgram", {"api_key": KEY, "base_url": "ftp://example.com"}, "base_url"),
        ("deepgram", {"api_key": KEY, "base_url": "http://me:secret@example.com"}, "base_url"),
        ("deepgram", {"api_key": KEY, "base_url": "http://127.0.0.1:1"}, "base_url"),
        ("deepgram", {"api_key": KEY, "streaming_base_url": "http://[::1]:1"}, "streaming_base_url"),
        ("sarvam", {"api_key": KEY, "streaming_base_url": "https://example.com"}, "streaming_base_url"),
        ("local", {"api_key": KEY}, "provider"),
    ],
)
async def test_what_cannot_be_used_is_refused_by_name(
    client: httpx2.AsyncClient, provider: str, body: dict[str, object], named: str
):
    """400, the field named and the key not repeated; nothing is kept."""
    answer = await client.put(f"{PATH}/{provider}", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["message"].startswith(named)
    assert KEY not in answer.text
    assert "with space" not in answer.text
    assert "workspace" not in [one["of"] for one in (await client.get(PATH)).json()["providers"]]


async def test_other_workspaces_do_not_have_it(client: httpx2.AsyncClient, store: Store):
    """Neither see it nor delete it."""
    await client.put(f"{PATH}/deepgram", json={"api_key": KEY})
    other = {"Authorization": f"Token {await store.keys.create('other', workspace='others')}"}
    assert (await client.get(f"{PATH}/deepgram", headers=other)).json()["of"] == "nobody"
    assert (await client.delete(f"{PATH}/deepgram", headers=other)).status_code == 404
    assert (await client.get(f"{PATH}/deepgram")).json()["of"] == "workspace"


@pytest.mark.parametrize("field", ["base_url", "streaming_base_url"])
async def test_an_address_that_leads_inside_is_refused_by_its_own_name(
    client: httpx2.AsyncClient, field: str
):
    """Whichever of the two it is: the customer is to see which field to mend."""
    answer = await client.put(f"{PATH}/deepgram", json={"api_key": KEY, field: "https://127.0.0.1"})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"{field}: 127.0.0.1 leads")
