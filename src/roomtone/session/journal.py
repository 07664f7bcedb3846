"""Where a session's events go: standard output for who is listening, ``events.jsonl`` for who comes later."""

from __future__ import annotations

import contextlib
import os
import select
from typing import TYPE_CHECKING, BinaryIO

from roomtone.bot.session_protocol import (
    JOURNAL_NAME,
    ChatSaid,
    ParticipantMoved,
    Progress,
    SpeakingMoved,
    to_line,
)

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from pydantic import BaseModel


_TOLD_ONLY = (Progress, ParticipantMoved, SpeakingMoved, ChatSaid)


class Journal:
    """Writes events as JSON lines, to both places, at once.

    Progress goes to standard output alone: it is a heartbeat, and four hours of it are no history. So do
    participants who come, go, speak and write: names are kept beside the recording, and go with it. Every
    other event is on the disk before it is on standard output, so that nobody is told what a crash could
    still undo. A listener who went away or stalls loses lines and never stops the session; a full disk loses
    the file's lines and is told of by `disk_failed`.

    Args:
        directory: The session's directory.
        listener: File descriptor of standard output; it is made non-blocking.
    """

    def __init__(self, directory: Path, listener: int) -> None:
        self.listener_gone = False
        self.disk_failed = False
        self._file: BinaryIO = (directory / JOURNAL_NAME).open("ab", buffering=0)
        self._listener = listener
        self._unsent = b""
        os.set_blocking(listener, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self._flush_blocking()
        self._file.close()

    def write(self, event: BaseModel) -> None:
        """Write one event; never raises for a listener or a disk that fails."""
        line = to_line(event).encode()
        if not isinstance(event, _TOLD_ONLY):
            self._keep(line)
        elif len(self._unsent) > _most_unsent_bytes(event):
            line = b""
        self._unsent += line
        self._flush()

    def _keep(self, line: bytes) -> None:
        try:
            self._file.write(line)
            os.fsync(self._file.fileno())
        except OSError:
            self.disk_failed = True

    def _flush(self) -> None:
        with contextlib.suppress(BlockingIOError):
            try:
                while self._unsent:
                    self._unsent = self._unsent[os.write(self._listener, self._unsent) :]
            except (BrokenPipeError, ConnectionResetError):
                self.listener_gone = True
                self._unsent = b""

    def _flush_blocking(self) -> None:
        """Give a slow listener a moment for the last lines; a stalled one must not keep the session alive."""
        for _ in range(_LAST_TRIES):
            self._flush()
            if not self._unsent:
                break
            select.select([], [self._listener], [], _LAST_TRY_S)
        with contextlib.suppress(OSError):
            os.set_blocking(self._listener, True)


_MOST_UNSENT_BYTES = 65_536
"""Beyond this much waiting for a stalled listener, progress is dropped; other events are few and small."""
_MOST_UNSENT_WITH_PEOPLE_BYTES = 1_048_576
"""Beyond this much, who comes and goes is dropped too: a page decides how often somebody does."""


def _most_unsent_bytes(event: BaseModel) -> int:
    return _MOST_UNSENT_BYTES if isinstance(event, Progress) else _MOST_UNSENT_WITH_PEOPLE_BYTES


_LAST_TRIES = 20
_LAST_TRY_S = 0.1
