"""What a session leaves beside its recording, and is kept with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.bot.session_protocol import JOURNAL_NAME
from roomtone.service.nodes.session_process import LOG_NAME

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = {
    JOURNAL_NAME: ("journal", "application/jsonl"),
    LOG_NAME: ("log", "text/plain"),
    f"{LOG_NAME}.1": ("log", "text/plain"),
    "participants.jsonl": ("participants", "application/jsonl"),
    "timeline.jsonl": ("timeline", "application/jsonl"),
    "chat.jsonl": ("chat", "application/jsonl"),
}
_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".html": "text/html"}
_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_MOST_PICTURES = 100


@dataclass(frozen=True, slots=True)
class Paper:
    """A file to be kept.

    Attributes:
        path: Where the session left it.
        kind: The artifact's kind.
        content_type: Its media type.
    """

    path: Path
    kind: str
    content_type: str


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
    pictures = [
        Paper(path, "screenshot", _PICTURES[path.suffix])
        for folder in (directory, directory / "screenshots")
        if folder.is_dir() and not folder.is_symlink()
        for path in sorted(folder.iterdir())
        if path.suffix in _PICTURES and _SAFE_NAME.fullmatch(path.name) and _is_plain(path)
    ]
    return papers + pictures[:_MOST_PICTURES]


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 0
