"""What a session leaves beside its recording, and is kept with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME
from roomtone.bot.session_protocol import JOURNAL_NAME
from roomtone.service.nodes.session_process import LOG_NAME
from roomtone.service.store.artifacts import JOURNAL, LIVE_TRANSCRIPT, LOG, PAGE_SNAPSHOT, SCREENSHOT

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = {
    JOURNAL_NAME: (JOURNAL, "application/jsonl"),
    LOG_NAME: (LOG, "text/plain"),
    f"{LOG_NAME}.1": (LOG, "text/plain"),
    "participants.jsonl": ("participants", "application/jsonl"),
    "timeline.jsonl": ("timeline", "application/jsonl"),
    "chat.jsonl": ("chat", "application/jsonl"),
    "captions.jsonl": ("captions", "application/jsonl"),
    LIVE_TRANSCRIPT_NAME: (LIVE_TRANSCRIPT, "application/jsonl"),
}
_LOOKS = {
    ".png": (SCREENSHOT, "image/png"),
    ".jpg": (SCREENSHOT, "image/jpeg"),
    ".webp": (SCREENSHOT, "image/webp"),
    ".html": (PAGE_SNAPSHOT, "text/html"),
}
_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_MOST_LOOKS = 100
_LARGEST_LOOK_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Paper:
    """A file to be kept.

    Attributes:
        path: Where the session left it.
        kind: The artifact's kind.
        content_type: Its media type.
        taken_at: When a picture or a document was taken, UTC; None for the others.
    """

    path: Path
    kind: str
    content_type: str
    taken_at: datetime | None = None


def papers_of(directory: Path) -> list[Paper]:
    """The files of a session's folder that are kept, in a fixed order. Blocking.

    The page and the browser write into this folder too, so only files of known names and kinds are taken,
    no links, and a bounded number. A missing folder has none.
    """
    papers = [
        Paper(directory / name, kind, content_type)
        for name, (kind, content_type) in _KINDS.items()
        if _is_plain(directory / name)
    ]
    looks = [
        Paper(path, *_LOOKS[path.suffix], datetime.fromtimestamp(path.stat().st_mtime, UTC))
        for folder in (directory, directory / "screenshots")
        if folder.is_dir() and not folder.is_symlink()
        for path in sorted(folder.iterdir())
        if path.suffix in _LOOKS and _SAFE_NAME.fullmatch(path.name) and _is_plain(path, _LARGEST_LOOK_BYTES)
    ]
    return papers + looks[:_MOST_LOOKS]


def _is_plain(path: Path, most_bytes: float = float("inf")) -> bool:
    return path.is_file() and not path.is_symlink() and 0 < path.stat().st_size <= most_bytes
