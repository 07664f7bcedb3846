"""Records as lines, out of the storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.service.records.json_lines import MOST_BYTES, JsonLines, parse
from roomtone.service.storage.errors import MissingObject

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from roomtone.service.records.json_lines import Line
    from roomtone.service.storage.port import Storage
    from roomtone.service.store.artifacts import NewArtifact

PARTICIPANTS = "participants"
"""Kinds of artifacts: the files that ``recordings.papers`` keeps."""
TIMELINE = "timeline"
CHAT = "chat"
CAPTIONS = "captions"
SUMMARY = "summary"
"""Kind of the summary (``summary.summarise``), one JSON object."""


async def read_record(storage: Storage, artifacts: Iterable[NewArtifact], kind: str) -> list[Line]:
    """The lines of the record of this kind among a bot's artifacts; none when there is none of it.

    A file of many megabytes is read to a bound and no further (``json_lines``).
    """
    reader, lines = JsonLines(), list["Line"]()
    artifact = _one(artifacts, kind)
    if artifact is not None:
        async for piece in _pieces(storage, artifact):
            lines += reader.feed(piece)
            if reader.is_full:
                break
    return lines + reader.rest()


async def read_object(storage: Storage, artifacts: Iterable[NewArtifact], kind: str) -> Line | None:
    """The one JSON object that the artifact of this kind holds; None when there is none."""
    artifact = _one(artifacts, kind)
    if artifact is None or artifact.size_bytes > MOST_BYTES:
        return None
    return parse(b"".join([piece async for piece in _pieces(storage, artifact)]))


def stream_ids_of(artifacts: Iterable[NewArtifact]) -> dict[str, list[str]]:
    """Ids of participants' own recordings among a bot's artifacts, by participant id."""
    ids: dict[str, list[str]] = {}
    for artifact in artifacts:
        facts = artifact.facts or {}
        participant_id, stream_id = facts.get("participant_id"), facts.get("stream_id")
        if isinstance(participant_id, str) and isinstance(stream_id, str):
            known = ids.setdefault(participant_id, [])
            if stream_id not in known:
                known.append(stream_id)
    return ids


def _one(artifacts: Iterable[NewArtifact], kind: str) -> NewArtifact | None:
    return next((artifact for artifact in artifacts if artifact.kind == kind), None)


async def _pieces(storage: Storage, artifact: NewArtifact) -> AsyncIterator[bytes]:
    """The file's bytes; nothing when the storage does not have it any more."""
    pieces: Any = storage.open_range(artifact.storage_key, 0, artifact.size_bytes)
    try:
        async for piece in pieces:
            yield piece
    except MissingObject:
        return
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
