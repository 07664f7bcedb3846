"""A WebSocket to a user's URL: checked at connect time, no redirects, no proxies, bounded buffers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, InvalidURI
from websockets.uri import parse_uri

from roomtone.outbound.connect import connect_guarded
from roomtone.outbound.errors import HandshakeRefused, UnusableUrl

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from roomtone.outbound.policy import AddressPolicy

OPEN_TIMEOUT_S = 10.0
"""Longest time for resolving, connecting, TLS and the handshake together."""
CLOSE_TIMEOUT_S = 1.0
"""Longest wait for the other side's half of a close."""
WRITE_LIMIT_BYTES = 65_536
"""Bytes that wait in the process before ``send`` blocks."""
UNSENT_LIMIT_BYTES = 131_072
"""Bytes that wait in the kernel without having been sent. Without it the kernel takes megabytes from us for a
receiver that does not read: half a minute of stale sound."""
MAX_MESSAGE_BYTES = 1_048_576
"""Longest incoming message, unless a caller awaits longer ones."""
MAX_REFUSAL_BYTES = 65_536
"""Most bytes kept of an answer that is no WebSocket."""


async def guarded_websocket(
    url: str,
    policy: AddressPolicy,
    *,
    open_timeout_s: float = OPEN_TIMEOUT_S,
    tls: ssl.SSLContext | None = None,
    headers: dict[str, str] | None = None,
    max_message_bytes: int = MAX_MESSAGE_BYTES,
) -> ClientConnection:
    """An open connection; the caller closes it. ``Host`` and SNI are the URL's.

    Args:
        url: ``ws://`` or ``wss://``.
        policy: What may be connected to.
        open_timeout_s: Longest time until it is open.
        tls: Trust for ``wss``; None: the usual authorities.
        headers: More request headers.
        max_message_bytes: Longest incoming message; a longer one closes the connection with 1009.

    Raises:
        OutboundError: If the URL cannot be used, or the host is refused or not found; no byte was sent. Or
            a `HandshakeRefused`: the other side answers with something else than a WebSocket, as with 401.
        OSError: If nothing answers, TLS fails or the time is over (``TimeoutError``).
        websockets.exceptions.WebSocketException: If what it says is no answer to a handshake.
    """
    try:
        target = parse_uri(url)
    except (InvalidURI, ValueError):
        raise UnusableUrl("not a ws:// or wss:// URL with a host (and a password for its user)") from None
    options: dict[str, Any] = {"ssl": tls or ssl.create_default_context()} if target.secure else {}
    async with asyncio.timeout(open_timeout_s):
        connection = await connect_guarded(target.host, target.port, policy, open_timeout_s)
        try:
            _bound_the_kernels_buffer(connection)
            return await connect(
                url,
                sock=connection,
                proxy=None,
                compression=None,
                additional_headers=headers,
                open_timeout=open_timeout_s,
                close_timeout=CLOSE_TIMEOUT_S,
                max_size=max_message_bytes,
                max_queue=4,
                write_limit=WRITE_LIMIT_BYTES,
                **options,
            )
        except BaseException as problem:
            connection.close()
            refusal = _refusal(problem)
            if refusal is not None:
                raise refusal from None
            raise


def _refusal(problem: BaseException) -> HandshakeRefused | None:
    """The other side's HTTP answer, if it was one."""
    # A redirect comes as a ValueError, because a socket that was given cannot follow it.
    status = problem if isinstance(problem, InvalidStatus) else problem.__cause__
    if not isinstance(status, InvalidStatus):
        return None
    answer = status.response
    headers = {name.lower(): value for name, value in answer.headers.raw_items()}
    return HandshakeRefused(answer.status_code, headers, bytes(answer.body[:MAX_REFUSAL_BYTES]))


def _bound_the_kernels_buffer(connection: socket.socket) -> None:
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)  # Linux and macOS
    if option is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, option, UNSENT_LIMIT_BYTES)
