"""Who was in the meeting, from ``participants.jsonl``. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from roomtone.service.records.json_lines import seconds_in, text_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roomtone.service.records.json_lines import Line

_PRESENT = {"joined": True, "changed": True, "left": False}


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as the meeting's end, or the last line, left them.

    Attributes:
        participant_id: The platform's id.
        name: The name shown last; may be empty.
        is_bot: Whether it is the bot itself.
        is_present: Whether they were in the meeting when the bot left it.
        joined_s: When they were first there, seconds since the recording began.
        left_s: When they left for the last time; None while present.
        changed_s: When any of this changed last.
    """

    participant_id: str
    name: str
    is_bot: bool
    is_present: bool
    joined_s: float
    left_s: float | None
    changed_s: float


def people_of(lines: Iterable[Line]) -> list[Person]:
    """Everybody, in the order in which they came; lines that tell of nobody are passed over."""
    people: dict[str, Person] = {}
    for line in lines:
        participant_id, at_s = text_in(line, "participant_id"), seconds_in(line, "at_s")
        what = line.get("what")
        if not participant_id or at_s is None or not isinstance(what, str) or what not in _PRESENT:
            continue
        is_present = _PRESENT[what]
        before = people.get(participant_id) or Person(participant_id, "", False, is_present, at_s, None, at_s)
        people[participant_id] = replace(
            before,
            name=text_in(line, "name") or before.name,
            is_bot=line.get("is_self") is True or before.is_bot,
            is_present=is_present,
            left_s=None if is_present else at_s,
            changed_s=max(at_s, before.changed_s),
        )
    return list(people.values())
