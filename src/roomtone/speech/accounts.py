"""How somebody else's recognition is reached: whose key, at which address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's, or this server's, account with a provider; never logged.

    Attributes:
        api_key: The provider's key; empty: the provider asks for none, as many self-hosted servers.
        base_url: Where the provider answers, without a slash at its end; None: its public address.
        allow_private: Whether loopback and private hosts may be dialled too (``AddressPolicy``).
        allowed_networks: CIDRs that may be dialled besides public ones (``AddressPolicy.of``).
        tls: Trust for TLS; None: the usual authorities.
    """

    api_key: str = field(default="", repr=False)
    base_url: str | None = None
    allow_private: bool = False
    allowed_networks: tuple[str, ...] = ()
    tls: ssl.SSLContext | None = field(default=None, repr=False, compare=False)
