"""What one client can hear of the scripted people, and noting what was sent to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from roomtone.practice.meeting_clock import SAMPLE_RATE_HZ
from roomtone.practice.spoken import SpokenWatch
from tests.standins.zoom.media.node_ids import node_id

if TYPE_CHECKING:
    from roomtone.practice.members import Scripted
    from roomtone.practice.voice import Voice
    from tests.standins.zoom.media.room import Attendee, Conference

AHEAD_S = 0.25
"""A speaker gets a line so long before the first sample, so that a late mapping cuts off nothing."""


class Listening:
    """The nodes that can be heard, and their voices; `sent` notes when clips really begin and end.

    Args:
        conference: Where they are.
        attendee: Who listens.
    """

    def __init__(self, conference: Conference, attendee: Attendee) -> None:
        self.conference = conference
        self.attendee = attendee
        self.clock = conference.log.clock
        self._speakers = {
            node_id(int(member.id)): member
            for member in conference.scripted
            if member.voice.timeline.clips
        }
        self._watches: dict[int, SpokenWatch] = {}

    def there(self) -> dict[int, Scripted]:
        """Everybody present who ever says anything, by node."""
        return {node: member for node, member in self._speakers.items() if member.present}

    def speaking(self) -> list[int]:
        """The nodes of those who are in the middle of a clip, or about to begin one."""
        now_s = self.clock.at_s(time.monotonic())
        if now_s is None:
            return []
        begin, end = int(now_s * SAMPLE_RATE_HZ), int((now_s + AHEAD_S) * SAMPLE_RATE_HZ)
        return [
            node for node, member in self.there().items() if member.voice.timeline.sounds_in(begin, end)
        ]

    def voice(self, node: int) -> Voice | None:
        """The voice of a node; None when its owner has gone."""
        member = self._speakers.get(node)
        return member.voice if member is not None and member.present else None

    def sent(self, node: int, packet: int, monotonic_s: float) -> None:
        """A packet of a node, numbered from second zero, goes out now."""
        if node not in self._watches:
            self._watches[node] = SpokenWatch(self._speakers[node], self.attendee.id, self.conference.log)
        self._watches[node].sent(packet, monotonic_s)
