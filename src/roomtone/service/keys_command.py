"""The ``roomtone keys`` commands; they work on the database itself, whether or not a server runs."""

from __future__ import annotations

import asyncio
import json as json_text
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from roomtone.bot.errors import RoomtoneError
from roomtone.bot.lifecycle import timestamp
from roomtone.config import load_settings
from roomtone.service.store.database import database_url, open_database
from roomtone.service.store.keys import DEFAULT_WORKSPACE, ApiKey, Keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LONGEST_NAME = 200
"""Longest name of a key or workspace, in characters."""

app = App(name="keys", help="API keys: create, list, revoke.")


class UnusableName(RoomtoneError):
    """A name that no key or workspace may have."""


@app.command
def create(
    name: str,
    *,
    workspace: Annotated[str, Parameter(help="Whose bots the key opens.")] = DEFAULT_WORKSPACE,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Make an API key and print it; it is shown this once, as the last word.

    Args:
        name: What to call it, to know it by later.
        workspace: Keys of one workspace see the same bots; it is made with its first key.
        json: Print a JSON object instead of a sentence.
    """
    _check_name(name)
    _check_name(workspace)

    async def run() -> str:
        async with _keys() as keys:
            return await keys.create(name, workspace)

    text = asyncio.run(run())
    if json:
        print(json_text.dumps({"name": name, "workspace": workspace, "key": text}))
    else:
        print(f"Key {name!r} of the workspace {workspace!r}, shown only now: {text}")


@app.command(name="list")
def list_keys(
    *,
    workspace: Annotated[str | None, Parameter(help="Only keys of this workspace.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print a JSON array instead of a table.")] = False,
) -> None:
    """Print every key ever made, oldest first, without its secret."""

    async def run() -> list[ApiKey]:
        async with _keys() as keys:
            return await keys.list_keys()

    found = [key for key in asyncio.run(run()) if workspace in (None, key.workspace_name)]
    if json:
        print(json_text.dumps([_as_json(key) for key in found], indent=2))
        return
    if not found:
        print("There are no keys yet; make one with `roomtone keys create NAME`.")
        return
    table = [("NAME", "WORKSPACE", "KEY", "CREATED (UTC)", "STATE", "ID"), *(_row(key) for key in found)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@app.command
def revoke(
    name_or_id: str,
    *,
    workspace: str | None = None,
) -> None:
    """End a key at once; requests with it are refused from now on.

    Args:
        name_or_id: A key's id, or a name: then every key of that name.
        workspace: Only a key of this workspace.
    """

    async def run() -> int:
        async with _keys() as keys:
            return len(await keys.revoke(name_or_id, workspace))

    count = asyncio.run(run())
    print(f"Revoked {count} {'key' if count == 1 else 'keys'} called {name_or_id!r}.")


def _row(key: ApiKey) -> tuple[str, ...]:
    return (
        key.name,
        key.workspace_name,
        key.hint + "...",
        f"{key.created_at:%Y-%m-%d %H:%M}",
        f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "in use",
        key.id,
    )


def _as_json(key: ApiKey) -> dict[str, str | None]:
    return {
        "id": key.id,
        "name": key.name,
        "workspace": key.workspace_name,
        "workspace_id": key.workspace_id,
        "hint": key.hint,
        "created_at": timestamp(key.created_at),
        "revoked_at": timestamp(key.revoked_at) if key.revoked_at else None,
    }


@asynccontextmanager
async def _keys() -> AsyncIterator[Keys]:
    database = await open_database(database_url(load_settings()))
    try:
        yield Keys(database)
    finally:
        await database.close()


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UnusableName(f"a name needs 1 to {LONGEST_NAME} printable characters")
