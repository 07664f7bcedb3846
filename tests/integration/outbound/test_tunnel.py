"""The checked proxy for libraries that dial by themselves."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import httpx2
import pytest

from roomtone.outbound.policy import AddressPolicy
from roomtone.outbound.tunnel import GuardedTunnel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HERE = AddressPolicy.of(allow_private=False, networks=["127.0.0.1/32"])


class FarServer:
    """Answers every connection once and keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked: list[bytes] = []
        self.url = ""
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with contextlib.closing(writer):
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.answer)
            await writer.drain()


@contextlib.asynccontextmanager
async def far_server(answer: bytes, host: str = "127.0.0.1") -> AsyncIterator[FarServer]:
    """Run one on a free port."""
    made = FarServer(answer)
    server = await asyncio.start_server(made.serve, host, 0)
    made.port = server.sockets[0].getsockname()[1]
    made.url = f"http://{host}:{made.port}"
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


@contextlib.asynccontextmanager
async def tunnel(policy: AddressPolicy) -> AsyncIterator[str]:
    """A running tunnel's URL."""
    made = GuardedTunnel(policy)
    try:
        yield await made.url()
    finally:
        made.close()
        await asyncio.sleep(0)


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"


async def test_what_is_allowed_passes_and_nothing_of_the_proxy_goes_along():
    """The far side sees a plain request; two requests are two connections."""
    async with far_server(GOOD) as far, tunnel(HERE) as proxy, httpx2.AsyncClient(proxy=proxy) as client:
        for _ in range(2):
            assert (await client.get(f"{far.url}/a/b?c=d")).text == "fine"
    assert len(far.asked) == 2
    assert far.asked[0].startswith(b"GET /a/b?c=d HTTP/1.1\r\n")
    assert b"proxy" not in far.asked[0].lower()
    assert b"Connection: close" in far.asked[0]


async def test_an_address_that_is_not_allowed_is_never_dialled():
    """Neither asked for itself nor by a redirect; the answer is 403."""
    async with far_server(GOOD, "127.0.0.2") as inner:
        moved = f"HTTP/1.1 307 X\r\nLocation: {inner.url}/secret\r\nContent-Length: 0\r\n\r\n".encode()
        async with (
            far_server(moved) as outer,
            tunnel(HERE) as proxy,
            httpx2.AsyncClient(proxy=proxy, follow_redirects=True) as client,
        ):
            assert (await client.get(inner.url)).status_code == 403
            assert (await client.get(outer.url)).status_code == 403
            assert len(outer.asked) == 1
    assert inner.asked == []


async def test_a_tunnel_to_an_address_that_is_not_allowed_is_refused():
    """CONNECT, as for https, is checked in the same way."""
    async with (
        far_server(GOOD, "127.0.0.2") as inner,
        tunnel(HERE) as proxy,
        httpx2.AsyncClient(proxy=proxy) as client,
    ):
        with pytest.raises(httpx2.ProxyError, match="403"):
            await client.get(inner.url.replace("http:", "https:"))
    assert inner.asked == []


async def test_a_tunnel_passes_bytes_both_ways():
    """What is said through CONNECT arrives as it was."""
    async with far_server(GOOD) as far, tunnel(HERE) as proxy:
        address = httpx2.URL(proxy)
        reader, writer = await asyncio.open_connection("127.0.0.1", address.port)
        client = httpx2.BasicAuth(address.username, address.password)
        password = next(client.auth_flow(httpx2.Request("GET", "http://x"))).headers["Authorization"]
        connect = f"CONNECT 127.0.0.1:{far.port} HTTP/1.1\r\nProxy-Authorization: {password}\r\n\r\n"
        writer.write(connect.encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        writer.write(b"hello\r\n\r\n")
        assert await reader.read() == GOOD
        writer.close()
    assert far.asked == [b"hello\r\n\r\n"]


async def test_only_who_knows_the_password_may_use_it():
    """Another process on the machine is refused."""
    async with far_server(GOOD) as far, tunnel(HERE) as proxy:
        for stranger in (proxy.replace("roomtone:", "roomtone:not-"), f"http://{proxy.rpartition('@')[2]}"):
            async with httpx2.AsyncClient(proxy=stranger) as client:
                assert (await client.get(far.url)).status_code == 407
    assert far.asked == []


async def test_who_does_not_answer_is_502():
    """A refused connection is an answer, not a hang."""
    async with far_server(GOOD) as far:
        pass
    async with tunnel(HERE) as proxy, httpx2.AsyncClient(proxy=proxy) as client:
        assert (await client.get(far.url)).status_code == 502
