"""A proxy on loopback for libraries that dial by themselves: every connection it makes is checked.

Whatever name a library resolves, and wherever a redirect sends it, it comes out here, where the address is
checked at connect time like that of a webhook. Only who knows the password of the URL may use it.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from roomtone.outbound.connect import connect_guarded
from roomtone.outbound.errors import OutboundError

if TYPE_CHECKING:
    from roomtone.outbound.policy import AddressPolicy

log = structlog.get_logger(__name__)

_HEAD_S = 10.0
_CONNECT_S = 10.0
_COPY_BYTES = 64 * 1024
_OURS = {b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive"}
_NO_PASSWORD = (
    b"HTTP/1.1 407 X\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)
_REFUSED = b"HTTP/1.1 403 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_UNREACHABLE = b"HTTP/1.1 502 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_CONNECTED = b"HTTP/1.1 200 X\r\n\r\n"


class GuardedTunnel:
    """An HTTP proxy: ``CONNECT`` for https, whole URLs for http, one request a connection there.

    Args:
        policy: What may be connected to.
    """

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._password = secrets.token_urlsafe(24)
        self._server: asyncio.Server | None = None
        self._starting = asyncio.Lock()
        self._connections: set[asyncio.Task[None]] = set()

    async def url(self) -> str:
        """Its URL with the password in it; it is started with the first call."""
        async with self._starting:
            if self._server is None:
                self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        return f"http://roomtone:{self._password}@127.0.0.1:{port}"

    def close(self) -> None:
        """End every connection and listen no more; it is not started again."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        try:
            with contextlib.suppress(
                OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
            ):
                await self._pass_on(reader, writer)
        finally:
            self._connections.discard(connection)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_HEAD_S):
            head = await reader.readuntil(b"\r\n\r\n")
        request, *headers = head[:-4].split(b"\r\n")
        if not self._knows_the_password(headers):
            writer.write(_NO_PASSWORD)
            return
        method, _, rest = request.partition(b" ")
        target = rest.rpartition(b" ")[0].decode("ascii", "replace")
        tunnels = method == b"CONNECT"
        place = urlsplit(f"//{target}" if tunnels else target)
        try:
            far = await self._connect(place.hostname or "", place.port or (443 if tunnels else 80))
        except OutboundError as refusal:
            log.warning("tunnel.refused", problem=str(refusal))
            writer.write(_REFUSED)
            return
        except (OSError, TimeoutError, ValueError):
            writer.write(_UNREACHABLE)
            return
        far_reader, far_writer = far
        try:
            if tunnels:
                writer.write(_CONNECTED)
            else:
                path = target.partition("://")[2].partition("/")[2]
                far_writer.write(_plain_head(method, f"/{path}", headers))
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(reader, far_writer), name="tunnel:out")
                both.create_task(_copy(far_reader, writer), name="tunnel:in")
        except* OSError:
            pass
        finally:
            far_writer.close()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        connection = await connect_guarded(host, port, self._policy, _CONNECT_S)
        return await asyncio.open_connection(sock=connection)

    def _knows_the_password(self, headers: list[bytes]) -> bool:
        expected = b"Basic " + base64.b64encode(f"roomtone:{self._password}".encode())
        given = [
            value.strip()
            for name, _, value in (line.partition(b":") for line in headers)
            if name.lower() == b"proxy-authorization"
        ]
        return len(given) == 1 and secrets.compare_digest(given[0], expected)


def _plain_head(method: bytes, path: str, headers: list[bytes]) -> bytes:
    """The head for the far side, which is to close after its answer: so each request is looked at."""
    kept = [line for line in headers if line.partition(b":")[0].lower() not in _OURS]
    request = method + b" " + path.encode("ascii") + b" HTTP/1.1"
    return b"\r\n".join([request, *kept, b"Connection: close", b"", b""])


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy until the source ends, then end the target's half."""
    while piece := await source.read(_COPY_BYTES):
        target.write(piece)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()
