"""What a person sees while a meeting is staged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from roomtone.listening.heard_words import clock_text
from roomtone.listening.levels import VOICE_DBFS, bar
from roomtone.listening.meter import current_level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roomtone.listening.heard_meeting import HeardMeeting

BAR_WIDTH = 12


class Progress:
    """Lines for what happened, and on a terminal a status line that moves; all on standard error.

    A context manager; used by one task.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._live = Live(console=self._console, transient=True, refresh_per_second=8, auto_refresh=False)
        self._terminal = self._console.is_terminal

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Give the terminal back."""
        self._live.stop()

    def say(self, after_s: float, text: str) -> None:
        """Tell one happening, ``after_s`` seconds after the staging began."""
        self._console.print(f"{after_s:7.1f} s  {text}", markup=False, highlight=False, soft_wrap=True)

    def show(self, elapsed_s: float, phase: str, meetings: Iterable[HeardMeeting], now_s: float) -> None:
        """Show the phase and who is heard; nothing where it cannot be drawn over."""
        if not self._terminal:
            return
        line = Text(f"{clock_text(elapsed_s):>9}  {phase}", style="bold")
        for meeting in meetings:
            for speaker in list(meeting.speakers.values())[:8]:
                level = current_level(speaker, now_s)
                style = "green" if level > VOICE_DBFS else "bright_black"
                line.append(f"\n           {speaker.speaker_name[:24]:24} ", style="default")
                line.append(bar(level, BAR_WIDTH), style=style)
        self._live.update(line, refresh=True)
