"""From a host to the addresses that a connection may use."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING

import structlog

from roomtone.outbound.errors import AddressRefused, HostNotFound

if TYPE_CHECKING:
    from roomtone.outbound.policy import Address, AddressPolicy

log = structlog.get_logger(__name__)

MAX_ADDRESSES = 64
"""Most addresses of one name that are looked at; a name with more is refused as not found."""


async def resolve(host: str, port: int, policy: AddressPolicy, timeout_s: float) -> list[Address]:
    """The addresses of a host, in the system's order of preference, every one of them allowed.

    Whatever the system's resolver takes for a host is taken (``0x7f000001`` and ``2130706433`` are
    127.0.0.1), and the answer is what counts.

    Args:
        host: A name or an address, without brackets.
        port: Port that will be connected to.
        policy: What is allowed.
        timeout_s: Longest wait for the resolver.

    Raises:
        AddressRefused: If any address is not allowed: a name that leads to both is not to be trusted.
        HostNotFound: If there is no address, or none within the time.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout_s):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise HostNotFound(host, f"no answer within {timeout_s:.0f} s") from None
    except (OSError, UnicodeError) as problem:
        raise HostNotFound(host, str(problem)) from None
    addresses = list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))
    if not 0 < len(addresses) <= MAX_ADDRESSES:
        raise HostNotFound(host, f"it has {len(addresses)} addresses")
    for address in addresses:
        if not policy.allows(address):
            log.warning("outbound.address_refused", address=str(address))
            raise AddressRefused(host, str(address))
    return addresses
