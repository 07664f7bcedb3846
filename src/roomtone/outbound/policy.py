"""Which addresses a user's URL may lead to. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = IPv6Network("::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Not every Python's is_global says no to these: documentation, protocol assignments, tunnels, relays.
_NEVER_GLOBAL: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What may be connected to besides public addresses.

    Attributes:
        allow_private: Loopback and private networks too. Link-local addresses stay closed, because clouds
            serve a machine's credentials there (169.254.169.254); ``networks`` opens them.
        networks: Further networks that the operator allows.
    """

    allow_private: bool = False
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, *, allow_private: bool, networks: Iterable[str]) -> Self:
        """The policy with its networks as texts, such as ``10.0.0.0/8``.

        Raises:
            ValueError: If a text is no network; the message names it.
        """
        return cls(allow_private, tuple(ipaddress.ip_network(network, strict=False) for network in networks))

    def allows(self, address: Address) -> bool:
        """Whether a connection to this very address is allowed.

        An IPv6 address that carries an IPv4 address (mapped, compatible, 6to4, Teredo, NAT64, ISATAP) leads
        there, so both have to be allowed.
        """
        return all(self._allows_form(form) for form in forms(address))

    def _allows_form(self, address: Address) -> bool:
        if any(address in network for network in self.networks):
            return True
        if address.is_multicast or address.is_link_local:
            return False
        if self.allow_private:
            return True
        if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
            return False
        return address.is_global and not any(address in network for network in _NEVER_GLOBAL)


def forms(address: Address) -> tuple[Address, ...]:
    """The addresses a packet to ``address`` may end up at: itself, or what it carries.

    A carrier of a well-known prefix is no destination of its own and is left out; 6to4, Teredo and ISATAP
    addresses are destinations as well.
    """
    if isinstance(address, IPv4Address):
        return (address,)
    bare = IPv6Address(int(address))  # without a scope such as %eth0
    if bare.ipv4_mapped is not None:
        return (bare.ipv4_mapped,)
    low = IPv4Address(int(bare) & 0xFFFFFFFF)
    if bare in _NAT64:
        return (low,)
    if bare in _IPV4_COMPATIBLE and int(bare) > 0xFFFF:
        return (low,)
    return (bare, *_tunnelled(bare, low))


def _tunnelled(address: IPv6Address, low: IPv4Address) -> Iterator[IPv4Address]:
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE:  # ISATAP, with or without the universal bit
        yield low
