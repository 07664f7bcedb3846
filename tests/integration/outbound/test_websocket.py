"""WebSockets to addresses of customers: what is refused, and what a refusal says."""

import asyncio

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed, InvalidMessage

from roomtone.outbound.errors import AddressRefused, HandshakeRefused, UnusableUrl
from roomtone.outbound.policy import AddressPolicy
from roomtone.outbound.websocket import guarded_websocket

LOOPBACK = AddressPolicy.of(allow_private=False, networks=["127.0.0.0/8", "::1/128"])


async def echo(connection):
    """Send back the Host, the path and the message."""
    async for message in connection:
        await connection.send(f"{connection.request.headers['Host']} {connection.request.path} {message}")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "[::1]",
        "169.254.169.254",
        "0x7f000001",
        "2130706433",
        "public.example:x@127.0.0.1",
    ],
)
async def test_private_hosts_are_refused(host):
    """However the URL is dressed, the address that would be connected to decides."""
    with pytest.raises(AddressRefused):
        await guarded_websocket(f"ws://{host}:9/", AddressPolicy())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "ws://", "ws:///path", "127.0.0.1", "ws://127.0.0.1:99999/"]
)
async def test_unusable_urls_say_so_without_repeating_themselves(url):
    """A URL may carry a secret: the message does not show it."""
    with pytest.raises(UnusableUrl, match="not a ws:// or wss:// URL with a host") as caught:
        await guarded_websocket(url, LOOPBACK)
    assert "127" not in str(caught.value)


async def test_allowed_host_keeps_its_name():
    """Host and path are the URL's."""
    async with serve(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        connection = await guarded_websocket(f"ws://localhost:{port}/audio?token=1", LOOPBACK)
        await connection.send("hello")
        assert await connection.recv() == f"localhost:{port} /audio?token=1 hello"
        await connection.close()


async def test_environment_has_no_say(monkeypatch):
    """A proxy in the environment is not used."""
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with serve(echo, "127.0.0.1", 0) as server:
        connection = await guarded_websocket(
            f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", LOOPBACK
        )
        await connection.close()


async def test_tls_keeps_the_name(tls):
    """SNI and certificate go by the URL's name; the bare address has no certificate."""
    server_tls, client_tls, names = tls
    names.clear()
    async with serve(echo, "127.0.0.1", 0, ssl=server_tls) as server:
        port = server.sockets[0].getsockname()[1]
        connection = await guarded_websocket(f"wss://localhost:{port}/", LOOPBACK, tls=client_tls)
        assert names == ["localhost"]
        await connection.close()
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            await guarded_websocket(f"wss://127.0.0.1:{port}/", LOOPBACK, tls=client_tls)


async def test_silent_server_is_left_in_time():
    """The deadline covers the handshake too."""
    gone = asyncio.Event()

    async def silent(reader, writer):
        await reader.read()
        writer.close()
        gone.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        with pytest.raises(TimeoutError):
            await guarded_websocket(
                f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", LOOPBACK, open_timeout_s=0.3
            )
        await asyncio.wait_for(gone.wait(), 60.0)


async def test_server_that_speaks_something_else():
    """Another protocol is a failed handshake."""

    async def greet(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        with pytest.raises(InvalidMessage):
            await guarded_websocket(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", LOOPBACK)


async def test_huge_message_closes_the_connection():
    """What the other side may make us keep is bounded."""

    async def shout(connection):
        await connection.send("x" * 2_000_000)
        await connection.wait_closed()

    async with serve(shout, "127.0.0.1", 0) as server:
        connection = await guarded_websocket(
            f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", LOOPBACK
        )
        with pytest.raises(ConnectionClosed):
            await connection.recv()


@pytest.mark.parametrize("status", [301, 401, 402, 429, 503])
async def test_refused_handshake_tells_the_whole_answer(status):
    """Status, headers and body of an answer that is no WebSocket can be read, of a redirect as well."""

    def refuse(connection, _request):
        answer = connection.respond(status, '{"error": "no such key"}')
        answer.headers["dg-error"] = "no"
        answer.headers["Location"] = "ws://192.0.2.1/"
        return answer

    async with serve(echo, "127.0.0.1", 0, process_request=refuse) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(HandshakeRefused, match=f"answered {status} [A-Z].* instead") as refused:
            await guarded_websocket(f"ws://127.0.0.1:{port}/", LOOPBACK)
    assert refused.value.status == status
    assert refused.value.headers["dg-error"] == "no"
    assert refused.value.body == b'{"error": "no such key"}'
