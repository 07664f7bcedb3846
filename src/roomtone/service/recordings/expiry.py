"""Deleting recordings at the end of their retention."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from roomtone.service.deletion.errors import NotAllDeleted

if TYPE_CHECKING:
    from datetime import datetime

    from roomtone.service.deletion.eraser import Eraser
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)


async def expire_recordings(store: Store, eraser: Eraser, *, now: datetime | None = None) -> int:
    """Delete the files of every bot that is past its retention, say so, and give the number of bots.

    What one bot's storage refuses keeps no other bot's files.

    Raises:
        NotAllDeleted: If something is left, once all that can go is gone; it stays due.
    """
    expired = 0
    refused: dict[str, NotAllDeleted] = {}
    while bots := await store.bots.expired_recordings(now=now, but=refused):
        for bot in bots:
            try:
                expired += await eraser.expire(bot.id, now)
            except NotAllDeleted as problem:
                refused[bot.id] = problem
                continue
            log.info("recording.expired", bot_id=bot.id)
    if refused:
        raise next(iter(refused.values()))
    return expired
