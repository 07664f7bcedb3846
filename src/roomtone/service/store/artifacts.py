"""Artifacts: the finished files of bots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, delete, select, update

from roomtone.service.store.tables import artifacts, bots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.service.store.database import Database, Transaction

SCREENSHOT = "screenshot"
"""Kind of a picture of the page."""
PAGE_SNAPSHOT = "page_snapshot"
"""Kind of a page's document. It is whatever the page was, so it must never be opened as a page of ours."""
JOURNAL = "journal"
"""Kind of the session's journal of events."""
LOG = "log"
"""Kind of the session's log and of its older part."""

LIVE_TRANSCRIPT = "transcript_live"
"""Kind of what was recognised while the meeting ran, a line a segment."""
AUDIO_STREAM = "audio_stream"
"""Kind of a participant's own file of sound; ``facts`` as ``FinishedStream.facts``, as of the next one."""
VIDEO_STREAM = "video_stream"
"""Kind of a participant's own file of a camera or a shared screen."""


@dataclass(frozen=True, slots=True)
class NewArtifact:
    """A finished file, already in the storage.

    Attributes:
        kind: ``audio``, ``video``, ``screenshot``, ``page_snapshot``, ``log``...
        storage_key: Where the storage has it.
        content_type: Its media type, such as ``audio/mpeg``.
        size_bytes: Its size.
        duration_s: Its length in seconds; None for what has none.
        name: Tells artifacts of the same kind apart; empty for the only one.
        taken_at: When what it shows was so, UTC; None for what has no one moment.
        facts: What was measured of it, JSON-able; None: nothing. Of audio and video: ``MediaFacts.as_json``.
    """

    kind: str
    storage_key: str
    content_type: str
    size_bytes: int
    duration_s: float | None = None
    name: str = ""
    taken_at: datetime | None = None
    facts: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact(NewArtifact):
    """A stored artifact.

    Attributes:
        bot_id: Whose it is.
        created_at: When it was announced.
    """

    bot_id: str
    created_at: datetime


class Artifacts:
    """Queries on artifacts; every method is one transaction and may be called concurrently.

    Most are added by ``Events.record``, with the event that announces them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, bot_id: str, new: Sequence[NewArtifact]) -> None:
        """Add artifacts that no event of their own announces, each in the place of a former one."""
        async with self._database.write() as transaction:
            for artifact in new:
                await insert_artifact(transaction, bot_id, artifact)

    async def add_salvaged(self, bot_id: str, artifact: NewArtifact) -> None:
        """Add the audio or video of a bot that was done without it; its status is ``Success`` from now on."""
        status = {f"{artifact.kind}_status": "Success"}
        async with self._database.write() as transaction:
            await insert_artifact(transaction, bot_id, artifact)
            await transaction.connection.execute(update(bots).where(bots.c.id == bot_id).values(status))

    async def find(self, bot_id: str, kind: str, name: str = "") -> Artifact | None:
        """One artifact, or None when there is none (yet, or any more)."""
        query = select(artifacts).where(
            artifacts.c.bot_id == bot_id, artifacts.c.kind == kind, artifacts.c.name == name
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _to_artifact(row)

    async def of_bot(self, bot_id: str) -> list[Artifact]:
        """All artifacts of a bot, oldest first."""
        query = select(artifacts).where(artifacts.c.bot_id == bot_id).order_by(artifacts.c.id)
        async with self._database.read() as connection:
            return [_to_artifact(row) for row in (await connection.execute(query)).mappings()]

    async def forget(self, bot_id: str) -> list[Artifact]:
        """Take all artifacts of a bot off the API and give them, so that their bytes can be deleted next."""
        async with self._database.write() as transaction:
            query = delete(artifacts).where(artifacts.c.bot_id == bot_id).returning(artifacts)
            return [_to_artifact(row) for row in (await transaction.connection.execute(query)).mappings()]


async def insert_artifact(transaction: Transaction, bot_id: str, artifact: NewArtifact) -> None:
    """Insert an artifact in the caller's transaction, in the place of one of the same kind and name."""
    same = (
        artifacts.c.bot_id == bot_id,
        artifacts.c.kind == artifact.kind,
        artifacts.c.name == artifact.name,
    )
    await transaction.connection.execute(delete(artifacts).where(*same))
    values = {
        "bot_id": bot_id,
        "kind": artifact.kind,
        "name": artifact.name,
        "storage_key": artifact.storage_key,
        "content_type": artifact.content_type,
        "size_bytes": artifact.size_bytes,
        "duration_s": artifact.duration_s,
        "taken_at": artifact.taken_at,
        "facts": artifact.facts,
        "created_at": datetime.now(UTC),
    }
    await transaction.connection.execute(artifacts.insert().values(values))


def _to_artifact(row: RowMapping) -> Artifact:
    values = dict(row)
    values.pop("id")
    return Artifact(**values)
