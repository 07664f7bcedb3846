"""The bucket adapter on a real S3 service: links, refusals, and the end of a process that used it."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from tests.s3_server import S3Server, s3_server

from roomtone.service.storage.errors import BucketUnusable, MissingObject, StorageError, WriteOnly
from roomtone.service.storage.port import CHUNK_BYTES
from roomtone.service.storage.s3 import READ_BYTES, Bucket, BucketStorage

SHORT_LIVES = 12
SHORT_LIFE = """
import asyncio, pathlib, sys
from roomtone.service.storage.s3 import Bucket, BucketStorage
async def main():
    storage = BucketStorage(Bucket(sys.argv[1], endpoint=sys.argv[2], key_id="a", secret="b"))
    path = pathlib.Path(sys.argv[3])
    await storage.put_file("a/b", path)
    async for piece in storage.open_range("a/b", 0, 10):
        pass
asyncio.run(main())
"""


SLOW_S = 1.5


@asynccontextmanager
async def slow_service() -> AsyncIterator[str]:
    """A service that takes its time with what goes up, and never answers anything else; gives its URL."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.release()
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                if (await reader.readuntil(b"\r\n\r\n")).startswith(b"PUT"):
                    await asyncio.sleep(SLOW_S)
                    writer.write(b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 0\r\n\r\n')
                else:
                    await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            ended.release()

    connections, ended = asyncio.Semaphore(0), asyncio.Semaphore(0)
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        while not connections.locked():
            await connections.acquire()
            await asyncio.wait_for(ended.acquire(), 30)


LARGE_BYTES = 96 * 1024 * 1024
MOST_MEMORY_BYTES = 56 * 1024 * 1024
LARGE_UPLOAD = """
import asyncio, pathlib, resource, sys
from roomtone.service.storage.s3 import Bucket, BucketStorage
async def main():
    storage = BucketStorage(Bucket(sys.argv[1], endpoint=sys.argv[2], key_id="a", secret="b"))
    small, large = pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
    await storage.put_file("a", small)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert await storage.put_file("a", large) == large.stat().st_size
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
asyncio.run(main())
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small file."""
    path = tmp_path / "source"
    path.write_bytes(b"some bytes")
    return path


async def test_a_link_gives_the_object_until_it_expires(
    s3: S3Server, new_bucket: Callable[[], str], source: Path
):
    """Anybody can fetch it, its media type is the file's, and the signature says for how long."""
    storage = BucketStorage(s3.bucket(new_bucket()))
    await storage.put_file("a/video.mp4", source)
    link = await storage.link("a/video.mp4", 600)
    storage.close()
    assert "X-Amz-Expires=600" in link
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(link)
    assert answer.content == b"some bytes"
    assert answer.headers["Content-Type"] == "video/mp4"


async def test_a_service_that_hangs_is_given_up_soon_and_a_slow_upload_is_not(source: Path):
    """What is asked for has to begin to come; an upload may take longer until it is answered."""
    async with slow_service() as url:
        bucket = Bucket("rooms", endpoint=url, key_id="a", secret="b")
        storage = BucketStorage(bucket, retry_s=0.0, quiet_s=0.3)
        for asked in (storage.size("a"), storage.keys("a"), storage.delete("a")):
            with pytest.raises(StorageError):
                await asked
        only_written = BucketStorage(replace(bucket, write_only=True), retry_s=0.0, quiet_s=0.3)
        assert await only_written.put_file("a", source) == len(source.read_bytes())
        storage.close()
        only_written.close()


async def test_the_environment_of_the_process_stays_out_of_it(
    s3: S3Server, new_bucket: Callable[[], str], source: Path, monkeypatch: pytest.MonkeyPatch
):
    """Neither an endpoint nor a session token of the environment goes with credentials that were given."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-somebody-else")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    storage = BucketStorage(s3.bucket(new_bucket()), retry_s=1.0)
    await storage.put_file("a", source)
    assert "Security-Token" not in await storage.link("a", 60)
    storage.close()


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"name": "not-there"}, "no such bucket"),
        ({"endpoint": "http://127.0.0.1:1"}, "cannot be reached"),
    ],
)
async def test_a_bucket_that_does_not_work_says_what_to_do(
    s3: S3Server, new_bucket: Callable[[], str], source: Path, changes: dict[str, str], remedy: str
):
    """A failed upload leaves the file, and no text tells a secret."""
    bucket = s3.bucket(changes.get("name", new_bucket()))
    storage = BucketStorage(replace(bucket, endpoint=changes.get("endpoint", s3.url)), retry_s=1.0)
    for operation in (storage.put_file("a", source, move=True), storage.delete("a"), storage.keys("a")):
        with pytest.raises(BucketUnusable, match=remedy) as raised:
            await operation
        assert "test-secret" not in str(raised.value)
    storage.close()
    assert source.read_bytes() == b"some bytes"


async def test_unknown_credentials_are_refused(source: Path):
    """The text says that it is about the credentials; the file stays."""
    with s3_server(INITIAL_NO_AUTH_ACTION_COUNT="1") as server:
        storage = BucketStorage(server.bucket(server.make_bucket("rooms")), retry_s=1.0)
        with pytest.raises(BucketUnusable, match="access key id"):
            await storage.put_file("a", source, move=True)
        with pytest.raises(BucketUnusable, match="denied"):
            await storage.size("a")
        storage.close()
    assert source.exists()


async def test_a_write_only_bucket_is_never_read(s3: S3Server, new_bucket: Callable[[], str], source: Path):
    """It takes and deletes; whoever reads is told to do so from the bucket."""
    name = new_bucket()
    storage = BucketStorage(s3.bucket(name, write_only=True))
    reader = BucketStorage(s3.bucket(name))
    await storage.put_file("a", source, move=True)
    assert not source.exists()
    for operation in (
        storage.size("a"),
        storage.exists("a"),
        storage.link("a", 60),
        anext(storage.open_range("a", 0, 1)),
    ):
        with pytest.raises(WriteOnly):
            await operation
    assert await reader.size("a") == 10
    assert await storage.delete("a") is True
    assert not await reader.exists("a")
    storage.close()
    reader.close()


async def test_a_reader_never_mixes_two_versions(s3: S3Server, new_bucket: Callable[[], str], tmp_path: Path):
    """When the object is replaced or deleted while it is read, the reader fails."""
    storage = BucketStorage(s3.bucket(new_bucket()), retry_s=1.0)
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(bytes(READ_BYTES + CHUNK_BYTES))
    second.write_bytes(b"x" * (READ_BYTES + CHUNK_BYTES))
    for change in (storage.put_file("a", second), storage.delete("a")):
        await storage.put_file("a", first)
        reader = storage.open_range("a", 0, 1 << 40)
        await anext(reader)
        await change
        with pytest.raises(StorageError):
            [_ async for _ in reader]
    storage.close()


def test_processes_that_used_it_end_well(s3: S3Server, new_bucket: Callable[[], str], source: Path):
    """Short lives end with 0, one after another: the library's asynchronous half would abort some."""
    command = [sys.executable, "-c", SHORT_LIFE, new_bucket(), s3.url, str(source)]
    endings = []
    for _ in range(SHORT_LIVES // 3):
        lives = [subprocess.Popen(command) for _ in range(3)]
        endings += [life.wait(timeout=30) for life in lives]
    assert endings == [0] * SHORT_LIVES


def test_a_large_file_goes_up_in_little_memory(
    s3: S3Server, new_bucket: Callable[[], str], source: Path, tmp_path: Path
):
    """A few parts at a time are held, whatever the file's size."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(LARGE_BYTES)
    command = [sys.executable, "-c", LARGE_UPLOAD, new_bucket(), s3.url, str(source), str(large)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert int(said.stdout) < MOST_MEMORY_BYTES


def test_a_bucket_does_not_show_its_credentials():
    """Not in logs, not in tracebacks."""
    bucket = Bucket("rooms", key_id="the-key", secret="the-secret")
    assert "the-key" not in repr(bucket)
    assert "the-secret" not in repr(bucket)


async def test_what_is_missing_is_told_from_a_missing_bucket(s3: S3Server, new_bucket: Callable[[], str]):
    """A missing object is no fault of the bucket's."""
    storage = BucketStorage(s3.bucket(new_bucket()))
    with pytest.raises(MissingObject):
        await storage.size("a")
    assert await storage.delete("a") is False
    storage.close()
