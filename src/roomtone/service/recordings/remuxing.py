"""Putting packets into another container with ffmpeg, without decoding them."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from roomtone.child_process import bound_to_us, kill_group
from roomtone.service.recordings.errors import FinishingError

if TYPE_CHECKING:
    from pathlib import Path

LARGE_BYTES = 64 * 1024 * 1024
"""From here on the second pass of ``faststart`` costs more than the space reserved for the index."""
INDEX_BYTES_PER_SAMPLE = 24
"""Of the index: size 4, duration 8, its chunk's offset and length up to 12 (0003-finishing.md)."""
_RESERVED_AT_LEAST = 1024 * 1024
_BYTES_PER_SECOND_AT_LEAST = 2 * 1024 * 1024
_DEADLINE_AT_LEAST_S = 60.0
_QUIETLY = ("-nostdin", "-v", "error", "-y")
_EVERY_STREAM = ("-map", "0:v?", "-map", "0:a?", "-c", "copy")


def remux_video(source: Path, playable_bytes: int, samples: int, target: Path) -> None:
    """Write a regular MP4 with its index at the front from the first bytes of a fragmented one.

    Large files are written once, with space for the index left at the front; should that not suffice, and
    for small files, the index is written last and then moved to the front.

    Raises:
        FinishingError: If ffmpeg is missing, failed or took too long.
    """
    if playable_bytes >= LARGE_BYTES and samples:
        reserved = _RESERVED_AT_LEAST + samples * INDEX_BYTES_PER_SAMPLE
        try:
            _copy_streams(source, 0, playable_bytes, target, ["-moov_size", str(reserved)])
        except FinishingError:
            target.unlink(missing_ok=True)
        else:
            return
    _copy_streams(source, 0, playable_bytes, target, ["-movflags", "+faststart"])


def remux_audio(source: Path, start: int, end: int, target: Path) -> None:
    """Write an MP3 whose first frame states its length and where to seek, from a range of another.

    Raises:
        FinishingError: As ``remux_video``.
    """
    _copy_streams(source, start, end, target, ["-write_xing", "1", "-id3v2_version", "0", "-f", "mp3"])


def remux_webm(source: Path, target: Path) -> None:
    """Write a WebM that states its length and where to seek, from one that may end in the middle.

    Raises:
        FinishingError: As ``remux_video``.
    """
    _copy_streams(source, 0, source.stat().st_size, target, ["-cues_to_front", "1", "-f", "webm"])


def _copy_streams(source: Path, start: int, end: int, target: Path, options: list[str]) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise FinishingError("ffmpeg is not installed; `apt-get install ffmpeg`, or run `roomtone doctor`")
    part = f"subfile,,start,{start},end,{end},,:{source.absolute()}"
    deadline_s = _DEADLINE_AT_LEAST_S + (end - start) / _BYTES_PER_SECOND_AT_LEAST
    with subprocess.Popen(
        bound_to_us([ffmpeg, *_QUIETLY, "-i", part, *_EVERY_STREAM, *options, str(target.absolute())]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            _, errors = process.communicate(timeout=deadline_s)
        except subprocess.TimeoutExpired:
            kill_group(process.pid)
            raise FinishingError(f"ffmpeg took longer than {deadline_s:.0f} s for {source.name}") from None
        except BaseException:
            kill_group(process.pid)
            raise
    if process.returncode:
        last_line = errors.decode(errors="replace").strip().rpartition("\n")[2]
        raise FinishingError(
            f"ffmpeg could not copy {source.name} (exit {process.returncode}): {last_line[-200:]}"
        )
