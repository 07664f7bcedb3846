"""What a person sees while listening: a level meter on a terminal, lines in a log, JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from roomtone.listening.heard_words import clock_text
from roomtone.listening.levels import FLOOR_DBFS, VOICE_DBFS, bar, decayed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.listening.heard_meeting import HeardMeeting, HeardSpeaker
    from roomtone.listening.receiver import LiveAudioReceiver

BAR_WIDTH = 32
LINE_EVERY_S = 5.0
"""How often plain output says how it goes."""
SHOWN_SPEAKERS = 25
"""Most speakers a terminal shows at once, the loudest first beyond it."""


class Display(Protocol):
    """Somewhere to show what is heard."""

    def say(self, event: str, text: str, **fields: Any) -> None:
        """Tell one happening: a machine word, a sentence for a person and the figures."""

    def show(self, receiver: LiveAudioReceiver, now_s: float) -> None:
        """Show the levels; called several times a second."""

    def close(self) -> None:
        """Give the terminal back."""


class TerminalMeter:
    """A table that is drawn over itself: one row a speaker with a bar that moves."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=10, transient=True)
        self._live.start()

    def say(self, event: str, text: str, **fields: Any) -> None:
        """Print a line above the meter."""
        del event, fields
        self._live.console.print(text, markup=False, highlight=False)

    def show(self, receiver: LiveAudioReceiver, now_s: float) -> None:
        """Draw the meter anew."""
        tables = [_table(bot_id, meeting, now_s) for bot_id, meeting in receiver.meetings.items()]
        interims = [
            Text(f"{one.speaker_name}: {one.text}", style="dim", no_wrap=True, overflow="ellipsis")
            for one in receiver.words.interims.values()
        ]
        shown: list[RenderableType] = [*tables, *interims]
        self._live.update(Group(*shown) if shown else Text("waiting for a bot ...", style="dim"))

    def close(self) -> None:
        """Take the meter off the screen."""
        self._live.update(Text(""))
        self._live.stop()


def _table(bot_id: str, meeting: HeardMeeting, now_s: float) -> Table:
    table = Table(box=None, title=f"{bot_id or 'bot'}  {clock_text(meeting.length_s)}", title_justify="left")
    table.add_column("speaker", min_width=18, max_width=32, no_wrap=True)
    table.add_column("level", width=BAR_WIDTH)
    table.add_column("dBFS", justify="right", width=5)
    table.add_column("heard", justify="right")
    for speaker in _shown(meeting.speakers, now_s):
        level = current_level(speaker, now_s)
        colour = "red" if level > -6 else "green" if level > VOICE_DBFS else "bright_black"
        table.add_row(
            Text(speaker.speaker_name or speaker.speaker_id),
            Text(bar(level, BAR_WIDTH), style=colour),
            f"{level:.0f}" if level > FLOOR_DBFS else "-",
            clock_text(speaker.n_samples / 48_000),
        )
    return table


def _shown(speakers: Mapping[str, HeardSpeaker], now_s: float) -> list[HeardSpeaker]:
    everybody = list(speakers.values())
    if len(everybody) <= SHOWN_SPEAKERS:
        return everybody
    return sorted(everybody, key=lambda speaker: -current_level(speaker, now_s))[:SHOWN_SPEAKERS]


def current_level(speaker: HeardSpeaker, now_s: float) -> float:
    """What the speaker's meter shows now, in dBFS."""
    return decayed(speaker.level_dbfs, FLOOR_DBFS, max(0.0, now_s - speaker.level_at_s))


class PlainLines:
    """Lines for a log: every happening, and every few seconds who is heard how loud."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last_s = 0.0

    def say(self, event: str, text: str, **fields: Any) -> None:
        """Print the sentence."""
        del event, fields
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def show(self, receiver: LiveAudioReceiver, now_s: float) -> None:
        """Print a line when it is time for one."""
        if now_s - self._last_s < LINE_EVERY_S:
            return
        self._last_s = now_s
        for meeting in receiver.meetings.values():
            levels = (
                f"{s.speaker_name} {_level_word(current_level(s, now_s))}" for s in meeting.speakers.values()
            )
            self.say("levels", f"{clock_text(meeting.length_s)}  " + ", ".join(levels))

    def close(self) -> None:
        """Nothing to give back."""


def _level_word(level: float) -> str:
    return f"{level:.0f} dBFS" if level > VOICE_DBFS else "silent"


class JsonLines:
    """One JSON object a line with ``event`` first: for programs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last_s = 0.0

    def say(self, event: str, text: str, **fields: Any) -> None:
        """Print the object; the sentence stays out."""
        del text
        self._console.file.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
        self._console.file.flush()

    def show(self, receiver: LiveAudioReceiver, now_s: float) -> None:
        """Once a second: ``levels`` with dBFS by speaker."""
        if now_s - self._last_s < 1.0:
            return
        self._last_s = now_s
        for bot_id, meeting in receiver.meetings.items():
            levels = {s.speaker_id: round(current_level(s, now_s), 1) for s in meeting.speakers.values()}
            self.say("levels", "", bot_id=bot_id, length_s=round(meeting.length_s, 3), levels_dbfs=levels)

    def close(self) -> None:
        """Nothing to give back."""


def display_for(console: Console, *, as_json: bool) -> Display:
    """The display that fits: JSON when asked for, a meter on a terminal, else lines."""
    if as_json:
        return JsonLines(console)
    return TerminalMeter(console) if console.is_terminal else PlainLines(console)
