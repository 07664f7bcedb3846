"""Where a receiver listens: taking the address, and naming it for whoever sends there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from websockets.asyncio.server import Server, ServerConnection, serve

from roomtone.listening.errors import CannotListen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CLOSE_S = 2.0
"""How long a closing handshake may take."""
MAX_QUEUED_MESSAGES = 64
"""Messages waiting for us on one connection; then TCP holds the sender back (block)."""


def socket_url(host: str, port: int) -> str:
    """The address as a URL; an IPv6 host stands in brackets."""
    return f"ws://[{host}]:{port}" if ":" in host else f"ws://{host}:{port}"


async def listen_at(
    host: str,
    port: int,
    handle: Callable[[ServerConnection], Awaitable[None]],
    *,
    max_message_bytes: int,
    option: str = "--port",
) -> Server:
    """Take connections; compression is refused, as bots ask for none.

    Args:
        host: Address to listen on.
        port: Port; 0 takes a free one.
        handle: Has one connection, until it returns.
        max_message_bytes: A longer message closes its connection.
        option: What the port is called on the command line.

    Raises:
        CannotListen: If the address cannot be had.
    """
    try:
        return await serve(
            handle,
            host,
            port,
            max_size=max_message_bytes,
            max_queue=MAX_QUEUED_MESSAGES,
            compression=None,
            close_timeout=CLOSE_S,
        )
    except OSError as problem:
        reason = os.strerror(problem.errno) if problem.errno is not None else str(problem)
        raise CannotListen(
            f"cannot listen on {host}:{port}: {reason}; choose another {option} or --host"
        ) from problem
    except OverflowError:
        raise CannotListen(
            f"cannot listen on port {port}: ports go from 0 to 65535; choose another {option}"
        ) from None
