"""From what a session left in its folder to files that any player plays. No service is needed for it.

The session's own files are only read, never changed: whatever goes wrong, they can be finished again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roomtone.bot.session_protocol import AUDIO_NAME, RECORDING_NAME
from roomtone.service.recordings.errors import FinishingError, UnusableMedia
from roomtone.service.recordings.fragmented_mp4 import Mp4Scan, scan_mp4
from roomtone.service.recordings.media_check import MediaFacts, check_media
from roomtone.service.recordings.mp3_frames import whole_frames
from roomtone.service.recordings.remuxing import remux_audio, remux_video

if TYPE_CHECKING:
    from pathlib import Path

AUDIO_OUTPUT = "audio.mp3"
VIDEO_OUTPUT = "video.mp4"
_LOST_SAMPLES_ALLOWED = 100


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """A file that was opened and decoded after it was written.

    Attributes:
        path: Where it lies.
        content_type: ``video/mp4`` or ``audio/mpeg``.
        duration_s: Its length.
        size_bytes: Its size.
        note: What is not as it should be, for the log; empty when all is well.
        facts: What was measured of it (``MediaFacts.as_json``).
    """

    path: Path
    content_type: str
    duration_s: float
    size_bytes: int
    note: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FinishedFiles:
    """What could be made of a session's folder.

    Attributes:
        audio: None when nothing was heard, or it is beyond repair (then ``problems`` says so).
        video: None when there is no picture, or it is beyond repair (then ``problems`` says so).
        problems: For the operator; nothing personal.
    """

    audio: FinishedFile | None
    video: FinishedFile | None
    problems: tuple[str, ...]


def finish_files(directory: Path, output: Path) -> FinishedFiles:
    """Finish the audio and the video of a session that is over (``lock.session_is_over``).

    Blocking; ``finish_audio`` and ``finish_video`` do one of the two.

    Args:
        directory: The session's folder.
        output: An existing folder for ``audio.mp3`` and ``video.mp4``; what has these names is replaced.
    """
    problems: list[str] = []
    finished: list[FinishedFile | None] = []
    for finish in (finish_audio, finish_video):
        try:
            finished.append(finish(directory, output))
        except (FinishingError, OSError) as problem:
            finished.append(None)
            problems.append(str(problem))
    notes = [file.note for file in finished if file is not None and file.note]
    return FinishedFiles(finished[0], finished[1], (*problems, *notes))


def finish_audio(directory: Path, output: Path) -> FinishedFile | None:
    """The session's MP3 without a torn last frame, its length in the first; None when there is none.

    Raises:
        UnusableMedia: If there is an MP3 and not one frame of it decodes.
    """
    source = directory / AUDIO_NAME
    if not source.is_file() or source.stat().st_size == 0:
        return None
    with source.open("rb") as file:
        start, end = whole_frames(file)
    if start == end:
        raise UnusableMedia(source.name, "it holds no whole frame")
    target = output / AUDIO_OUTPUT
    note = ""
    try:
        target.unlink(missing_ok=True)
        remux_audio(source, start, end, target)
        facts = check_media(target, video=False)
    except FinishingError as problem:
        note = f"kept as it was recorded: {problem}"
        _link(source, target)
        facts = check_media(target, video=False)
    return _finished(target, "audio/mpeg", facts, note)


def finish_video(directory: Path, output: Path) -> FinishedFile | None:
    """The session's recording as a regular MP4, index first; None when the session recorded no picture.

    What cannot be rewritten (no ffmpeg, disk full) is kept as the fragmented MP4 it is, which plays too.

    Raises:
        UnusableMedia: If there is a recording and it holds no whole fragment, or nothing of it decodes.
    """
    source = directory / RECORDING_NAME
    if not source.is_file():
        return None
    with source.open("rb") as file:
        scan = scan_mp4(file)
    if not scan.has_header or (scan.fragments == 0 and scan.torn):
        raise UnusableMedia(source.name, "it ends before its first second is whole")
    target = output / VIDEO_OUTPUT
    note = ""
    try:
        target.unlink(missing_ok=True)
        remux_video(source, scan.playable_bytes, scan.samples, target)
        facts = _check_complete(target, scan)
    except FinishingError as problem:
        note = f"kept as it was recorded: {problem}"
        _link(source, target)
        facts = check_media(target, video=True)
    return _finished(target, "video/mp4", facts, note)


def _finished(target: Path, content_type: str, facts: MediaFacts, note: str) -> FinishedFile:
    size_bytes = target.stat().st_size
    return FinishedFile(target, content_type, facts.duration_s, size_bytes, note, facts.as_json())


def _check_complete(target: Path, scan: Mp4Scan) -> MediaFacts:
    facts = check_media(target, video=True)
    if scan.samples - facts.samples > _LOST_SAMPLES_ALLOWED:
        raise UnusableMedia(target.name, f"only {facts.samples} of {scan.samples} samples were copied")
    return facts


def _link(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.link(source, target)
