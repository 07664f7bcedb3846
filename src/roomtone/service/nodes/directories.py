"""Where a session's files lie while nobody has finished them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def session_directory(sessions: Path, bot_id: str, epoch: int) -> Path:
    """The folder of one stay of one bot; another start of the same bot has another epoch and folder."""
    return sessions / f"{bot_id}-{epoch}"


def bot_of(folder_name: str) -> str:
    """The bot whose stay has a folder of this name."""
    return folder_name.rpartition("-")[0]
