"""Letting WebRTC use the loopback address: aioice leaves it out, and a machine may have no other."""

from __future__ import annotations

import ifaddr
from aioice import ice


def host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: ARG001 - aioice's signature
    """The IPv4 addresses of this machine, the loopback address first."""
    found = {ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)}
    found.discard("127.0.0.1")
    return ["127.0.0.1", *sorted(found)]


def offer_loopback() -> None:
    """Make every aioice connection of this process offer the loopback address too."""
    ice.get_host_addresses = host_addresses
