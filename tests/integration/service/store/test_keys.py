"""API keys: shown once, stored as a digest, ended at once."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from roomtone.service.store.errors import UnknownKey

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.store.store import Store


async def test_a_key_opens_its_workspace(store: Store):
    """The text given by create is known; keys of one workspace share it, others do not."""
    texts = [
        await store.keys.create("a"),
        await store.keys.create("b"),
        await store.keys.create("c", "other"),
    ]
    keys = [await store.keys.check(text) for text in texts]
    assert [key.name for key in keys if key] == ["a", "b", "c"]
    assert len({key.workspace_id for key in keys if key}) == 2


async def test_a_wrong_key_opens_nothing(store: Store, api_key: str):
    """Neither a piece of a key nor a longer one is a key."""
    for wrong in ("", "rt_", api_key[:-1], api_key + "x", api_key.upper()):
        assert await store.keys.check(wrong) is None


async def test_the_text_is_kept_nowhere(store: Store, tmp_path: Path):
    """No file of the database has the secret part of a key."""
    text = await store.keys.create("a")
    files = list((tmp_path / "data").iterdir())
    assert files
    assert not any(text[10:].encode() in file.read_bytes() for file in files)
    with sqlite3.connect(tmp_path / "data" / "roomtone.db") as connection:
        assert connection.execute("SELECT length(digest) FROM api_keys").fetchall() == [(64,)]
    connection.close()


async def test_a_revoked_key_is_refused_at_once(store: Store):
    """Revoking by name ends every key of that name, by id the one; the list still shows them."""
    first, second = await store.keys.create("a"), await store.keys.create("a")
    third = await store.keys.create("b")
    ended = await store.keys.revoke("a")
    assert len(ended) == 2
    assert [await store.keys.check(text) for text in (first, second)] == [None, None]
    still_good = await store.keys.check(third)
    assert still_good is not None
    await store.keys.revoke(still_good.id)
    assert await store.keys.check(third) is None
    assert [key.revoked_at is not None for key in await store.keys.list_keys()] == [True, True, True]


async def test_revoking_nothing_says_so(store: Store):
    """An unknown name, or one revoked before, is an error that says where to look."""
    await store.keys.create("a")
    await store.keys.revoke("a")
    for name in ("a", "never"):
        with pytest.raises(UnknownKey, match="roomtone keys list"):
            await store.keys.revoke(name)
