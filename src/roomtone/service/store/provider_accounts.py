"""Workspaces' accounts with transcription providers: a sealed key each, and where the provider answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, delete, select, update

from roomtone.service.store.tables import provider_accounts

if TYPE_CHECKING:
    from roomtone.service.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAccount:
    """A workspace's account with a provider.

    Attributes:
        workspace_id: Whose.
        provider: The provider of recordings, such as ``deepgram``; its streaming twin uses the same account.
        api_key: Sealed.
        key_ending: The key's last characters; empty for a key too short to show any of it, and for none.
        base_url: Where the provider answers; None: its public address.
        streaming_base_url: Where it answers while meetings run; None: ``base_url``, else its public address.
    """

    workspace_id: str
    provider: str
    api_key: str = field(repr=False)
    key_ending: str = field(repr=False)
    base_url: str | None
    streaming_base_url: str | None
    created_at: datetime
    updated_at: datetime


class ProviderAccounts:
    """Queries on accounts; each method is one transaction and may be called concurrently."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self,
        workspace_id: str,
        provider: str,
        *,
        api_key: str,
        key_ending: str,
        base_url: str | None,
        streaming_base_url: str | None,
    ) -> ProviderAccount:
        """Keep an account, in the place of a former one; ``api_key`` is sealed already."""
        now = datetime.now(UTC)
        values = {
            "api_key": api_key,
            "key_ending": key_ending,
            "base_url": base_url,
            "streaming_base_url": streaming_base_url,
            "updated_at": now,
        }
        which = {"workspace_id": workspace_id, "provider": provider}
        mine = (provider_accounts.c.workspace_id == workspace_id, provider_accounts.c.provider == provider)
        async with self._database.write() as transaction:
            change = update(provider_accounts).where(*mine).values(values).returning(provider_accounts)
            row = (await transaction.connection.execute(change)).mappings().one_or_none()
            if row is None:
                made = provider_accounts.insert().values(**which, **values, created_at=now)
                made = made.returning(provider_accounts)
                row = (await transaction.connection.execute(made)).mappings().one()
        return _to_account(row)

    async def find(self, workspace_id: str, provider: str) -> ProviderAccount | None:
        """A workspace's account with a provider; None: it has none."""
        query = select(provider_accounts).where(
            provider_accounts.c.workspace_id == workspace_id, provider_accounts.c.provider == provider
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _to_account(row)

    async def of_workspace(self, workspace_id: str) -> list[ProviderAccount]:
        """All accounts of a workspace, by the provider's name."""
        query = select(provider_accounts).where(provider_accounts.c.workspace_id == workspace_id)
        query = query.order_by(provider_accounts.c.provider)
        async with self._database.read() as connection:
            return [_to_account(row) for row in (await connection.execute(query)).mappings()]

    async def delete(self, workspace_id: str, provider: str) -> bool:
        """Forget an account, key and all; whether there was one."""
        change = delete(provider_accounts).where(
            provider_accounts.c.workspace_id == workspace_id, provider_accounts.c.provider == provider
        )
        async with self._database.write() as transaction:
            return (await transaction.connection.execute(change)).rowcount > 0


def _to_account(row: RowMapping) -> ProviderAccount:
    return ProviderAccount(**dict(row))
