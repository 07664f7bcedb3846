import asyncio
import gzip
from contextlib import asynccontextmanager

import httpx2
import pytest

from roomtone.outbound.errors import AddressRefused, OutboundError
from roomtone.outbound.http import guarded_http_client
from roomtone.outbound.policy import AddressPolicy

LOOPBACK = AddressPolicy.of(allow_private=False, networks=["127.0.0.0/8", "::1/128"])


@asynccontextmanager
async def http_server(answer, tls=None):
    """A server that keeps the heads of its requests; ``answer`` is bytes or ``async (writer) -> None``."""
    heads: list[str] = []
    running: set[asyncio.Task[None]] = set()

    async def handle(reader, writer):
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort() if not isinstance(answer, bytes) else writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1], heads
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "[::1]", "169.254.169.254", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]",
        "public.example@127.0.0.1", "1.1.1.1:80@127.0.0.1", "127.0.0.1#@public.example", "127.0.0.1?@public.example",
    ],
)  # fmt: skip
async def test_private_hosts_are_refused(host):
    """However the URL is dressed, the address that would be connected to decides."""
    async with (
        http_server(OK) as (port, heads),
        guarded_http_client(AddressPolicy(), timeout_s=5.0) as client,
    ):
        mark = host.index("#") if "#" in host else host.index("?") if "?" in host else len(host)
        with pytest.raises(AddressRefused):
            await client.post(f"http://{host[:mark]}:{port}/{host[mark:]}", content=b"secret")
        assert heads == []


async def test_allowed_host_is_posted_to():
    """The request arrives with the URL's own Host, and no proxy or netrc of the environment is used."""
    async with http_server(OK) as (port, heads), guarded_http_client(LOOPBACK) as client:
        response = await client.post(f"http://localhost:{port}/hook?x=1", json={"a": 1})
    assert (response.status_code, response.text) == (200, "ok")
    assert heads[0].startswith("POST /hook?x=1 HTTP/1.1\r\n")
    assert f"\r\nhost: localhost:{port}\r\n" in heads[0].lower()


async def test_environment_has_no_say(monkeypatch):
    """A proxy in the environment would see users' URLs and hide their addresses from the check."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with http_server(OK) as (port, _), guarded_http_client(LOOPBACK) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 200


async def test_redirect_is_an_answer():
    """A receiver cannot send us somewhere else."""
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    async with http_server(moved) as (port, heads), guarded_http_client(LOOPBACK) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 302
    assert len(heads) == 1


async def test_long_body_is_cut():
    """64 KiB are read of an endless answer, and the connection is closed."""

    async def endless(writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    async with http_server(endless) as (port, _), guarded_http_client(LOOPBACK) as client:
        response = await client.get(f"http://127.0.0.1:{port}/")
    assert response.content == b"x" * 65_536


async def test_compressed_body_is_not_unpacked():
    """A small body that unpacks to a large one stays small."""
    packed = gzip.compress(b"0" * 10_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    async with http_server(head + packed) as (port, heads), guarded_http_client(LOOPBACK) as client:
        response = await client.get(f"http://127.0.0.1:{port}/")
    assert response.content == packed
    assert "accept-encoding: identity" in heads[0].lower()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
async def test_whole_request_has_one_deadline(head):
    """A byte every 50 ms keeps every single read alive, and the request ends in time all the same."""

    async def trickle(writer):
        writer.write(head)
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with http_server(trickle) as (port, _), guarded_http_client(LOOPBACK, timeout_s=0.5) as client:
        # The body would take eight minutes, and a head has no end at all.
        async with asyncio.timeout(60):
            with pytest.raises(httpx2.TimeoutException):
                await client.get(f"http://127.0.0.1:{port}/")


async def test_tls_keeps_the_name(tls):
    """SNI, certificate and Host are those of the URL, although the connection goes to an address."""
    server, client_tls, names = tls
    names.clear()
    async with (
        http_server(OK, server) as (port, heads),
        guarded_http_client(LOOPBACK, tls=client_tls) as client,
    ):
        assert (await client.get(f"https://localhost:{port}/")).status_code == 200
        assert names == ["localhost"]
        assert f"host: localhost:{port}" in heads[0].lower()
        with pytest.raises(httpx2.ConnectError):
            await client.get(f"https://127.0.0.1:{port}/")  # the certificate names no address


async def test_unknown_host_and_closed_port():
    """Ours for the name, the library's for the connection."""
    async with guarded_http_client(LOOPBACK, timeout_s=5.0) as client:
        with pytest.raises(OutboundError):
            await client.get("http://nobody.invalid/")
        with pytest.raises(httpx2.ConnectError):
            await client.get("http://127.0.0.1:1/")
        with pytest.raises(httpx2.UnsupportedProtocol):
            await client.get("file:///etc/passwd")
