"""Errors of connections to URLs that users gave.

RoomtoneError
└── OutboundError            a connection to a user's URL that could not be made
    ├── UnusableUrl          not an http(s) or ws(s) URL with a host
    ├── AddressRefused       the host's address is not one we may connect to
    ├── HostNotFound         the host's name has no address
    └── HandshakeRefused     the host answers, but with no WebSocket; carries its HTTP answer
"""

from __future__ import annotations

from http import HTTPStatus

from roomtone.bot.errors import RoomtoneError


class OutboundError(RoomtoneError):
    """A connection to a user's URL that could not be made; the text is for the operator and names no path."""


class UnusableUrl(OutboundError):
    """A URL without a host, or of a scheme that is not spoken here."""


class AddressRefused(OutboundError):
    """The host has an address that the policy does not allow; no byte was sent.

    Attributes:
        host: The host as it stands in the URL.
        address: The first address at fault. It is not in the text, which may reach whoever gave the URL.
    """

    def __init__(self, host: str, address: str) -> None:
        super().__init__(
            f"{host} leads to an address that is not public; "
            "if the server may connect to it, add its network to ROOMTONE_ALLOWED_NETWORKS"
        )
        self.host = host
        self.address = address


class HostNotFound(OutboundError):
    """The host's name has no address; check its spelling and the server's DNS.

    Attributes:
        host: The host as it stands in the URL.
    """

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(f"{host} cannot be resolved: {problem}; check the name and this machine's DNS")
        self.host = host


class HandshakeRefused(OutboundError):
    """The host answered the WebSocket handshake with another status than 101; redirects are not followed.

    Attributes:
        status: The HTTP status.
        headers: The answer's headers, names in lower case; of several with one name the last.
        body: The answer's body, its first 64 KiB. Neither is in the text.
    """

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        known = {known.value: known.phrase for known in HTTPStatus}
        super().__init__(f"answered {status} {known.get(status, '')}".rstrip() + " instead of a WebSocket")
        self.status = status
        self.headers = headers
        self.body = body
