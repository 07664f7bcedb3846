"""The screen of ``roomtone join``: one line that changes on a terminal, plain lines anywhere else."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TextIO

from roomtone.bot.session_protocol import Progress
from roomtone.foreground.status_line import happening, status

if TYPE_CHECKING:
    from pydantic import BaseModel

PLAIN_EVERY_S = 10.0
"""How often progress is told where lines cannot be changed."""


class StatusDisplay:
    """Shows events on a stream.

    Args:
        stream: Usually standard error, so that standard output holds the result alone.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._changes_line = stream.isatty()
        self._began_s = time.monotonic()
        self._told_s = self._began_s
        self._line_open = False

    def show(self, event: BaseModel) -> None:
        """Show one event of the session."""
        if isinstance(event, Progress):
            self._show_progress(event)
            return
        sentence = happening(event)
        if sentence is not None:
            self.say(sentence)

    def say(self, sentence: str) -> None:
        """Show a sentence on a line of its own."""
        self.clear()
        self._stream.write(f"{sentence}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the changing line away."""
        if self._line_open:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._line_open = False

    def _show_progress(self, progress: Progress) -> None:
        now_s = time.monotonic()
        line = status(progress, now_s - self._began_s)
        if self._changes_line:
            width = shutil.get_terminal_size().columns
            self._stream.write("\r\x1b[K" + line[: width - 1])
            self._stream.flush()
            self._line_open = True
        elif now_s - self._told_s >= PLAIN_EVERY_S:
            self._told_s = now_s
            self.say(line)
