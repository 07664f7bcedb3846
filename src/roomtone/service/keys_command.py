"""The ``roomtone keys`` commands; they work on the database itself, whether or not a server runs."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from roomtone.bot.errors import RoomtoneError
from roomtone.config import load_settings
from roomtone.service.store.database import database_url, open_database
from roomtone.service.store.keys import DEFAULT_WORKSPACE, Keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LONGEST_NAME = 200
"""Longest name of a key or workspace, in characters."""

app = App(name="keys", help="API keys: create, list, revoke.")


class UnusableName(RoomtoneError):
    """A name that no key or workspace may have."""


@app.command
def create(
    name: str, *, workspace: Annotated[str, Parameter(help="Whose bots the key opens.")] = DEFAULT_WORKSPACE
) -> None:
    """Make an API key and print it; it is shown this once, as the last word.

    Args:
        name: What to call it, to know it by later.
        workspace: Keys of one workspace see the same bots.
    """
    _check_name(name)
    _check_name(workspace)

    async def run() -> str:
        async with _keys() as keys:
            return await keys.create(name, workspace)

    text = asyncio.run(run())
    print(f"Key {name!r} of the workspace {workspace!r}, shown only now: {text}")


@app.command(name="list")
def list_keys() -> None:
    """Print every key ever made, oldest first, without its secret."""

    async def run() -> list[tuple[str, ...]]:
        async with _keys() as keys:
            return [
                (
                    key.name,
                    key.workspace_name,
                    key.hint + "...",
                    f"{key.created_at:%Y-%m-%d %H:%M}",
                    f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "in use",
                    key.id,
                )
                for key in await keys.list_keys()
            ]

    rows = asyncio.run(run())
    if not rows:
        print("There are no keys yet; make one with `roomtone keys create NAME`.")
        return
    table = [("NAME", "WORKSPACE", "KEY", "CREATED (UTC)", "STATE", "ID"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@app.command
def revoke(name_or_id: str) -> None:
    """End a key at once; requests with it are refused from now on.

    Args:
        name_or_id: A key's id, or a name: then every key of that name.
    """

    async def run() -> int:
        async with _keys() as keys:
            return len(await keys.revoke(name_or_id))

    count = asyncio.run(run())
    print(f"Revoked {count} {'key' if count == 1 else 'keys'} called {name_or_id!r}.")


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
