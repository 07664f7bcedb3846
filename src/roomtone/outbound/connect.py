"""A TCP socket to a user's host, connected to the very address that was checked."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from roomtone.outbound.resolve import resolve

if TYPE_CHECKING:
    from roomtone.outbound.policy import Address, AddressPolicy

ADDRESS_TIMEOUT_S = 5.0
"""Longest wait for one address while there are others to try."""


async def connect_guarded(host: str, port: int, policy: AddressPolicy, timeout_s: float) -> socket.socket:
    """A connected, non-blocking socket; the caller closes it.

    Addresses are tried one after the other. On cancellation nothing stays open.

    Args:
        host: A name or an address, without brackets.
        port: Port to connect to.
        policy: What is allowed.
        timeout_s: Longest time for all of it.

    Raises:
        OutboundError: If the host is refused or not found.
        OSError: If no address answers; ``TimeoutError`` when the time is over.
    """
    async with asyncio.timeout(timeout_s):
        addresses = await resolve(host, port, policy, timeout_s)
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(ADDRESS_TIMEOUT_S):
                    return await _connect(address, port)
            except OSError:
                continue
        return await _connect(addresses[-1], port)


async def _connect(address: Address, port: int) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connection, (str(address), port))
    except BaseException:
        connection.close()
        raise
    return connection
