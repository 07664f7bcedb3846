"""The summary of a meeting as a file: made at the end of a stay, and again when better words are known."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.acquiring import acquire_in_thread
from roomtone.bot.lifecycle import Step
from roomtone.service.records.chat import messages_of
from roomtone.service.records.people import people_of
from roomtone.service.records.reading import (
    CAPTIONS,
    CHAT,
    PARTICIPANTS,
    SUMMARY,
    TIMELINE,
    read_file,
    read_json,
    read_record,
)
from roomtone.service.records.summary import Meeting, summarise
from roomtone.service.records.turns import captions_of, turns_of
from roomtone.service.storage.errors import OutOfReach, WriteOnly
from roomtone.service.storage.port import folder_of
from roomtone.service.store.artifacts import NewArtifact
from roomtone.service.store.transcripts import TRANSCRIPT
from roomtone.speech.segments import turns_of as words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roomtone.service.recordings.papers import Paper
    from roomtone.service.records.json_lines import Line
    from roomtone.service.records.turns import WordedTurn
    from roomtone.service.storage.port import Storage
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store


async def store_summary(
    storage: Storage, bot: Bot, artifacts: Iterable[NewArtifact], papers: Iterable[Paper] = ()
) -> NewArtifact | None:
    """Put a summary of the meeting into the storage, in the place of a former one; nothing tells of it yet.

    What was said is taken from the bot's transcript, or else from the platform's captions. None for a bot
    that recorded nothing.

    Args:
        storage: Where the records lie, and the summary is put.
        bot: Whose.
        artifacts: The bot's files, its records among them.
        papers: Files that the session left; these are read instead, so that a bucket that lets nobody read
            does no harm.

    Raises:
        StorageError: If the storage is full or failed.
    """
    if bot.recording_at is None:
        return None
    artifacts, left = list(artifacts), {paper.kind: paper.path for paper in papers}
    records = {
        kind: await asyncio.to_thread(read_file, left[kind])
        if kind in left
        else await read_record(storage, artifacts, kind)
        for kind in (PARTICIPANTS, TIMELINE, CHAT, CAPTIONS)
    }
    segments = None
    with contextlib.suppress(WriteOnly, OutOfReach):
        segments = await read_json(storage, artifacts, TRANSCRIPT, f"{bot.transcript_id}.json")
    summary = await asyncio.to_thread(_summary, bot, records, segments if isinstance(segments, list) else [])
    key = f"{folder_of(bot.id)}/summary.json"
    path = await acquire_in_thread(lambda: _write(summary), Path.unlink)
    try:
        size_bytes = await storage.put_file(key, path)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return NewArtifact(SUMMARY, key, "application/json", size_bytes)


async def renew_summary(store: Store, storage: Storage, bot_id: str) -> None:
    """Make the summary of a bot that is done anew, as when another transcript of it was made.

    In a bucket that lets nobody read the former one stays.

    Raises:
        StorageError: If the storage is full or failed.
        UnknownBot: If there is none.
    """
    bot = await store.bots.get(bot_id)
    if bot.step is not Step.DONE:
        return
    with contextlib.suppress(WriteOnly, OutOfReach):
        summary = await store_summary(storage, bot, await store.artifacts.of_bot(bot.id))
        if summary is not None:
            await store.artifacts.add(bot.id, [summary])


def _summary(bot: Bot, records: dict[str, list[Line]], segments: list[Any]) -> dict[str, Any]:
    people = people_of(records[PARTICIPANTS])
    turns = turns_of(records[TIMELINE])
    names = {turn.speaker_id: turn.speaker_name for turn in turns}
    names |= {person.participant_id: person.name for person in people if person.name}
    spoken: Sequence[WordedTurn] = words_of(segments)
    words: Sequence[WordedTurn] = spoken or captions_of(records[CAPTIONS], names)
    return summarise(
        Meeting(
            duration_s=bot.recorded_s or 0.0,
            people=people,
            turns=turns,
            messages=messages_of(records[CHAT]),
            words=words,
            words_from=("transcript" if spoken else "captions") if words else None,
        )
    )


def _write(summary: dict[str, Any]) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="roomtone-summary-", suffix=".json")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(summary, file, ensure_ascii=False)
    return Path(name)
