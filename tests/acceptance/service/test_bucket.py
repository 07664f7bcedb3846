"""A server whose files go to a bucket, from the first seconds of a meeting to the deletion."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import httpx2
import pytest
from tests.acceptance.service.braked_proxy import BrakedProxy
from tests.acceptance.service.conftest import LONGEST_WAIT_S, running
from tests.s3_server import S3Server, s3_server

from roomtone.service.storage.s3 import BucketStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.acceptance.service.conftest import Receiver, ServerProcess

LIVE_COPY_S = 1.0
DELETIONS = 6
"""How many of a bot's objects go before the server is killed."""


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    """A running S3 service with a bucket for every test."""
    with s3_server() as server:
        yield server


@pytest.fixture
def bucket(s3: S3Server, request: pytest.FixtureRequest) -> Iterator[BucketStorage]:
    """An empty bucket, read beside the server."""
    storage = BucketStorage(s3.bucket(s3.make_bucket(f"rooms-{abs(hash(request.node.name))}")))
    yield storage
    storage.close()


@pytest.fixture
def proxy(s3: S3Server) -> Iterator[BrakedProxy]:
    """A way to the service on which deletions can be held up."""
    proxy = BrakedProxy(s3.url)
    with proxy.serving():
        yield proxy


@pytest.fixture
def server(
    bucket: BucketStorage, tmp_path: Path, recorded: Path, request: pytest.FixtureRequest
) -> Iterator[ServerProcess]:
    """A server with that bucket, by way of the proxy where the test has one."""
    is_braked = "proxy" in request.fixturenames
    yield from running(
        tmp_path / "data",
        recorded,
        ROOMTONE_STORAGE_URL=f"s3://{bucket.bucket.name}",
        ROOMTONE_STORAGE_ENDPOINT_URL=(
            request.getfixturevalue("proxy").url if is_braked else bucket.bucket.service
        ),
        ROOMTONE_STORAGE_KEY_ID="key",
        ROOMTONE_STORAGE_SECRET="secret",
        ROOMTONE_LIVE_COPY_S=str(LIVE_COPY_S),
    )


async def until(bucket: BucketStorage, bot_id: str, fits: Callable[[list[str]], bool]) -> list[str]:
    """A bot's keys in the bucket, as soon as they are as they should be."""
    deadline_s = time.monotonic() + LONGEST_WAIT_S
    while not fits(keys := await bucket.keys(f"bots/{bot_id}")):
        assert time.monotonic() < deadline_s, keys
        await asyncio.sleep(0.02)
    return keys


async def delete(server: ServerProcess, bot_id: str) -> httpx2.Response:
    """Ask for the deletion of a bot's data."""
    async with httpx2.AsyncClient(base_url=server.url, timeout=LONGEST_WAIT_S) as client:
        headers = {"Authorization": f"Token {server.key}"}
        return await client.delete(f"/api/v1/bots/{bot_id}/delete", headers=headers)


async def test_a_recording_goes_up_while_it_runs_and_is_served_and_deleted(
    server: ServerProcess, receiver: Receiver, bucket: BucketStorage
):
    """Parts while it runs, the finished files after it, a download in whole and in part, and then nothing."""
    bot_id = await server.create_bot(receiver.url)
    await receiver.wait_for(bot_id, "bot.recording")
    await until(bucket, bot_id, lambda keys: any("/live/1/recording.mp4/" in key for key in keys))
    refused = await delete(server, bot_id)
    assert refused.status_code == 409
    await asyncio.sleep(2 * LIVE_COPY_S)
    await server.get(f"/api/v1/bots/{bot_id}/remove_bot")
    await receiver.wait_for(bot_id, "bot.done")
    finished = await until(bucket, bot_id, lambda keys: not any("/live/" in key for key in keys))
    names = {key.rpartition("/")[2] for key in finished}
    assert {"audio.mp3", "video.mp4", "session.log"} <= names
    assert not [path for path in (server.data_dir / "artifacts").rglob("*") if path.is_file()]
    video = await server.get(f"/api/v1/bots/{bot_id}/video")
    part = await server.get(f"/api/v1/bots/{bot_id}/video", Range="bytes=1000-1999")
    assert (part.status_code, part.content) == (206, video.content[1000:2000])
    deleted = await delete(server, bot_id)
    assert (deleted.status_code, deleted.json()["deleted_objects"]) == (200, len(names))
    told = await receiver.wait_for(bot_id, "data_deletion")
    assert (told["status"], told["deleted_objects"]) == ("success", len(names))
    assert await bucket.keys("bots") == []
    assert (await server.get(f"/api/v1/bots/{bot_id}/video")).status_code == 404


async def test_a_deletion_goes_on_after_a_sudden_death(
    server: ServerProcess, receiver: Receiver, bucket: BucketStorage, proxy: BrakedProxy, tmp_path: Path
):
    """Kill -9 while objects go: nothing is called deleted that is there, and the next start goes on."""
    bot_id = await server.create_bot(receiver.url, {"lasts_s": 0.5, "end": "meeting_ended"})
    await receiver.wait_for(bot_id, "bot.done")
    (tmp_path / "more").write_bytes(b"more")
    many = [f"bots/{bot_id}/many/{number:03d}" for number in range(40)]
    await asyncio.gather(*(bucket.put_file(key, tmp_path / "more") for key in many))
    there = await bucket.keys(f"bots/{bot_id}")
    proxy.hold_up(after=DELETIONS)
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(ask_until_it_dies(server, bot_id), name="ask")
        await until(bucket, bot_id, lambda keys: len(keys) == len(there) - DELETIONS)
        server.kill()
    proxy.let_go()
    assert not asking.result()
    assert "data_deletion" not in receiver.events(bot_id)
    server.start()
    told = await receiver.wait_for(bot_id, "data_deletion")
    assert await bucket.keys(f"bots/{bot_id}") == []
    # What went in the very moment of the death may not have been counted.
    assert len(there) - DELETIONS <= told["deleted_objects"] <= len(there)
    assert (await delete(server, bot_id)).status_code == 404


async def ask_until_it_dies(server: ServerProcess, bot_id: str) -> bool:
    """Ask for a deletion; whether it was answered."""
    with contextlib.suppress(httpx2.HTTPError):
        await delete(server, bot_id)
        return True
    return False


async def test_a_workspaces_write_only_bucket_gets_everything_and_gives_nothing(
    server: ServerProcess, receiver: Receiver, s3: S3Server
):
    """The recording is finished as everywhere else; reading it is for the bucket's owner alone."""
    own = s3.make_bucket("for-its-owner-alone")
    place = {"provider": "aws", "bucket_name": own, "region": "us-east-1", "endpoint_url": s3.url}
    keys = {"access_key_id": "key", "secret_key": "secret", "access_mode": "write_only"}
    headers = {"Authorization": f"Token {server.key}"}
    async with httpx2.AsyncClient(base_url=server.url, timeout=LONGEST_WAIT_S, headers=headers) as client:
        where = "/api/v1/admin/configs?config_type=storage"
        assert (await client.put(where, json=place | keys)).status_code == 200
        script = {"lasts_s": 0.3, "end": "meeting_ended", "papers": True}
        bot_id = await server.create_bot(receiver.url, script)
        done = await receiver.wait_for(bot_id, "bot.done")
        assert done["bot_status"] == "Done"
        assert receiver.events(bot_id)[-3:] == ["audio.processed", "video.processed", "bot.done"]
        for route in ("audio", "video", "get_audio", "get_participants"):
            assert (await client.get(f"/api/v1/bots/{bot_id}/{route}")).status_code == 403, route
    there = BucketStorage(s3.bucket(own))
    names = await there.keys("meetstream")
    there.close()
    assert {f"meetstream/{bot_id}_audio.mp3", f"meetstream/{bot_id}_video.mp4"} <= set(names)
