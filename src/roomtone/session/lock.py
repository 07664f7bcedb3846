"""The session's lock: held for its life, free when its files are final."""

from __future__ import annotations

import contextlib
import fcntl
from typing import TYPE_CHECKING

from roomtone.bot.session_protocol import LOCK_NAME
from roomtone.session.errors import DirectoryInUse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def session_lock(directory: Path) -> Iterator[None]:
    """Hold ``session.lock`` in the directory.

    The kernel frees it when the process dies, however it dies; children do not inherit it.

    Raises:
        DirectoryInUse: If another process holds it.
    """
    with (directory / LOCK_NAME).open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DirectoryInUse from None
        yield
