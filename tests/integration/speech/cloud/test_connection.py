"""Requests to a service that is slow, in the way, endless or elsewhere."""

from __future__ import annotations

import asyncio
import os
import tracemalloc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from tests.providers.serving import account_at
from tests.providers.waits import Waits

from roomtone.speech.accounts import Account
from roomtone.speech.cloud.bodies import FileBody
from roomtone.speech.cloud.connection import Connection, Request, upload_timeout_s
from roomtone.speech.errors import ProviderRefused, ProviderUnavailable, UnreadableAnswer, UnusableAudio

if TYPE_CHECKING:
    from roomtone.speech.cloud.patience import Patience

KEY = "k-123456789"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """A server that counts the bytes of bodies and answers what it is told to.

    Attributes:
        answer: Its every answer.
        heads: The heads of requests, in order.
        n_bytes: The bytes of bodies, all together.
        early: Answer before the body was read, and read no more.
        address: Where it is.
    """

    def __init__(self) -> None:
        self.answer, self.heads, self.n_bytes, self.early, self.address = OK, list[str](), 0, False, ""

    async def handle(self, reader, writer) -> None:
        """Serve a connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            lengths = [
                line.split(": ")[1]
                for line in head.split("\r\n")
                if line.lower().startswith("content-length")
            ]
            left = 0 if self.early else int((lengths or ["0"])[0])
            while left > 0 and (piece := await reader.read(65_536)):
                left -= len(piece)
                self.n_bytes += len(piece)
            writer.write(self.answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def _running():
    server = Server()
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield server


@pytest.fixture
async def server():
    """A running server."""
    async with _running() as running:
        yield running


def connection(server: Server, patience: Patience | None = None, most_answer_bytes: int = 1000) -> Connection:
    """A connection to it."""
    account = account_at(server.address, KEY)
    headers = {"Authorization": KEY}
    return Connection("Example", server.address, headers, account, patience, most_answer_bytes)


async def test_a_large_file_is_sent_in_pieces(server, tmp_path):
    """200 MB go out with a few in memory, their length said ahead, and progress is told in order."""
    path, size = tmp_path / "large.webm", 200 * 1024 * 1024
    path.touch()
    os.truncate(path, size)
    told: list[float] = []
    body = FileBody(path, size, "audio/webm", before=b"<", after=b">", sent=told.append)
    tracemalloc.start()
    try:
        async with connection(server) as asking:
            answer = await asking.ask(Request("POST", "/x", timeout_s=100.0, body=body))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (answer.json(), server.n_bytes) == ({}, size + 2)
    assert f"content-length: {size + 2}\r\n" in server.heads[0].lower()
    assert "content-type: audio/webm\r\n" in server.heads[0].lower()
    assert peak < 20 * 1024 * 1024
    assert told == sorted(told)
    assert told[-1] == 1.0


async def test_a_file_that_changes_is_told(server, tmp_path):
    """Shorter than announced, or gone: the sound's error, once."""
    path = tmp_path / "a.ogg"
    path.write_bytes(b"x" * 100)
    async with connection(server) as asking:
        with pytest.raises(UnusableAudio):
            await asking.ask(Request("POST", "/", body=FileBody(path, 200, "audio/ogg")))
        path.unlink()
        with pytest.raises(UnusableAudio):
            await asking.ask(Request("POST", "/", body=FileBody(path, 100, "audio/ogg")))


async def test_an_endless_answer_is_cut(server):
    """More than the bound is no answer, and not asked for again."""
    server.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001
    async with connection(server) as asking:
        with pytest.raises(UnreadableAnswer):
            await asking.ask(Request("GET", "/"))
    assert len(server.heads) == 1


async def test_a_redirect_is_a_refusal(server):
    """The key goes nowhere else."""
    server.answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with connection(server) as asking:
        with pytest.raises(ProviderRefused) as refused:
            await asking.ask(Request("GET", "/"))
    assert refused.value.status == 302


async def test_an_early_no_is_heard(server, tmp_path):
    """A service that refuses the key before it has read the body is not tried again."""
    server.early = True
    body = b'{"error": "no such key k-123456789"}'
    server.answer = b"HTTP/1.1 401 No\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
        len(body),
        body,
    )
    path = tmp_path / "a.ogg"
    path.write_bytes(b"x" * 50)
    async with connection(server) as asking:
        with pytest.raises(ProviderRefused, match=r"Example answered 401: no such key \*\*\*") as refused:
            await asking.ask(Request("POST", "/", body=FileBody(path, 50, "audio/ogg")))
    assert KEY not in repr(refused.value)


async def test_nobody_there_is_trouble_that_may_pass(server):
    """A closed port and a name without an address are tried again, four times in all."""
    waits = Waits()
    for address in ("http://127.0.0.1:1", "http://nobody.invalid"):
        waits.waited_s.clear()
        account = account_at(address, KEY)
        async with Connection("Example", address, {}, account, waits.patience) as asking:
            with pytest.raises(ProviderUnavailable) as refused:
                await asking.ask(Request("GET", "/", timeout_s=10.0))
        assert refused.value.retryable
        assert len(waits.waited_s) == 3
    assert server.heads == []


async def test_private_addresses_that_nobody_allowed_are_not_asked(server):
    """Told once, and for good."""
    async with Connection("Example", server.address, {}, Account(KEY, server.address)) as asking:
        with pytest.raises(ProviderRefused, match="ROOMTONE_ALLOWED_NETWORKS"):
            await asking.ask(Request("GET", "/"))
    assert server.heads == []


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org", "nonsense", "http://[]", "http://", "http://127.0.0.1:70000", "http://ä..b",
        "http://exa\nmple.org", "http://example.org/\ud800",
    ],
)  # fmt: skip
def test_addresses_that_are_none_are_refused(address):
    """Before anything is asked."""
    with pytest.raises(ProviderRefused, match="no usable URL"):
        Connection("Example", address, {}, Account(KEY, address))


async def test_a_long_wait_that_is_asked_for_is_left_to_a_later_attempt(server):
    """An hour is not waited for; a date is understood."""
    waits = Waits()
    server.answer = b"HTTP/1.1 429 Later\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"
    async with connection(server, waits.patience) as asking:
        with pytest.raises(ProviderUnavailable):
            await asking.ask(Request("GET", "/"))
    assert (waits.waited_s, len(server.heads)) == ([], 1)


def test_large_files_have_longer():
    """At 128 KiB a second, and the time for the answer after it."""
    assert upload_timeout_s(128 * 1024 * 100, 60.0) == 160.0
