"""Signing secrets: one a workspace, replaced with an overlap."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from roomtone.service.store.webhook_secrets import OVERLAP, new_secret

if TYPE_CHECKING:
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


async def test_the_first_users_get_the_same_secret(store: Store, workspace_id: str):
    """However many ask at once for a secret that is not there yet, one is made."""
    got = await asyncio.gather(*(store.webhook_secrets.of(workspace_id) for _ in range(20)))
    assert len({secrets.all for secrets in got}) == 1


async def test_a_former_secret_signs_until_the_overlap_is_over(store: Store, workspace_id: str):
    """Both sign for a day, then the new one alone; only the last former one is kept."""
    first = await store.webhook_secrets.of(workspace_id, now=NOW)
    second, third = new_secret(), new_secret()
    await store.webhook_secrets.rotate(workspace_id, second, now=NOW)
    assert (await store.webhook_secrets.of(workspace_id, now=NOW)).all == (second, first.current)
    assert (await store.webhook_secrets.of(workspace_id, now=NOW + OVERLAP)).all == (second,)
    await store.webhook_secrets.rotate(workspace_id, third, now=NOW + timedelta(hours=1))
    assert (await store.webhook_secrets.of(workspace_id, now=NOW + OVERLAP)).all == (third, second)


async def test_the_operators_secret_becomes_the_default_workspaces(store: Store, workspace_id: str):
    """What stands in the file at a start is taken; the same again changes nothing."""
    secret = new_secret()
    await store.webhook_secrets.set_default(secret, now=NOW)
    await store.webhook_secrets.set_default(secret, now=NOW)
    assert (await store.webhook_secrets.of(workspace_id, now=NOW)).all == (secret,)
    other = new_secret()
    await store.webhook_secrets.set_default(other, now=NOW)
    assert (await store.webhook_secrets.of(workspace_id, now=NOW)).all == (other, secret)
