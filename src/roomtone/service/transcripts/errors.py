"""Errors of transcribing as durable work.

RoomtoneError
├── Interrupted       the server stops; the work goes on after its next start
├── NoAccount         nobody has an account with the provider
└── UnusableAccount   an account's key cannot be read, or its URL leads where it must not
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class Interrupted(RoomtoneError):
    """The server stops; the work goes on after its next start."""


_KEYLESS = frozenset({"openai_compatible"})
"""Servers of one's own among them may want no key: an address is an account."""


class NoAccount(RoomtoneError):
    """Neither the workspace nor the server has an account with a provider; the text is for the customer.

    Attributes:
        provider: With whom.
        setting: What the names of the server's settings for it begin with, such as ``ROOMTONE_OPENAI``.
        may_be_keyless: Whether an address without a key will do.
    """

    def __init__(self, provider: str, setting: str) -> None:
        self.provider = provider
        self.setting = f"ROOMTONE_{setting.upper()}"
        self.may_be_keyless = provider in _KEYLESS
        own_server = (
            "; of a server that wants no key a base_url alone will do, or "
            f"{self.setting}_BASE_URL on the server"
            if self.may_be_keyless
            else ""
        )
        super().__init__(
            f"no key for {provider}: keep one (PUT /api/v1/admin/transcription_providers/{provider}), or set "
            f"{self.setting}_API_KEY on the server{own_server}"
        )


class UnusableAccount(RoomtoneError):
    """An account's key cannot be read, or its URL leads where it must not; the text is for the customer."""
