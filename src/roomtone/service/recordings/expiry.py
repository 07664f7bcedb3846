"""Deleting recordings at the end of their retention."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.nodes.directories import session_directory

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.storage.port import Storage
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)


async def expire_recordings(
    store: Store, storage: Storage, sessions: Path, *, now: datetime | None = None
) -> int:
    """Delete the artifacts of every bot that is past its retention, say so, and give the number of bots.

    A folder of its session that could not be finished goes too.

    The bytes go first: what is interrupted is done again, and nothing is called deleted that is still there.

    Raises:
        StorageError: If the storage refuses; the rest stays due.
    """
    expired = 0
    while bots := await store.bots.expired_recordings(now=now):
        for bot in bots:
            artifacts = await store.artifacts.of_bot(bot.id)
            for artifact in artifacts:
                await storage.delete(artifact.storage_key)
            kept = session_directory(sessions, bot.id, bot.epoch)
            await asyncio.to_thread(shutil.rmtree, kept, ignore_errors=True)
            details = {"deleted_objects": len(artifacts)}
            gone = Happening(Step.EXPIRED, now or datetime.now(UTC), details=details)
            await store.events.record(bot.id, gone, epoch=None)
            await store.artifacts.forget(bot.id)
            log.info("recording.expired", bot_id=bot.id, artifacts=len(artifacts))
            expired += 1
    return expired
