"""Whether a session is over, told by its lock."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

from roomtone.bot.session_protocol import LOCK_NAME

if TYPE_CHECKING:
    from pathlib import Path


def session_is_over(directory: Path) -> bool:
    """Whether nobody holds the session's lock any more, so that its files are final.

    A folder without a lock file belongs to a session that never began, or ended before it wrote anything.
    """
    try:
        file = (directory / LOCK_NAME).open("rb")
    except FileNotFoundError:
        return True
    with file:
        try:
            # Shared: two who ask at the same time must not take each other for the session.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
