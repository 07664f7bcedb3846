"""The summary of a meeting as a file: made at the end of a stay, and again when better words are known."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.service.records.chat import messages_of
from roomtone.service.records.people import people_of
from roomtone.service.records.reading import (
    CAPTIONS,
    CHAT,
    PARTICIPANTS,
    SUMMARY,
    TIMELINE,
    read_record,
)
from roomtone.service.records.summary import Meeting, summarise
from roomtone.service.records.turns import captions_of, turns_of
from roomtone.service.storage.port import folder_of
from roomtone.service.store.artifacts import NewArtifact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roomtone.service.records.json_lines import Line
    from roomtone.service.records.turns import WordedTurn
    from roomtone.service.storage.port import Storage
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store


async def store_summary(
    storage: Storage,
    bot: Bot,
    artifacts: Iterable[NewArtifact],
    transcript: Sequence[WordedTurn] | None = None,
) -> NewArtifact | None:
    """Put a summary of the meeting into the storage, in the place of a former one; nothing tells of it yet.

    None for a bot that recorded nothing.

    Args:
        storage: Where the records lie, and the summary is put.
        bot: Whose.
        artifacts: The bot's files, its records among them.
        transcript: What was said; None: the platform's captions are taken, if there are any.

    Raises:
        StorageError: If the storage is full or failed.
    """
    if bot.recording_at is None:
        return None
    artifacts = list(artifacts)
    records = {
        kind: await read_record(storage, artifacts, kind) for kind in (PARTICIPANTS, TIMELINE, CHAT, CAPTIONS)
    }
    summary = await asyncio.to_thread(_summary, bot, records, transcript)
    key = f"{folder_of(bot.id)}/summary.json"
    path = await asyncio.to_thread(_write, summary)
    try:
        size_bytes = await storage.put_file(key, path)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return NewArtifact(SUMMARY, key, "application/json", size_bytes)


async def renew_summary(store: Store, storage: Storage, bot: Bot, transcript: Sequence[WordedTurn]) -> None:
    """Make the summary of a bot that is done anew, with the words of a transcript that came later.

    Raises:
        StorageError: If the storage is full or failed.
    """
    artifacts = await store.artifacts.of_bot(bot.id)
    summary = await store_summary(storage, bot, artifacts, transcript)
    if summary is not None:
        await store.artifacts.add(bot.id, [summary])


def _summary(
    bot: Bot, records: dict[str, list[Line]], transcript: Sequence[WordedTurn] | None
) -> dict[str, Any]:
    people = people_of(records[PARTICIPANTS])
    turns = turns_of(records[TIMELINE])
    words: Sequence[WordedTurn]
    if transcript is not None:
        words, words_from = transcript, "transcript"
    else:
        names = {turn.speaker_id: turn.speaker_name for turn in turns}
        names |= {person.participant_id: person.name for person in people if person.name}
        words = captions_of(records[CAPTIONS], names)
        words_from = "captions"
    return summarise(
        Meeting(
            duration_s=bot.recorded_s or 0.0,
            people=people,
            turns=turns,
            messages=messages_of(records[CHAT]),
            words=words,
            words_from=words_from if words else None,
        )
    )


def _write(summary: dict[str, Any]) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="roomtone-summary-", suffix=".json")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(summary, file, ensure_ascii=False)
    return Path(name)
