"""Whose account a provider is reached with: the workspace's own, else the server's. Keys are kept sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from roomtone.bot.transcript_providers import PROVIDERS
from roomtone.profiles.errors import ProfileError
from roomtone.profiles.key import sealing_key
from roomtone.profiles.sealing import seal_text, unseal_text
from roomtone.service.transcripts.errors import NoAccount, UnusableAccount
from roomtone.speech.accounts import Account

if TYPE_CHECKING:
    from roomtone.config import Settings
    from roomtone.service.store.provider_accounts import ProviderAccount, ProviderAccounts

ROUTE = "/api/v1/admin/transcription_providers"
"""Where a workspace keeps its keys."""
_SHOWN = 4
_SHORTEST_SHOWN = 16
"""Of a shorter key nothing is shown: the last four characters would be too much of it."""
_SETTINGS = {"openai_compatible": "openai"}


class CheckUrl(Protocol):
    """Says whether a customer's URL may be dialled."""

    async def __call__(self, url: str) -> None:
        """Raises ``UnusableAccount`` with the reason when it may not."""


class Accounts:
    """The accounts of one server; may be used concurrently. A key leaves it in an ``Account`` alone.

    Args:
        settings: The server's own accounts are in it.
        stored: The workspaces'.
        allow_private: Whether a workspace's URL may lead to loopback and private hosts. An operator's may.
        check_url: Looks where a workspace's URL leads before it is kept; None: it is checked when dialled.
    """

    def __init__(
        self,
        settings: Settings,
        stored: ProviderAccounts,
        *,
        allow_private: bool = False,
        check_url: CheckUrl | None = None,
    ) -> None:
        self._settings = settings
        self._stored = stored
        self._allow_private = allow_private
        self._check_url = check_url

    async def keep(
        self,
        workspace_id: str,
        provider: str,
        api_key: str,
        base_url: str | None,
        streaming_base_url: str | None,
    ) -> ProviderAccount:
        """Keep a workspace's account, in the place of a former one.

        Args:
            workspace_id: Whose.
            provider: One of ``ACCOUNTS``.
            api_key: The key; empty: the provider asks for none.
            base_url: Where it answers; None: its public address.
            streaming_base_url: Where it answers while meetings run; None: as ``base_url``.

        Raises:
            UnusableAccount: If a URL leads where it must not; its field stands in front.
        """
        for field, url in (("base_url", base_url), ("streaming_base_url", streaming_base_url)):
            if url is not None and self._check_url is not None:
                try:
                    await self._check_url(url)
                except UnusableAccount as problem:
                    raise UnusableAccount(f"{field}: {problem}") from None
        return await self._stored.put(
            workspace_id,
            provider,
            api_key=seal_text(api_key, sealing_key(self._settings), _purpose(workspace_id, provider)),
            key_ending=api_key[-_SHOWN:] if len(api_key) >= _SHORTEST_SHOWN else "",
            base_url=base_url,
            streaming_base_url=streaming_base_url,
        )

    async def account(self, workspace_id: str, provider: str) -> Account | None:
        """How a provider is reached for a workspace; None for one that needs no account.

        Args:
            workspace_id: Whose recording it is.
            provider: One of ``PROVIDERS``; a streaming one has its twin's account.

        Raises:
            NoAccount: If there is none.
            UnusableAccount: If its key cannot be read any more.
        """
        name = PROVIDERS[provider].account
        if name is None:
            return None
        is_streaming = PROVIDERS[provider].is_streaming
        own = await self._stored.find(workspace_id, name)
        if own is not None:
            return self._opened(own, is_streaming=is_streaming)
        return server_account(self._settings, name, is_streaming=is_streaming)

    async def complaint(self, workspace_id: str, provider: str) -> str | None:
        """Why a provider cannot be asked for a workspace; None: it can."""
        try:
            await self.account(workspace_id, provider)
        except (NoAccount, UnusableAccount) as problem:
            return str(problem)
        return None

    def is_servers(self, provider: str) -> bool:
        """Whether the server itself has an account with one of ``ACCOUNTS``."""
        try:
            server_account(self._settings, provider)
        except NoAccount:
            return False
        return True

    def _opened(self, own: ProviderAccount, *, is_streaming: bool) -> Account:
        try:
            key = unseal_text(
                own.api_key, sealing_key(self._settings), _purpose(own.workspace_id, own.provider)
            )
        except (ValueError, ProfileError):
            raise UnusableAccount(
                f"the key for {own.provider} cannot be read any more, because the server's own key was "
                f"changed; keep it again (PUT {ROUTE}/{own.provider})"
            ) from None
        streaming = own.streaming_base_url if is_streaming else None
        return Account(
            key,
            streaming or own.base_url,
            allow_private=self._allow_private,
            allowed_networks=self._settings.allowed_networks,
        )


def server_account(settings: Settings, name: str, *, is_streaming: bool = False) -> Account:
    """The server's own account with one of ``ACCOUNTS``, whose address may be a private one.

    Raises:
        NoAccount: If there is none.
    """
    setting = _SETTINGS.get(name, name)
    key = getattr(settings, f"{setting}_api_key")
    base_url = getattr(settings, f"{setting}_base_url")
    streaming = getattr(settings, f"{setting}_streaming_base_url", None) if is_streaming else None
    if key is None and base_url is None and streaming is None:
        raise NoAccount(name, setting)
    return Account(
        "" if key is None else key.get_secret_value(),
        _trimmed(streaming or base_url),
        allow_private=(streaming or base_url) is not None,
        allowed_networks=settings.allowed_networks,
    )


def _purpose(workspace_id: str, provider: str) -> str:
    return f"provider account {workspace_id} {provider}"


def _trimmed(url: str | None) -> str | None:
    return None if url is None else url.rstrip("/")
