"""Steps that finishing and salvaging share: a file being made, and its way into the storage."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from roomtone.service.recordings.errors import FinishingError, UnusableMedia
from roomtone.service.storage.errors import WriteOnly
from roomtone.service.store.artifacts import NewArtifact

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from roomtone.service.recordings.files import FinishedFile
    from roomtone.service.storage.port import Storage

log = structlog.get_logger(__name__)

OUTPUT_NAME = "finished"
"""In a session's folder: where its files are made."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one file; ``unusable`` when the session left one that no player could play."""

    file: FinishedFile | None
    unusable: bool


async def made_of(bot_id: str, making: Awaitable[FinishedFile | None]) -> Made:
    """Wait for a file that is being made; what is not as it should be is logged.

    Raises:
        FinishingError: If it could not be made.
    """
    try:
        finished = await making
    except UnusableMedia as problem:
        log.warning("recording.unusable", bot_id=bot_id, file=problem.name, problem=problem.problem)
        return Made(None, unusable=True)
    if finished is not None and finished.note:
        log.warning("recording.not_remuxed", bot_id=bot_id, problem=finished.note)
    return Made(finished, unusable=False)


async def store_file(storage: Storage, bot_id: str, kind: str, finished: FinishedFile) -> NewArtifact:
    """Move a finished file into the storage; nothing tells of it yet.

    Raises:
        FinishingError: If the storage does not hold all of it.
        StorageError: If the storage is full or failed.
    """
    key = f"bots/{bot_id}/{finished.path.name}"
    size = stored = await storage.put_file(key, finished.path, move=True)
    # Where nothing may be read, what the storage answered to the upload is all the proof there is.
    with contextlib.suppress(WriteOnly):
        stored = await storage.size(key)
    if not size == stored == finished.size_bytes:
        raise FinishingError(f"{key} was stored with {stored} bytes instead of {finished.size_bytes}")
    duration_s = round(finished.duration_s, 3)
    return NewArtifact(kind, key, finished.content_type, size, duration_s, facts=finished.facts)
