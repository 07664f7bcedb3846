"""The storages behind one port: what goes where, and that it is found there whatever changes."""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.s3_server import S3Server

from roomtone.bot.request import BotRequest
from roomtone.config import Settings
from roomtone.outbound.policy import AddressPolicy
from roomtone.service.storage.errors import BucketUnusable, OutOfReach, StorageError, WriteOnly
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.storage.s3 import BucketStorage
from roomtone.service.storage.storages import Storages
from roomtone.service.store.errors import UnknownBot
from roomtone.service.store.store import Store
from roomtone.service.store.workspace_storages import READ_WRITE, WRITE_ONLY, StoragePlace

LOCAL = AddressPolicy(allow_private=True)


@pytest.fixture
def opened(tmp_path: Path, store: Store, s3: S3Server) -> Iterator[Callable[..., Storages]]:
    """Opens the storages of a server, with more settings; the data folder is the same every time."""
    made = []

    def opened(policy: AddressPolicy = LOCAL, **more: Any) -> Storages:
        settings = Settings(
            data_dir=tmp_path / "data",
            storage_endpoint_url=s3.url,
            storage_key_id="server-key",
            storage_secret="server-secret",
            **more,
        )
        made.append(Storages(FolderStorage(tmp_path / "data" / "artifacts"), store, settings, policy))
        return made[-1]

    yield opened
    for storages in made:
        storages.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small file."""
    path = tmp_path / "source"
    path.write_bytes(b"some bytes")
    return path


@pytest.fixture
async def bot_id(store: Store, workspace_id: str, request_body: BotRequest) -> str:
    """A bot of the default workspace."""
    return (await store.bots.create_bot(request_body, workspace_id)).id


def place(s3: S3Server, bucket: str, **more: Any) -> StoragePlace:
    """A workspace's place in a bucket of the service."""
    known: dict[str, Any] = {
        "provider": "aws",
        "bucket": bucket,
        "region": "us-east-1",
        "endpoint_url": s3.url,
        "access_mode": READ_WRITE,
        "prefix": "meetstream",
        "prefixes": {},
    }
    return StoragePlace(**known | more)


async def read(storages: Storages, key: str) -> bytes:
    """Everything under a key."""
    return b"".join([piece async for piece in storages.open_range(key, 0, 1 << 40)])


async def test_whoever_stops_reading_closes_what_was_opened(
    opened: Callable[..., Storages], tmp_path: Path, bot_id: str
):
    """The file under the pieces is closed with them, not when somebody collects garbage."""
    (tmp_path / "long").write_bytes(bytes(3_000_000))
    storages, key = opened(), f"bots/{bot_id}/long"
    await storages.put_file(key, tmp_path / "long")
    pieces = storages.open_range(key, 0, 3_000_000)
    assert await anext(pieces)
    assert open_files(tmp_path / "data") == 1
    await pieces.aclose()
    assert open_files(tmp_path / "data") == 0


def open_files(folder: Path) -> int:
    """How many files below a folder's artifacts this process has open."""
    found = 0
    for number in Path("/proc/self/fd").iterdir():
        try:
            found += number.readlink().is_relative_to(folder / "artifacts")
        except FileNotFoundError:
            continue
    return found


async def names_in(s3: S3Server, bucket: str, folder: str) -> list[str]:
    """What a bucket really holds below a folder."""
    reader = BucketStorage(s3.bucket(bucket))
    try:
        return await reader.keys(folder)
    finally:
        reader.close()


async def test_what_was_stored_stays_where_it_is_when_the_settings_change(
    opened: Callable[..., Storages], s3: S3Server, new_bucket: Callable[[], str], source: Path, bot_id: str
):
    """From the folder to a bucket to another one and back: everything is read, and deleted, where it lies."""
    first, second = new_bucket(), new_bucket()
    urls = [None, f"s3://{first}/kept", f"s3://{second}", None]
    for number, url in enumerate(urls):
        await opened(storage_url=url).put_file(f"bots/{bot_id}/{number}", source)
    assert await names_in(s3, first, f"kept/bots/{bot_id}") == [f"kept/bots/{bot_id}/1"]
    storages = opened(storage_url=urls[2])
    keys = await storages.keys(f"bots/{bot_id}")
    assert keys == [f"bots/{bot_id}/{number}" for number in range(4)]
    for key in keys:
        assert await read(storages, key) == b"some bytes"
        assert await storages.delete(key) is True
    assert await storages.keys(f"bots/{bot_id}") == []
    assert await names_in(s3, first, "kept") == await names_in(s3, second, "bots") == []


async def test_a_workspaces_media_go_to_its_own_bucket(
    opened: Callable[..., Storages],
    s3: S3Server,
    new_bucket: Callable[[], str],
    source: Path,
    bot_id: str,
    workspace_id: str,
):
    """Under the names of the contract, by kind; what was there before stays, and no trial is left."""
    storages = opened()
    await storages.put_file(f"bots/{bot_id}/before", source)
    bucket = new_bucket()
    await storages.configure(workspace_id, place(s3, bucket, prefixes={"video": "films"}), "key", "secret")
    for name in ("audio.mp3", "video.mp4", "screenshot/failure.png"):
        await storages.put_file(f"bots/{bot_id}/{name}", source)
    assert await names_in(s3, bucket, "meetstream") == [
        f"meetstream/{bot_id}_audio.mp3",
        f"meetstream/{bot_id}_screenshot/failure.png",
    ]
    assert await names_in(s3, bucket, "films") == [f"films/{bot_id}_video.mp4"]
    for name in ("before", "audio.mp3", "video.mp4"):
        assert await read(storages, f"bots/{bot_id}/{name}") == b"some bytes"
    assert bucket in str(await storages.link(f"bots/{bot_id}/video.mp4", 60))
    assert await storages.link(f"bots/{bot_id}/before", 60) is None


async def test_another_bucket_takes_what_is_new_and_a_new_key_opens_what_is_there(
    opened: Callable[..., Storages],
    s3: S3Server,
    new_bucket: Callable[[], str],
    source: Path,
    bot_id: str,
    workspace_id: str,
):
    """The former bucket is read still; the same bucket with other credentials keeps its id."""
    storages = opened()
    first, second = new_bucket(), new_bucket()
    before = await storages.configure(workspace_id, place(s3, first), "key", "secret")
    await storages.put_file(f"bots/{bot_id}/a", source)
    await storages.configure(workspace_id, place(s3, second), "key", "secret")
    await storages.put_file(f"bots/{bot_id}/b", source)
    assert await names_in(s3, second, "meetstream") == [f"meetstream/{bot_id}_b"]
    assert await read(storages, f"bots/{bot_id}/a") == b"some bytes"
    again = await storages.configure(workspace_id, place(s3, first), "other-key", "secret")
    assert again.id == before.id
    assert again.credentials != before.credentials
    assert "secret" not in str(again.credentials)
    assert "other-key" in str(await storages.link(f"bots/{bot_id}/a", 60))


async def test_credentials_that_were_taken_back_are_gone(
    opened: Callable[..., Storages],
    s3: S3Server,
    new_bucket: Callable[[], str],
    source: Path,
    bot_id: str,
    workspace_id: str,
    store: Store,
):
    """What lies there is out of reach, deleting it says so, and what is new goes to the server's storage."""
    storages = opened()
    made = await storages.configure(workspace_id, place(s3, new_bucket()), "key", "secret")
    await storages.put_file(f"bots/{bot_id}/a", source)
    assert await store.workspace_storages.forget_credentials(workspace_id, "aws") is True
    kept = await store.workspace_storages.get(made.id)
    assert kept is not None
    assert kept.credentials is None
    for operation in (read(storages, f"bots/{bot_id}/a"), storages.delete(f"bots/{bot_id}/a")):
        with pytest.raises(OutOfReach):
            await operation
    await storages.put_file(f"bots/{bot_id}/b", source)
    assert await storages.link(f"bots/{bot_id}/b", 60) is None
    await storages.put_file(f"bots/{bot_id}/a", source)
    assert await read(storages, f"bots/{bot_id}/a") == b"some bytes"


async def test_a_write_only_bucket_is_written_and_not_read(
    opened: Callable[..., Storages],
    s3: S3Server,
    new_bucket: Callable[[], str],
    source: Path,
    bot_id: str,
    workspace_id: str,
):
    """Reads say where to read instead; a deletion is done."""
    storages = opened()
    bucket = new_bucket()
    await storages.configure(workspace_id, place(s3, bucket, access_mode=WRITE_ONLY), "key", "secret")
    await storages.put_file(f"bots/{bot_id}/a", source)
    for operation in (storages.size(f"bots/{bot_id}/a"), read(storages, f"bots/{bot_id}/a")):
        with pytest.raises(WriteOnly):
            await operation
    assert await storages.keys(f"bots/{bot_id}") == [f"bots/{bot_id}/a"]
    assert await storages.delete(f"bots/{bot_id}/a") is True
    assert await names_in(s3, bucket, "meetstream") == []


async def test_a_bucket_that_does_not_work_is_not_configured(
    opened: Callable[..., Storages], s3: S3Server, workspace_id: str, store: Store
):
    """The text says which step failed and why; private addresses need the operator's leave."""
    with pytest.raises(BucketUnusable, match=r"writing an object failed.*no such bucket"):
        await opened().configure(workspace_id, place(s3, "not-there"), "key", "secret")
    with pytest.raises(BucketUnusable, match=r"endpoint_url.*not public"):
        await opened(AddressPolicy()).configure(workspace_id, place(s3, "not-there"), "key", "secret")
    assert await store.workspace_storages.current(workspace_id) is None


async def test_a_bucket_on_an_address_that_is_refused_later_is_not_used(
    opened: Callable[..., Storages],
    s3: S3Server,
    new_bucket: Callable[[], str],
    source: Path,
    bot_id: str,
    workspace_id: str,
):
    """The address is looked at again when it is used, and the file stays."""
    await opened().configure(workspace_id, place(s3, new_bucket()), "key", "secret")
    with pytest.raises(BucketUnusable, match="not public"):
        await opened(AddressPolicy()).put_file(f"bots/{bot_id}/a", source, move=True)
    assert source.exists()


async def test_a_service_that_sends_us_elsewhere_gets_us_nowhere(
    opened: Callable[..., Storages], s3: S3Server, workspace_id: str
):
    """A redirect to an address that is not allowed is never followed to its end."""
    reached: list[str] = []

    async def inner(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append("inner")
        writer.close()

    async def outer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        reached.append("outer")
        port = hidden.sockets[0].getsockname()[1]
        # The library follows redirects of all but uploads.
        moved = f"HTTP/1.1 307 X\r\nLocation: http://127.0.0.2:{port}/\r\nContent-Length: 0\r\n\r\n"
        taken = 'HTTP/1.1 200 X\r\nETag: "x"\r\nContent-Length: 0\r\n\r\n'
        writer.write((taken if head.startswith(b"PUT") else moved).encode())
        await writer.drain()
        writer.close()

    hidden = await asyncio.start_server(inner, "127.0.0.2", 0)
    shown = await asyncio.start_server(outer, "127.0.0.1", 0)
    policy = AddressPolicy.of(allow_private=False, networks=["127.0.0.1/32"])
    async with hidden, shown:
        url = f"http://127.0.0.1:{shown.sockets[0].getsockname()[1]}"
        with pytest.raises(BucketUnusable):
            await opened(policy).configure(workspace_id, place(s3, "rooms", endpoint_url=url), "a", "b")
    assert set(reached) == {"outer"}


class OvertakenFolder(FolderStorage):
    """A folder; the data of the bot whose file it stores are deleted meanwhile."""

    def __init__(self, root: Path, store: Store) -> None:
        super().__init__(root)
        self._store = store

    async def put_file(self, key: str, path: Path, *, move: bool = False) -> int:
        """Store it, and have it overtaken."""
        size = await super().put_file(key, path, move=move)
        await self._store.placements.close(key.split("/")[1])
        return size


async def test_nothing_is_stored_for_a_bot_whose_data_were_deleted_meanwhile(
    tmp_path: Path, bot_id: str, store: Store, source: Path
):
    """Neither afterwards nor by who was at it already."""
    folder = OvertakenFolder(tmp_path / "data" / "artifacts", store)
    storages = Storages(folder, store, Settings(data_dir=tmp_path / "data"), LOCAL)
    assert await refused(storages, f"bots/{bot_id}/a", source)
    assert await refused(storages, f"bots/{bot_id}/b", source)
    assert await storages.keys(f"bots/{bot_id}") == []


async def test_nothing_goes_into_a_bucket_for_a_bot_whose_data_are_deleted(
    opened: Callable[..., Storages],
    new_bucket: Callable[[], str],
    tmp_path: Path,
    bot_id: str,
    store: Store,
):
    """Neither afterwards nor by who was at it already."""
    storages = opened(storage_url=f"s3://{new_bucket()}")
    large = tmp_path / "large"
    large.write_bytes(bytes(30_000_000))
    async with asyncio.TaskGroup() as tasks:
        putting = tasks.create_task(refused(storages, f"bots/{bot_id}/a", large), name="put")
        while not await storages.keys(f"bots/{bot_id}"):  # noqa: ASYNC110
            await asyncio.sleep(0)
        await store.placements.close(bot_id)
    assert putting.result()
    assert await refused(storages, f"bots/{bot_id}/b", large)
    assert await storages.keys(f"bots/{bot_id}") == []


async def refused(storages: Storages, key: str, path: Path) -> bool:
    """Whether storing ends with the word that there is no such bot."""
    try:
        await storages.put_file(key, path)
    except UnknownBot:
        return True
    return False


async def test_what_was_begun_and_never_written_can_be_deleted(
    opened: Callable[..., Storages], new_bucket: Callable[[], str], bot_id: str, tmp_path: Path
):
    """A placement is noted first, so that a death in the middle leaves nothing that nobody knows of."""
    storages = opened(storage_url=f"s3://{new_bucket()}")
    with pytest.raises(StorageError):
        await storages.put_file(f"bots/{bot_id}/a", tmp_path / "absent")
    key = f"bots/{bot_id}/a"
    assert await storages.keys(f"bots/{bot_id}") == [key]
    assert await storages.delete(key) is False
    assert await storages.keys(f"bots/{bot_id}") == []
    with pytest.raises(StorageError):
        await storages.size(f"bots/{uuid.uuid4()}/a")
