"""What there is of a meeting for a provider: from stored artifacts to files and a timeline."""

from __future__ import annotations

import asyncio
import contextlib
from io import BufferedWriter
from typing import TYPE_CHECKING

from roomtone.acquiring import acquire_in_thread
from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME
from roomtone.bot.speaker import NO_SPEAKER, SAMPLE_RATE_HZ, Speaker
from roomtone.service.records.json_lines import JsonLines
from roomtone.service.records.people import people_of
from roomtone.service.records.reading import CAPTIONS, PARTICIPANTS, TIMELINE
from roomtone.service.records.turns import turns_of
from roomtone.service.storage.errors import MissingObject
from roomtone.service.storage.port import CHUNK_BYTES
from roomtone.service.store.artifacts import AUDIO_STREAM, LIVE_TRANSCRIPT
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roomtone.service.records.json_lines import Line
    from roomtone.service.storage.port import Storage
    from roomtone.service.store.artifacts import Artifact
    from roomtone.service.store.bot import Bot

_SEPARATE = "webrtc"
"""The ``audio_world`` in which every participant's voice comes by itself; others are cut out of one mix."""


async def recorded_of(
    bot: Bot, artifacts: Sequence[Artifact], storage: Storage, folder: Path, *, with_audio: bool
) -> Recorded:
    """Fetch what a provider needs into a folder; what lies there already is not fetched.

    That is what the session left (``recordings.handing_over``), and what a former attempt fetched.

    Where voices came separately, they are the tracks, each under its participant's name; else the mix is.

    Args:
        bot: Whose recording.
        artifacts: The bot's.
        storage: Where they lie.
        folder: The transcript's own.
        with_audio: Whether the provider listens.

    Raises:
        StorageError: If something cannot be read.
    """
    turns = turns_of(await _lines(TIMELINE, artifacts, storage, folder))
    timeline = tuple(
        Stretch(turn.speaker_id, turn.speaker_name, turn.start_s, turn.end_s)
        for turn in turns
        if turn.speaker_id != NO_SPEAKER.speaker_id
    )
    names = {stretch.speaker_id: stretch.speaker_name for stretch in timeline}
    people = people_of(await _lines(PARTICIPANTS, artifacts, storage, folder))
    names |= {person.participant_id: person.name for person in people if person.name}
    captions = next((artifact for artifact in artifacts if artifact.kind == CAPTIONS), None)
    return Recorded(
        tracks=await _tracks(bot, artifacts, names, storage, folder) if with_audio else (),
        timeline=timeline,
        captions=None if captions is None else await _fetch(storage, captions, folder),
        live=await _live(artifacts, storage, folder),
        names=names,
        duration_s=bot.recorded_s,
    )


async def _live(artifacts: Sequence[Artifact], storage: Storage, folder: Path) -> Path | None:
    handed_over = folder / LIVE_TRANSCRIPT_NAME
    if await asyncio.to_thread(handed_over.is_file):
        return handed_over
    kept = next((artifact for artifact in artifacts if artifact.kind == LIVE_TRANSCRIPT), None)
    return None if kept is None else await _fetch(storage, kept, folder)


async def _tracks(
    bot: Bot, artifacts: Sequence[Artifact], names: dict[str, str], storage: Storage, folder: Path
) -> tuple[Track, ...]:
    streams = [artifact for artifact in artifacts if artifact.kind == AUDIO_STREAM and artifact.facts]
    if streams and (bot.statistics or {}).get("audio_world", _SEPARATE) == _SEPARATE:
        return tuple([_own_track(one, names, await _fetch(storage, one, folder)) for one in streams])
    mix = next((artifact for artifact in artifacts if artifact.kind == "audio"), None)
    return () if mix is None else (Track(await _fetch(storage, mix, folder)),)


def _own_track(artifact: Artifact, names: dict[str, str], path: Path) -> Track:
    facts = artifact.facts or {}
    speaker_id = facts.get("participant_id")
    speaker = None
    if isinstance(speaker_id, str) and speaker_id != NO_SPEAKER.speaker_id:
        name = names.get(speaker_id) or facts.get("participant_name") or speaker_id
        speaker = Speaker(speaker_id, str(name))
    return Track(path, facts.get("start_sample", 0) / SAMPLE_RATE_HZ, speaker)


async def _lines(kind: str, artifacts: Sequence[Artifact], storage: Storage, folder: Path) -> list[Line]:
    """The lines of a record; none when there is none."""
    record = next((artifact for artifact in artifacts if artifact.kind == kind), None)
    if record is None:
        return []
    try:
        return await asyncio.to_thread(_read, await _fetch(storage, record, folder))
    except MissingObject:
        return []


def _read(path: Path) -> list[Line]:
    reader, lines = JsonLines(), list["Line"]()
    with path.open("rb") as file:
        while not reader.is_full and (piece := file.read(CHUNK_BYTES)):
            lines += reader.feed(piece)
    return lines + reader.rest()


async def _fetch(storage: Storage, artifact: Artifact, folder: Path) -> Path:
    """The artifact's bytes as a file, piece by piece."""
    path = folder / artifact.storage_key.rpartition("/")[2]
    if await asyncio.to_thread(path.is_file):
        return path
    part = path.with_name(path.name + ".part")
    with await acquire_in_thread(lambda: part.open("wb"), BufferedWriter.close) as file:
        pieces = storage.open_range(artifact.storage_key, 0, artifact.size_bytes)
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)
    await asyncio.to_thread(part.rename, path)
    return path
