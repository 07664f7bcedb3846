"""Cutting a sound file into pieces in a folder, in a child process; what was cut once stays cut."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.child_process import ChildGroup
from roomtone.speech.cutting.spans import Span
from roomtone.speech.errors import EngineFailed, UnusableAudio

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

_CUT_NAME = "cut.json"
_PLAN_NAME = "plan.json"
_LOG_NAME = "cutting.log"
_LINE_BYTES = 8 * 1024 * 1024
_SILENT_S = 600.0
"""A child that says nothing for so long hangs: it tells of every 10 s of sound, at a low priority."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file to send.

    Attributes:
        path: The file: MP3 or WAV, 16 kHz mono.
        spans: Where its sound lies in the recording, in order; together they are all of it.
        voice_s: From when to when somebody speaks, seconds of the piece.
    """

    path: Path
    spans: tuple[Span, ...]
    voice_s: tuple[float, float]

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.spans[-1].piece_s + self.spans[-1].length_s


async def pieces_of(path: Path, folder: Path, longest_s: float) -> tuple[Piece, ...]:
    """A sound as MP3 files of at most ``longest_s`` (64 kbit/s: 8 kB a second), without its long silences.

    They are cut in pauses, or where it is quietest when nobody pauses. None when nobody speaks. On
    cancellation the child is gone and what it made is made anew next time.

    Args:
        path: The sound.
        folder: For the pieces, private to this sound and this length; made when it is missing.
        longest_s: At least 5 s.

    Raises:
        UnusableAudio: If the sound cannot be decoded.
        EngineFailed: If the child fails.
    """
    return await _cut({"path": str(path), "longest_s": longest_s, "utterances": False}, folder)


async def utterances_of(path: Path, folder: Path) -> tuple[Piece, ...]:
    """A sound as WAV files of one utterance each (``local.utterances``); else as ``pieces_of``."""
    return await _cut({"path": str(path), "longest_s": 0, "utterances": True}, folder)


async def _cut(plan: dict[str, Any], folder: Path) -> tuple[Piece, ...]:
    kept = folder / _CUT_NAME
    if not await asyncio.to_thread(kept.is_file):
        await asyncio.to_thread(_emptied, folder)
        lines = await _cut_by_child({**plan, "folder": str(folder)}, folder)
        await asyncio.to_thread(_keep, lines, kept)
    lines = json.loads(await asyncio.to_thread(kept.read_text, "utf-8"))
    unusable = next((line["unusable"] for line in lines if "unusable" in line), None)
    if unusable is not None:
        raise UnusableAudio(unusable)
    return tuple(
        Piece(
            path=folder / line["piece"],
            spans=tuple(Span(*span) for span in line["spans"]),
            voice_s=(line["voice"][0], line["voice"][1]),
        )
        for line in lines
    )


async def _cut_by_child(plan: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    plan_path, log_path = folder / _PLAN_NAME, folder / _LOG_NAME
    await asyncio.to_thread(plan_path.write_text, json.dumps(plan), "utf-8")
    command = [sys.executable, "-m", "roomtone.speech.cutting.worker", str(plan_path)]
    lines, done = [], False
    with log_path.open("wb") as errors:
        child = await ChildGroup.start(
            command, stdout=asyncio.subprocess.PIPE, stderr=errors.fileno(), line_limit=_LINE_BYTES
        )
        try:
            while (line := await _next_line(child)) is not None:
                done = done or "done" in line
                if "piece" in line or "unusable" in line:
                    lines.append(line)
            status = await child.wait()
        finally:
            await child.stop()
    if not done:
        log.warning("speech.cutting_failed", status=status)
        raise EngineFailed(f"cutting the sound stopped with status {status}")
    return lines


async def _next_line(child: ChildGroup) -> dict[str, Any] | None:
    assert child.stdout is not None
    try:
        async with asyncio.timeout(_SILENT_S):
            text = await child.stdout.readline()
        line = json.loads(text) if text else None
    except TimeoutError:
        raise EngineFailed(f"cutting the sound said nothing for {_SILENT_S:.0f} s") from None
    except ValueError:
        raise EngineFailed("cutting the sound said what makes no sense") from None
    return line if isinstance(line, dict) else None


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)


def _keep(lines: list[dict[str, Any]], kept: Path) -> None:
    part = kept.with_suffix(".part")
    part.write_text(json.dumps(lines), "utf-8")
    part.replace(kept)
