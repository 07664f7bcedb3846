"""Carrying out a script's agenda in a meeting, each item at its time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from roomtone.practice.agenda import (
    Arrives,
    Ends,
    Item,
    Leaves,
    Occurs,
    StartsSharing,
    StopsSharing,
    Writes,
    agenda,
)
from roomtone.practice.script import Clock, Ending, EventKind

if TYPE_CHECKING:
    from roomtone.practice.meeting import Meeting


async def direct(meeting: Meeting) -> None:
    """Run the script from its opening to its last item.

    Those who join at second 0 are there from the opening, also while the clock waits for the bot.
    """
    items = agenda(meeting.script)
    opening = [item for at_s, item in items if at_s <= 0 and isinstance(item, Arrives)]
    if meeting.script.clock is Clock.FIRST_ARRIVAL:
        meeting.start_clock()
    for arrival in opening:
        perform(meeting, arrival)
    await meeting.clock_started.wait()
    for at_s, item in items:
        if item not in opening:
            zero_s = meeting.log.clock.zero_s
            assert zero_s is not None
            await asyncio.sleep(max(0.0, zero_s + at_s - time.monotonic()))
            perform(meeting, item)
    people = meeting.script.participants
    if meeting.script.ends is None and people and all(person.leaves_s is not None for person in people):
        meeting.end(Ending.EVERYONE_LEFT)


def perform(meeting: Meeting, item: Item) -> None:
    """Let one item of the agenda happen now."""
    people = meeting.scripted
    match item:
        case Arrives(participant):
            meeting.arrive(people[participant])
        case Leaves(participant):
            meeting.depart(people[participant])
        case StartsSharing(participant, share):
            meeting.share(people[participant], share)
        case StopsSharing(participant):
            meeting.share(people[participant], None)
        case Writes(participant, text):
            if people[participant].present:
                meeting.write(people[participant], text)
        case Occurs(EventKind.PARTICIPANT_RENAMED, participant, name):
            assert participant is not None
            assert name is not None
            meeting.rename(people[participant], name)
        case Occurs(what):
            meeting.suffer(what)
        case Ends(how):
            meeting.end(how)
