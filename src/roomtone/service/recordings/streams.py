"""Finishing the participants' own files: each segment checked, given its length and index, stored."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.bot.stream_manifest import STREAMS_FOLDER, STREAMS_MANIFEST, read_manifest
from roomtone.service.recordings.errors import FinishingError, UnusableMedia
from roomtone.service.recordings.files import FinishedFile
from roomtone.service.recordings.media_check import check_media
from roomtone.service.recordings.remuxing import remux_webm
from roomtone.service.storage.port import folder_of
from roomtone.service.store.artifacts import AUDIO_STREAM, VIDEO_STREAM, NewArtifact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roomtone.bot.stream_manifest import StreamSegment
    from roomtone.service.storage.port import Storage
    from roomtone.service.store.artifacts import Artifacts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FinishedStream:
    """A segment that was opened and decoded after it was written."""

    segment: StreamSegment
    file: FinishedFile

    @property
    def facts(self) -> dict[str, Any]:
        """For an artifact's ``facts``: whose it is, where it lies in the recording, what was measured.

        ``stream_kind`` (``audio``, ``camera``, ``share``), ``participant_id``, ``participant_name``,
        ``start_sample`` (at 48,000 Hz, from the recording's beginning), and ``MediaFacts.as_json``.
        """
        return {
            "stream_kind": self.segment.kind,
            "participant_id": self.segment.participant_id,
            "participant_name": self.segment.name,
            "start_sample": self.segment.start_sample,
            **self.file.facts,
        }


def stream_segments(directory: Path) -> list[StreamSegment]:
    """The segments that a session left and that hold something, in the order in which they began. Blocking.

    The page and the browser write into this folder too: only plain files of the manifest's names are taken.
    """
    manifest, folder = directory / STREAMS_MANIFEST, directory / STREAMS_FOLDER
    if manifest.is_symlink() or not manifest.is_file() or folder.is_symlink():
        return []
    with manifest.open(encoding="utf-8", errors="replace") as lines:
        segments = read_manifest(lines)
    return [one for one in segments if _holds_something(folder / one.file)]


def finish_stream(directory: Path, output: Path, segment: StreamSegment) -> FinishedStream | None:
    """One segment with its length and index; None when nothing of it can be played. Blocking.

    What cannot be rewritten (no ffmpeg, disk full) is kept as it was recorded, which plays too.

    Raises:
        OSError: If the disk refuses.
    """
    source, target = directory / STREAMS_FOLDER / segment.file, output / segment.file
    is_video = segment.kind != "audio"
    note = ""
    try:
        target.unlink(missing_ok=True)
        remux_webm(source, target)
        facts = check_media(target, video=is_video)
    except FinishingError as problem:
        note = f"kept as it was recorded: {problem}"
        target.unlink(missing_ok=True)
        os.link(source, target)
        try:
            facts = check_media(target, video=is_video)
        except UnusableMedia as unusable:
            log.warning("recording.stream_unusable", file=segment.file, problem=unusable.problem)
            target.unlink(missing_ok=True)
            return None
    content_type = "video/webm" if is_video else "audio/webm"
    duration_s = facts.duration_s or (segment.samples or 0) / 48_000
    file = FinishedFile(target, content_type, duration_s, target.stat().st_size, note, facts.as_json())
    return FinishedStream(segment, file)


async def store_streams(
    artifacts: Artifacts, storage: Storage, bot_id: str, directory: Path, output: Path
) -> Sequence[NewArtifact]:
    """Finish and store every segment, and add them as artifacts; may be repeated.

    Raises:
        FinishingError: If the storage does not hold all of a file.
        OSError: If the disk refuses.
        StorageError: If the storage is full or failed; try again later.
    """
    stored = []
    for segment in await asyncio.to_thread(stream_segments, directory):
        finished = await asyncio.to_thread(finish_stream, directory, output, segment)
        if finished is None:
            continue
        if finished.file.note:
            log.warning("recording.not_remuxed", bot_id=bot_id, problem=finished.file.note)
        stored.append(await _store(storage, bot_id, finished))
    await artifacts.add(bot_id, stored)
    return stored


async def _store(storage: Storage, bot_id: str, finished: FinishedStream) -> NewArtifact:
    file = finished.file
    kind = AUDIO_STREAM if finished.segment.kind == "audio" else VIDEO_STREAM
    key = f"{folder_of(bot_id)}/{kind}s/{file.path.name}"
    size = await storage.put_file(key, file.path, move=True)
    if size != file.size_bytes:
        raise FinishingError(f"{key} was stored with {size} bytes instead of {file.size_bytes}")
    return NewArtifact(
        kind,
        key,
        file.content_type,
        size,
        round(file.duration_s, 3),
        name=file.path.name,
        facts=finished.facts,
    )


def _holds_something(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 0
