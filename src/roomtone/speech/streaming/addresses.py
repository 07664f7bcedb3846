"""Where a provider's streams are reached. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from roomtone.speech.streaming.errors import StreamEnded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.speech.accounts import Account

_VERSION = re.compile(r"/v[0-9]$")
_SCHEMES = {"http://": "ws://", "https://": "wss://"}


def stream_url(base_url: str, path: str, query: Mapping[str, object]) -> str:
    """The WebSocket's URL.

    Args:
        base_url: Where the provider answers; of one for HTTP the scheme is changed, and a version at its end,
            as many write it, is left out.
        path: With its version.
        query: Parameters.
    """
    for http, websocket in _SCHEMES.items():
        if base_url.startswith(http):
            base_url = websocket + base_url.removeprefix(http)
    address = _VERSION.sub("", base_url.rstrip("/"))
    return f"{address}{path}?{urlencode({name: _said(value) for name, value in query.items()})}"


def usable(account: Account | None, provider: str) -> Account:
    """The account, if the provider can be asked with it: only a server of one's own may ask for no key.

    Raises:
        StreamEnded: ``key_refused``.
    """
    if account is None or not (account.api_key or account.base_url):
        message = f"there is no key for {provider}; set one for the workspace or the server"
        raise StreamEnded("key_refused", message, retryable=False)
    if not (account.api_key.isascii() and account.api_key.isprintable()):
        message = f"the key for {provider} holds characters that no key has"
        raise StreamEnded("key_refused", message, retryable=False)
    return account


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
