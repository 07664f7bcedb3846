"""Where a customer's provider answers: looked at before its address is kept, in words for the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from roomtone.outbound.errors import OutboundError
from roomtone.outbound.resolve import resolve
from roomtone.service.transcripts.errors import UnusableAccount

if TYPE_CHECKING:
    from roomtone.outbound.policy import AddressPolicy

_RESOLVE_S = 5.0
_PORTS = {"https": 443, "http": 80}


async def check_address(url: str, *, policy: AddressPolicy) -> None:
    """Refuse an URL that leads where it must not; what it leads to later is looked at when it is dialled.

    Raises:
        UnusableAccount: If it does, or its host is not to be found.
    """
    parts = urlsplit(url)
    try:
        await resolve(parts.hostname or "", parts.port or _PORTS[parts.scheme], policy, _RESOLVE_S)
    except OutboundError as problem:
        raise UnusableAccount(str(problem)) from None
