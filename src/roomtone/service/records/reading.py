"""Records as lines, out of the storage."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from roomtone.service.records.json_lines import MOST_BYTES, JsonLines, parse
from roomtone.service.storage.errors import MissingObject
from roomtone.service.storage.port import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable
    from pathlib import Path

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
        async with contextlib.aclosing(_pieces(storage, artifact, artifact.size_bytes)) as pieces:
            async for piece in pieces:
                lines += reader.feed(piece)
                if reader.is_full:
                    break
    return lines + reader.rest()


def read_file(path: Path) -> list[Line]:
    """The lines of a record that still lies in a session's folder. Blocking.

    Raises:
        OSError: If it cannot be read.
    """
    reader, lines = JsonLines(), list["Line"]()
    with path.open("rb") as file:
        while not reader.is_full and (piece := file.read(CHUNK_BYTES)):
            lines += reader.feed(piece)
    return lines + reader.rest()


async def read_json(storage: Storage, artifacts: Iterable[NewArtifact], kind: str, name: str = "") -> Any:
    """What the JSON file of this kind and name holds; None when there is none, or it is none of ours.

    It may be replaced at any moment, as summaries are: what lies there is read whole, however long it is.
    """
    artifact = next((one for one in artifacts if (one.kind, one.name) == (kind, name)), None)
    if artifact is None or artifact.size_bytes > MOST_BYTES:
        return None
    async with contextlib.aclosing(_pieces(storage, artifact, MOST_BYTES)) as pieces:
        content = b"".join([piece async for piece in pieces])
    return await asyncio.to_thread(parse, content)


def stream_ids_of(artifacts: Iterable[NewArtifact]) -> dict[str, list[str]]:
    """Ids of participants' own recordings among a bot's artifacts, by participant id."""
    ids: dict[str, list[str]] = {}
    for artifact in artifacts:
        facts = artifact.facts or {}
        participant_id, kind = facts.get("participant_id"), facts.get("stream_kind")
        if isinstance(participant_id, str) and isinstance(kind, str):
            known = ids.setdefault(participant_id, [])
            if stream_id(participant_id, kind) not in known:
                known.append(stream_id(participant_id, kind))
    return ids


def stream_id(participant_id: str, kind: str) -> str:
    """The id of all a participant's segments of a kind (``audio``, ``camera``, ``share``)."""
    return participant_id if kind == "audio" else f"{participant_id}-{kind}"


def _one(artifacts: Iterable[NewArtifact], kind: str) -> NewArtifact | None:
    return next((artifact for artifact in artifacts if artifact.kind == kind), None)


async def _pieces(storage: Storage, artifact: NewArtifact, most_bytes: int) -> AsyncGenerator[bytes, None]:
    """The file's bytes up to a number; nothing when the storage does not have it any more."""
    with contextlib.suppress(MissingObject):
        async with contextlib.aclosing(storage.open_range(artifact.storage_key, 0, most_bytes)) as pieces:
            async for piece in pieces:
                yield piece
