"""The signing secret of each workspace's webhooks."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from roomtone.service.store.keys import DEFAULT_WORKSPACE, workspace_id_of
from roomtone.service.store.tables import webhook_secrets

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from roomtone.service.store.database import Database, Transaction

SECRET_PREFIX = "whsec_"  # noqa: S105  the beginning of every one
"""How every secret begins, as Standard Webhooks has it."""
OVERLAP = timedelta(hours=24)
"""How long a former secret signs beside its successor, so that receivers can be changed meanwhile."""
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningSecrets:
    """What a workspace's webhooks are signed with.

    Attributes:
        current: ``whsec_...``.
        previous: The former one, while it signs too; None: there is none.
        previous_until: Until when it does.
    """

    current: str
    previous: str | None = None
    previous_until: datetime | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """Every secret that signs, the current one first."""
        return (self.current,) if self.previous is None else (self.current, self.previous)


def new_secret() -> str:
    """A fresh secret: ``whsec_`` and the base64 of 32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


class WebhookSecrets:
    """Queries on secrets; each method may be called concurrently, by several processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, workspace_id: str, *, now: datetime | None = None) -> SigningSecrets:
        """The workspace's secrets; one is made at the first time."""
        now = now or datetime.now(UTC)
        query = select(webhook_secrets).where(webhook_secrets.c.workspace_id == workspace_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        if row is not None:
            return _to_secrets(row, now)
        try:
            async with self._database.write() as transaction:
                made = (await transaction.connection.execute(query)).mappings().one_or_none()
                if made is not None:  # Somebody in this process was first.
                    return _to_secrets(made, now)
                return await _put(transaction, workspace_id, new_secret(), now)
        except IntegrityError:
            # Another process made it meanwhile.
            async with self._database.read() as connection:
                return _to_secrets((await connection.execute(query)).mappings().one(), now)

    async def rotate(self, workspace_id: str, secret: str, *, now: datetime | None = None) -> SigningSecrets:
        """Make ``secret`` the current one; the former goes on signing for ``OVERLAP``."""
        async with self._database.write() as transaction:
            return await _put(transaction, workspace_id, secret, now or datetime.now(UTC))

    async def set_default(self, secret: str, *, now: datetime | None = None) -> None:
        """Make ``secret`` the default workspace's, as ``rotate`` does; nothing when it is already."""
        async with self._database.write() as transaction:
            workspace_id = await workspace_id_of(transaction, DEFAULT_WORKSPACE)
            await _put(transaction, workspace_id, secret, now or datetime.now(UTC))


async def _put(transaction: Transaction, workspace_id: str, secret: str, now: datetime) -> SigningSecrets:
    query = select(webhook_secrets).where(webhook_secrets.c.workspace_id == workspace_id).with_for_update()
    row = (await transaction.connection.execute(query)).mappings().one_or_none()
    if row is None:
        values = {"workspace_id": workspace_id, "secret": secret, "updated_at": now}
        await transaction.connection.execute(webhook_secrets.insert().values(values))
        return SigningSecrets(secret)
    if row["secret"] == secret:
        return _to_secrets(row, now)
    change = update(webhook_secrets).where(webhook_secrets.c.workspace_id == workspace_id)
    until = now + OVERLAP
    values = {"secret": secret, "previous": row["secret"], "previous_until": until, "updated_at": now}
    await transaction.connection.execute(change.values(values))
    return SigningSecrets(secret, row["secret"], until)


def _to_secrets(row: RowMapping, now: datetime) -> SigningSecrets:
    until = row["previous_until"]
    if until is None or until <= now:
        return SigningSecrets(row["secret"])
    return SigningSecrets(row["secret"], row["previous"], until)
