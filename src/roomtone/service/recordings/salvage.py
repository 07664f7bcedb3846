"""Recordings that could not be finished: their sessions' folders are kept, and tried again."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.lifecycle import Step
from roomtone.service.jobs.port import SALVAGE_RECORDING, NewJob
from roomtone.service.nodes.directories import bot_of, session_directory
from roomtone.service.recordings.files import finish_audio, finish_video
from roomtone.service.recordings.live_copy import drop_live_parts
from roomtone.service.recordings.making import OUTPUT_NAME, made_of, store_file
from roomtone.service.store.errors import UnknownBot

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.jobs.port import Enqueue
    from roomtone.service.storage.port import Storage
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

FIRST_AFTER_S = 60.0
"""From giving a file up, or from a start of the server, to the next attempt."""
LONGEST_PAUSE_S = 86_400.0
ATTEMPTS = 12
"""After these, about two days, the folder waits for the next start of the server."""


def salvage_job(bot_id: str) -> NewJob:
    """The job that tries again what could not be made of a bot that is done."""
    later = datetime.now(UTC) + timedelta(seconds=FIRST_AFTER_S)
    return NewJob(SALVAGE_RECORDING, {"bot_id": bot_id}, later, key=f"salvage:{bot_id}", bot_id=bot_id)


def pause_s(attempts: int) -> float | None:
    """How long to wait after that many attempts; None: no more for now."""
    return None if attempts >= ATTEMPTS else min(FIRST_AFTER_S * 2.0**attempts, LONGEST_PAUSE_S)


async def salvage(store: Store, storage: Storage, sessions: Path, bot_id: str) -> bool:
    """Try again to make the files of a bot that is done without them; whether nothing is left to do.

    What can be made is stored and can be downloaded from then on. The bot's webhooks are over, and none is
    sent for it. When nothing is missing any more, the session's folder goes.

    Raises:
        FinishingError: If the files cannot be read or written just now.
        StorageError: If the storage is full or failed.
        UnknownBot: If there is none.
    """
    bot = await store.bots.get(bot_id)
    directory = session_directory(sessions, bot.id, bot.epoch)
    if bot.step is not Step.DONE or not directory.is_dir():
        return True
    output = directory / OUTPUT_NAME
    await asyncio.to_thread(output.mkdir, mode=0o700, exist_ok=True)
    missing = False
    for kind, status, finish in (
        ("audio", bot.audio_status, finish_audio),
        ("video", bot.video_status, finish_video),
    ):
        if status != "Failed":
            continue
        made = await made_of(bot.id, asyncio.to_thread(finish, directory, output))
        if made.file is None:
            missing = True
            continue
        await store.artifacts.add_salvaged(bot.id, await store_file(storage, bot.id, kind, made.file))
        log.info("recording.salvaged", bot_id=bot.id, kind=kind)
    if missing:
        log.error("recording.folder_kept", bot_id=bot.id, folder=str(directory))
    else:
        await drop_live_parts(storage, bot.id)
        await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
    return not missing


async def take_up_kept_folders(store: Store, jobs: Enqueue, sessions: Path) -> None:
    """Have every folder looked at again that a bot's session left and that outlived the bot's end."""
    names = await asyncio.to_thread(lambda: [folder.name for folder in sessions.iterdir() if folder.is_dir()])
    for bot_id in sorted({bot_of(name) for name in names}):
        try:
            bot = await store.bots.get(bot_id)
        except UnknownBot:
            log.warning("recording.folder_without_bot", folder=str(sessions), bot_id=bot_id)
            continue
        if bot.step is Step.DONE:
            async with store.database.write() as transaction:
                await jobs.enqueue(transaction, salvage_job(bot_id))
