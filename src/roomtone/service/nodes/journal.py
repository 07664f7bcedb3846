"""What a session wrote down of its stay, and what the store has not heard of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from roomtone.bot.lifecycle import Happening, Step, happening_of
from roomtone.bot.session_protocol import JOURNAL_NAME, Ended, parse_event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from pathlib import Path

LONGEST_JOURNAL_BYTES = 16 * 1024 * 1024
"""Hundreds of bytes are usual; more than this is no journal of ours and its rest is not read."""


def read_journal(directory: Path) -> list[Any]:
    """The events in a session's folder, oldest first; a torn or malformed line is left out.

    No file is no event. Blocking.
    """
    try:
        with (directory / JOURNAL_NAME).open("rb") as file:
            lines = file.read(LONGEST_JOURNAL_BYTES).splitlines()
    except OSError:
        return []
    events = []
    for line in lines:
        try:
            events.append(parse_event(line))
        except ValidationError:
            continue
    return events


def unrecorded(journal: Iterable[Any], recorded: Collection[tuple[Step, datetime]]) -> list[Happening]:
    """What the journal tells beyond what is recorded, but the end of the stay; oldest first."""
    happenings = [happening_of(event) for event in journal if not isinstance(event, Ended)]
    return [h for h in happenings if h is not None and (h.step, h.at) not in recorded]


def ended_in(journal: Iterable[Any]) -> Ended | None:
    """The session's own last word; None when it never came to it."""
    return next((event for event in reversed(list(journal)) if isinstance(event, Ended)), None)
