"""A workspace's own bucket through the API, and through MeetStream's own client."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from meetstream import AsyncMeetStream, MeetStream

from roomtone.bot.request import BotRequest
from roomtone.config import Settings
from roomtone.outbound.policy import AddressPolicy
from roomtone.service.api.app import create_app
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.storage.s3 import BucketStorage
from roomtone.service.storage.storages import Storages
from roomtone.service.store.artifacts import NewArtifact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from fastapi import FastAPI
    from tests.s3_server import S3Server

    from roomtone.service.store.store import Store

PATH = "/api/v1/admin/configs"
QUERY = {"config_type": "storage"}


@pytest.fixture
def body(s3: S3Server, new_bucket: Callable[[], str]) -> dict[str, Any]:
    """A configuration that works."""
    return {
        "provider": "aws",
        "bucket_name": new_bucket(),
        "region": "us-east-1",
        "access_key_id": "AKIAEXAMPLE",
        "secret_key": "very-secret",
        "endpoint_url": s3.url,
    }


@pytest.fixture
def storages(tmp_path: Path, store: Store) -> Iterator[Storages]:
    """The storages of a server that may use private addresses."""
    settings = Settings(data_dir=tmp_path / "data")
    folder = FolderStorage(tmp_path / "data" / "artifacts")
    storages = Storages(folder, store, settings, AddressPolicy(allow_private=True))
    yield storages
    storages.close()


@pytest.fixture
def app(tmp_path: Path, store: Store, storages: Storages) -> FastAPI:
    """The API over them."""
    settings = Settings(data_dir=tmp_path / "data", max_body_bytes=4096, requests_per_minute=0)
    return create_app(settings, store, storages, buckets=storages)


async def test_a_bucket_is_tried_and_used_and_its_credentials_are_never_shown(
    client: httpx2.AsyncClient, body: dict[str, Any]
):
    """The answers have everything but these; the defaults are the contract's."""
    answer = await client.put(PATH, params=QUERY, json=body)
    assert answer.status_code == 200, answer.text
    shown = answer.json()["config"]
    assert (shown["access_mode"], shown["prefix"], shown["key_name"]) == ("read_write", "meetstream", "aws")
    listed = await client.get(PATH)
    assert listed.json() == {"configs": [shown]}
    for text in (answer.text, listed.text):
        assert "AKIAEXAMPLE" not in text
        assert "very-secret" not in text
    assert (await client.delete(PATH, params={"key_name": "other"})).status_code == 404
    assert (await client.delete(PATH, params={"key_name": "aws"})).status_code == 200
    assert (await client.get(PATH)).json() == {"configs": []}
    assert (await client.delete(PATH, params={"key_name": "aws"})).status_code == 404


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"provider": "floppy"}, "provider"),
    ({"bucket_name": None}, "bucket_name"),
    ({"bucket_name": "a/b"}, "bucket_name"),
    ({"region": "x@evil.example/"}, "region"),
    ({"access_key_id": ""}, "access_key_id"),
    ({"secret_key": 5}, "secret_key"),
    ({"access_mode": "read_only"}, "access_mode"),
    ({"prefix": "a/../b"}, "prefix"),
    ({"prefix": "a b"}, "prefix"),
    ({"prefix": "///"}, "prefix"),
    ({"prefixes": {"pictures": "p"}}, "prefixes"),
    ({"prefixes": {"audio": "../x"}}, "prefixes.audio"),
    ({"endpoint_url": "ftp://x"}, "endpoint_url"),
    ({"endpoint_url": "https://user@x"}, "endpoint_url"),
    ({"endpoint_url": "https://x/path"}, "endpoint_url"),
    ({"bucket_name": "not-there"}, "no such bucket"),
]
"""What is wrong with a configuration, and what the answer names."""


async def test_what_is_wrong_is_named(client: httpx2.AsyncClient, body: dict[str, Any]):
    """400, the field first, and nothing is configured."""
    for changes, named in WRONG:
        answer = await client.put(PATH, params=QUERY, json=body | changes)
        assert answer.status_code == 400, changes
        assert named in answer.json()["message"], changes
        assert "very-secret" not in answer.text
    assert (await client.get(PATH)).json() == {"configs": []}


async def test_what_is_configured_has_to_be_named(client: httpx2.AsyncClient, body: dict[str, Any]):
    """Only storage can be configured; slashes around a prefix go."""
    for query in ({}, {"config_type": "kitchen"}):
        answer = await client.put(PATH, params=query, json=body)
        assert answer.status_code == 400
        assert "config_type" in answer.json()["message"]
    answer = await client.put(PATH, params=QUERY, json=body | {"prefix": "/a/b/", "prefixes": None})
    assert answer.json()["config"]["prefix"] == "a/b"


async def test_media_in_a_write_only_bucket_are_forbidden(
    client: httpx2.AsyncClient,
    body: dict[str, Any],
    store: Store,
    storages: Storages,
    workspace_id: str,
    s3: S3Server,
    tmp_path: Path,
):
    """403 with the contract's reason; the bucket has them under the contract's name."""
    answer = await client.put(PATH, params=QUERY, json=body | {"access_mode": "write_only"})
    assert answer.status_code == 200, answer.text
    bot = await store.bots.create_bot(BotRequest(meeting_link="http://127.0.0.1:9/practice/a"), workspace_id)
    (tmp_path / "source").write_bytes(b"sound")
    key = f"bots/{bot.id}/audio.mp3"
    await storages.put_file(key, tmp_path / "source")
    await store.artifacts.add_salvaged(bot.id, NewArtifact("audio", key, "audio/mpeg", 5))
    answer = await client.get(f"/api/v1/bots/{bot.id}/audio")
    assert answer.status_code == 403
    assert "write_only" in answer.json()["message"]
    await store.bots.request_removal(bot.id)
    again: dict[str, Any] = {"provider": {"meeting_captions": {}}}
    answer = await client.post(f"/api/v1/bots/{bot.id}/transcribe", json=again)
    assert (answer.status_code, "write_only" in answer.json()["message"]) == (403, True)
    reader = BucketStorage(s3.bucket(body["bucket_name"]))
    assert await reader.size(f"meetstream/{bot.id}_audio.mp3") == 5
    reader.close()


async def test_diagnostics_in_a_write_only_bucket_are_forbidden(
    client: httpx2.AsyncClient,
    body: dict[str, Any],
    store: Store,
    storages: Storages,
    workspace_id: str,
    tmp_path: Path,
):
    """403 as of the media, and no archive that ends in its middle."""
    await client.put(PATH, params=QUERY, json=body | {"access_mode": "write_only"})
    bot = await store.bots.create_bot(BotRequest(meeting_link="http://127.0.0.1:9/practice/a"), workspace_id)
    (tmp_path / "source").write_bytes(b"a line")
    key = f"bots/{bot.id}/log/session.log"
    await storages.put_file(key, tmp_path / "source")
    await store.artifacts.add(bot.id, [NewArtifact("log", key, "text/plain", 6, name="session.log")])
    await store.bots.request_removal(bot.id)
    answer = await client.get(f"/api/v1/bots/{bot.id}/diagnostics")
    assert answer.status_code == 403
    assert "write_only" in answer.json()["message"]


async def test_media_in_a_read_write_bucket_are_read_through_the_api(
    client: httpx2.AsyncClient,
    body: dict[str, Any],
    store: Store,
    storages: Storages,
    workspace_id: str,
    tmp_path: Path,
):
    """In whole and in part; a bucket that fails is 503, and its name stays with the operator."""
    await client.put(PATH, params=QUERY, json=body)
    bot = await store.bots.create_bot(BotRequest(meeting_link="http://127.0.0.1:9/practice/a"), workspace_id)
    (tmp_path / "source").write_bytes(bytes(range(256)) * 20_000)
    key = f"bots/{bot.id}/audio.mp3"
    size = await storages.put_file(key, tmp_path / "source")
    await store.artifacts.add_salvaged(bot.id, NewArtifact("audio", key, "audio/mpeg", size))
    whole = await client.get(f"/api/v1/bots/{bot.id}/audio")
    assert whole.content == (tmp_path / "source").read_bytes()
    part = await client.get(f"/api/v1/bots/{bot.id}/audio", headers={"Range": "bytes=3000000-3000009"})
    assert (part.status_code, part.content) == (206, whole.content[3_000_000:3_000_010])
    await store.workspace_storages.forget_credentials(workspace_id, "aws")
    gone = await client.get(f"/api/v1/bots/{bot.id}/audio")
    assert gone.status_code == 403
    assert body["bucket_name"] not in gone.text


async def test_workspaces_see_nothing_of_each_others_buckets(
    client: httpx2.AsyncClient, body: dict[str, Any], store: Store
):
    """Neither list nor delete reaches over."""
    await client.put(PATH, params=QUERY, json=body)
    other = {"Authorization": f"Token {await store.keys.create('other', 'other')}"}
    assert (await client.get(PATH, headers=other)).json() == {"configs": []}
    assert (await client.delete(PATH, params={"key_name": "aws"}, headers=other)).status_code == 404
    assert len((await client.get(PATH)).json()["configs"]) == 1


async def test_a_server_without_buckets_says_so(
    tmp_path: Path, store: Store, api_key: str, body: dict[str, Any]
):
    """409 for a configuration that would be good."""
    app = create_app(Settings(data_dir=tmp_path / "data"), store, FolderStorage(tmp_path / "folder"))
    headers = {"Authorization": f"Token {api_key}"}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
        assert (await client.put(PATH, params=QUERY, json=body)).status_code == 409


async def test_meetstreams_own_client_configures_it(
    app: FastAPI,
    serving: Callable[[FastAPI], AbstractAsyncContextManager[int]],
    api_key: str,
    body: dict[str, Any],
):
    """set, get and delete, of the synchronous and of the asynchronous one."""
    async with serving(app) as port:
        url = f"http://127.0.0.1:{port}/api/v1"

        def synchronously() -> None:
            with MeetStream(api_key=api_key, base_url=url) as sdk:
                assert sdk.storage.set(body)["config"]["bucket_name"] == body["bucket_name"]
                assert len(sdk.storage.get()["configs"]) == 1
                sdk.storage.delete()

        await asyncio.to_thread(synchronously)
        async with AsyncMeetStream(api_key=api_key, base_url=url) as sdk:
            await sdk.storage.set(body)
            assert len((await sdk.storage.get())["configs"]) == 1
            await sdk.storage.delete("aws")
            assert (await sdk.storage.get())["configs"] == []
