"""What a script makes happen, in order of time: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.practice.script import Ending, EventKind, Script, Share


@dataclass(frozen=True, slots=True)
class Arrives:
    """A scripted participant joins."""

    participant: int


@dataclass(frozen=True, slots=True)
class Leaves:
    """A scripted participant leaves."""

    participant: int


@dataclass(frozen=True, slots=True)
class StartsSharing:
    """A scripted participant begins to share a screen."""

    participant: int
    share: Share


@dataclass(frozen=True, slots=True)
class StopsSharing:
    """A scripted participant stops sharing."""

    participant: int


@dataclass(frozen=True, slots=True)
class Writes:
    """A scripted participant writes in the chat."""

    participant: int
    text: str


@dataclass(frozen=True, slots=True)
class Occurs:
    """An event of the script; `participant` and `name` belong to a rename."""

    what: EventKind
    participant: int | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Ends:
    """The meeting's end."""

    how: Ending


Item = Arrives | Leaves | StartsSharing | StopsSharing | Writes | Occurs | Ends


def agenda(script: Script) -> list[tuple[float, Item]]:
    """Everything that happens, as (seconds, item), in order; what falls on one moment keeps a sensible order.

    At one moment people arrive first, then start and stop, write and suffer events, then leave; the end is
    last, and nothing comes after it.
    """
    items: list[tuple[float, int, Item]] = []
    for index, participant in enumerate(script.participants):
        items.append((participant.joins_s, 0, Arrives(index)))
        if participant.leaves_s is not None:
            items.append((participant.leaves_s, 4, Leaves(index)))
        for share in participant.shares:
            items.append((share.from_s, 2, StartsSharing(index, share)))
            if share.to_s is not None:
                items.append((share.to_s, 1, StopsSharing(index)))
    items += [(line.at_s, 3, Writes(line.participant, line.text)) for line in script.chat]
    items += [(event.at_s, 3, Occurs(event.what, event.participant, event.name)) for event in script.events]
    if script.ends is not None:
        end_s = script.ends.at_s
        items = [item for item in items if item[0] <= end_s]
        items.append((end_s, 5, Ends(script.ends.how)))
    return [(at_s, item) for at_s, _, item in sorted(items, key=lambda item: item[:2])]
