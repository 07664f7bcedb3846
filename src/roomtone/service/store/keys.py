"""API keys and the workspaces they open."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, Select, and_, or_, select, update

from roomtone.service.store.errors import UnknownKey
from roomtone.service.store.tables import api_keys, workspaces

if TYPE_CHECKING:
    from roomtone.service.store.database import Database, Transaction

KEY_PREFIX = "rt_"
"""How every key's text begins, so that secret scanners can know it."""
DEFAULT_WORKSPACE = "default"
"""The workspace of keys that name none."""
_HINT_LENGTH = 8


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, without its secret.

    Attributes:
        hint: The first characters of its text.
        revoked_at: None while it is good.
    """

    id: str
    workspace_id: str
    workspace_name: str
    name: str
    hint: str
    created_at: datetime
    revoked_at: datetime | None


class Keys:
    """Queries on keys; each method is one transaction; several processes may call them at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, name: str, workspace: str = DEFAULT_WORKSPACE) -> str:
        """A new key's text, which is kept nowhere: 32 random bytes after the prefix.

        Names need not be unique. The workspace is made if there is none of this name.
        """
        text = KEY_PREFIX + secrets.token_urlsafe(32)
        async with self._database.write() as transaction:
            values = {
                "id": str(uuid.uuid4()),
                "workspace_id": await workspace_id_of(transaction, workspace),
                "name": name,
                "digest": digest(text),
                "hint": text[:_HINT_LENGTH],
                "created_at": datetime.now(UTC),
            }
            await transaction.connection.execute(api_keys.insert().values(values))
        return text

    async def check(self, text: str) -> ApiKey | None:
        """The key with this text, or None when there is none or it is revoked."""
        wanted = digest(text)
        async with self._database.read() as connection:
            row = (
                (await connection.execute(_keys().where(api_keys.c.digest == wanted)))
                .mappings()
                .one_or_none()
            )
        if row is None or not hmac.compare_digest(row["digest"], wanted) or row["revoked_at"] is not None:
            return None
        return _to_key(row)

    async def list_keys(self) -> list[ApiKey]:
        """Every key ever made, oldest first."""
        async with self._database.read() as connection:
            rows = (
                await connection.execute(_keys().order_by(api_keys.c.created_at, api_keys.c.id))
            ).mappings()
            return [_to_key(row) for row in rows]

    async def revoke(self, name_or_id: str, workspace: str | None = None) -> list[ApiKey]:
        """End a key by its id, or every good key of a name, at once; gives them as they were.

        Args:
            name_or_id: Which.
            workspace: Only keys of the workspace with this name; None: of any.

        Raises:
            UnknownKey: If no good key has this id or name.
        """
        which = or_(api_keys.c.id == name_or_id, api_keys.c.name == name_or_id)
        if workspace is not None:
            which = and_(which, workspaces.c.name == workspace)
        good = api_keys.c.revoked_at.is_(None)
        async with self._database.write() as transaction:
            rows = (await transaction.connection.execute(_keys().where(which, good))).mappings().all()
            if not rows:
                where = "" if workspace is None else f" in the workspace {workspace!r}"
                raise UnknownKey(
                    f"no key in use{where} has the name or id {name_or_id!r}; see `roomtone keys list`"
                )
            ids = [row["id"] for row in rows]
            change = update(api_keys).where(api_keys.c.id.in_(ids)).values(revoked_at=datetime.now(UTC))
            await transaction.connection.execute(change)
        return [_to_key(row) for row in rows]


def digest(text: str) -> str:
    """What is stored of a key: SHA-256 of its text, hex. It has 256 random bits, so no salt is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


async def workspace_id_of(transaction: Transaction, name: str) -> str:
    """The id of the workspace with this name, which is made if there is none."""
    query = select(workspaces.c.id).where(workspaces.c.name == name)
    known = (await transaction.connection.execute(query)).scalar_one_or_none()
    if known is not None:
        return str(known)
    values = {"id": str(uuid.uuid4()), "name": name, "created_at": datetime.now(UTC)}
    await transaction.connection.execute(workspaces.insert().values(values))
    return values["id"]  # type: ignore[return-value]


def _keys() -> Select[Any]:
    joined = api_keys.join(workspaces, workspaces.c.id == api_keys.c.workspace_id)
    return select(api_keys, workspaces.c.name.label("workspace_name")).select_from(joined)


def _to_key(row: RowMapping) -> ApiKey:
    values = dict(row)
    values.pop("digest")
    return ApiKey(**values)
