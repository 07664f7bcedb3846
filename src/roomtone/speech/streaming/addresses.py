"""Where a provider's streams are reached. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from roomtone.speech.streaming.errors import StreamEnded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.speech.accounts import Account

_SCHEMES = {"http://": "ws://", "https://": "wss://"}


def stream_url(base_url: str, path: str, query: Mapping[str, object]) -> str:
    """The WebSocket's URL; of a base URL for HTTP the scheme is changed."""
    for http, websocket in _SCHEMES.items():
        if base_url.startswith(http):
            base_url = websocket + base_url.removeprefix(http)
    return f"{base_url.rstrip('/')}{path}?{urlencode({name: _said(value) for name, value in query.items()})}"


def usable(account: Account | None, provider: str) -> Account:
    """The account, if the provider can be asked with it: only a server of one's own may ask for no key.

    Raises:
        StreamEnded: ``key_refused``.
    """
    if account is None or not (account.api_key or account.base_url):
        raise StreamEnded("key_refused", f"no key for {provider} is set", retryable=False)
    if not (account.api_key.isascii() and account.api_key.isprintable()):
        message = f"the key for {provider} holds characters that no key has"
        raise StreamEnded("key_refused", message, retryable=False)
    return account


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
