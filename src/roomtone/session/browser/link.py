"""The page link: a loopback WebSocket server that the scripts in the meeting's page talk to."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import secrets
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

import structlog
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from roomtone.session.browser.errors import BadLinkMessage
from roomtone.session.browser.link_messages import read_text, write_text
from roomtone.session.browser.link_reader import LinkMessage, LinkReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from websockets.http11 import Request, Response

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
MAX_WAITING_MESSAGES = 2000
"""About ten seconds of three voices and a picture. Full: the sockets are not read, so that the page's side
waits, and beyond 8 MB drops and counts."""
RETURN_WITHIN_S = 3.0
HELLO_WITHIN_S = 10.0
_CLOSE_TIMEOUT_S = 1.0

_log = structlog.get_logger(__name__)


class PageLink:
    """One session's page link, between ``__aenter__`` and ``__aexit__``.

    Use it as an async context manager and iterate over it for what the pages say. One consumer; ``send`` may
    be called from anywhere in the same loop.

    Args:
        return_within_s: How long an instance whose socket broke may take to come back before its tracks are
            closed.

    Attributes:
        url: What the page connects to, secret in its path; set on entering.
        bad_messages: Messages that were not of the link's form; dropped.
    """

    def __init__(self, return_within_s: float = RETURN_WITHIN_S) -> None:
        self._return_within_s = return_within_s
        self.url = ""
        self.bad_messages = 0
        self._token = secrets.token_urlsafe(32)
        self._reader = LinkReader()
        self._queue: asyncio.Queue[LinkMessage | None] = asyncio.Queue(MAX_WAITING_MESSAGES)
        self._connections: dict[ServerConnection, str] = {}
        self._departures: dict[str, asyncio.TimerHandle] = {}
        self._stack = contextlib.AsyncExitStack()
        self._closed = False

    async def __aenter__(self) -> Self:
        server = await self._stack.enter_async_context(
            serve(
                self._serve,
                "127.0.0.1",
                0,
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                ping_interval=None,  # a busy page must not be cut off; the browser's death closes the socket
                close_timeout=_CLOSE_TIMEOUT_S,
                process_request=self._authenticate,
                server_header=None,
            )
        )
        port = next(iter(server.sockets)).getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}/{self._token}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        for timer in self._departures.values():
            timer.cancel()
        while not self._queue.empty():  # lets handlers that wait for room go on to their end
            self._queue.get_nowait()
        await self._stack.aclose()
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(None)

    @property
    def counts(self) -> dict[str, int]:
        """What the session's side has dropped or corrected so far."""
        return {
            "bad_messages": self.bad_messages,
            "unknown_track_messages": self._reader.unknown,
            "corrected_stamps": self._reader.corrected_stamps,
        }

    def send(self, message: dict[str, Any]) -> None:
        """Send a text message to every page side that is connected now; one that does not read loses it."""
        broadcast(self._connections, write_text(message))

    def send_binary(self, message: bytes) -> None:
        """Send a binary message to every page side that is connected now; as of `send`."""
        broadcast(self._connections, message)

    async def __aiter__(self) -> AsyncIterator[LinkMessage]:
        """What the pages say, in order of arrival, until the link is closed or the iteration is cancelled."""
        while not self._closed:
            message = await self._queue.get()
            if message is not None:
                yield message

    def _authenticate(self, connection: ServerConnection, request: Request) -> Response | None:
        if hmac.compare_digest(request.path.encode(), f"/{self._token}".encode()):
            return None
        return connection.respond(HTTPStatus.FORBIDDEN, "wrong token\n")

    async def _serve(self, connection: ServerConnection) -> None:
        instance = await self._greet(connection)
        if instance is None:
            return
        self._cancel_departure(instance)
        self._connections[connection] = instance
        _log.info("link.connected", connections=len(self._connections))
        try:
            async for message in connection:
                await self._take(connection, instance, message)
        except ConnectionClosed:
            pass
        finally:
            del self._connections[connection]
            self._depart(instance)

    async def _greet(self, connection: ServerConnection) -> str | None:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                hello = await connection.recv()
            body = read_text(hello) if isinstance(hello, str) else {"type": "binary"}
        except (TimeoutError, ConnectionClosed, BadLinkMessage):
            return None
        instance = body.get("instance")
        if body["type"] != "hello" or not isinstance(instance, str):
            self.bad_messages += 1
            return None
        await self._take(connection, instance, write_text(body))
        return instance

    async def _take(self, connection: ServerConnection, instance: str, message: str | bytes) -> None:
        at_s = time.monotonic()
        try:
            if isinstance(message, bytes):
                read = self._reader.binary(instance, message, at_s)
            elif message.startswith('{"type":"clock"'):
                await connection.send(write_text(_time_for(message)))
                return
            else:
                read = self._reader.text(instance, message, at_s)
        except BadLinkMessage as error:
            self.bad_messages += 1
            _log.warning("link.bad_message", problem=str(error))
            return
        if read is not None and not self._closed:
            await self._queue.put(read)

    def _depart(self, instance: str) -> None:
        if self._closed or instance in self._connections.values():
            return
        loop = asyncio.get_running_loop()
        self._departures[instance] = loop.call_later(self._return_within_s, self._gone, instance)

    def _cancel_departure(self, instance: str) -> None:
        timer = self._departures.pop(instance, None)
        if timer is not None:
            timer.cancel()

    def _gone(self, instance: str) -> None:
        self._departures.pop(instance, None)
        for closed in self._reader.gone(instance, time.monotonic()):
            try:
                self._queue.put_nowait(closed)
            except asyncio.QueueFull:
                # The consumer is seconds behind; the word can wait as long.
                loop = asyncio.get_running_loop()
                loop.call_later(self._return_within_s, self._queue.put_nowait, closed)


def _time_for(message: str) -> dict[str, Any]:
    body = read_text(message)
    return {"type": "clock", "sent_us": body.get("sent_us"), "session_us": time.monotonic() * 1e6}
