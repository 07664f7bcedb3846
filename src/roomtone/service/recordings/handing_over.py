"""Handing a session's files to the making of its transcript, before they are gone.

They are in the storage too; but that may be a bucket far away, or one that we may only write to.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME
from roomtone.bot.session_protocol import AUDIO_NAME
from roomtone.bot.stream_manifest import STREAMS_FOLDER
from roomtone.service.recordings.streams import stream_segments

if TYPE_CHECKING:
    from pathlib import Path

_RECORDS = ("participants.jsonl", "timeline.jsonl", "captions.jsonl", LIVE_TRANSCRIPT_NAME)


def hand_over(directory: Path, folder: Path) -> None:
    """Put what a transcript is made of into its folder, under the names that the storage has; no bytes move.

    Blocking, and may be repeated. What cannot be handed over is read from the storage instead.

    Args:
        directory: The session's; it may be missing.
        folder: The transcript's own, made if it is missing.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    streams = [
        directory / STREAMS_FOLDER / one.file for one in stream_segments(directory) if one.kind == "audio"
    ]
    for source in (directory / AUDIO_NAME, *(directory / name for name in _RECORDS), *streams):
        if source.is_symlink() or not source.is_file():
            continue
        with contextlib.suppress(OSError):
            _link(source, folder / source.name)


def _link(source: Path, target: Path) -> None:
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:
        part = target.with_name(target.name + ".part")
        shutil.copyfile(source, part)
        part.rename(target)
