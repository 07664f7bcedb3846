"""What one client can hear of the scripted people, and noting what was sent to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from roomtone.practice.meeting_clock import SAMPLE_RATE_HZ
from roomtone.practice.spoken import SpokenWatch
from tests.standins.zoom.media.node_ids import is_share, node_id, user_of
from tests.standins.zoom.media.share_sound import share_voices

if TYPE_CHECKING:
    from roomtone.practice.members import Scripted
    from roomtone.practice.script import Share
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
        self._members: dict[int, Scripted] = {int(member.id): member for member in conference.scripted}
        self._shares: dict[int, dict[Share, Voice]] = {
            user: share_voices(member) for user, member in self._members.items()
        }
        self._watches: dict[int, SpokenWatch] = {}

    def there(self) -> dict[int, Voice]:
        """Everybody present who ever says anything, and every share that has sound, by node."""
        nodes = [node_id(user, share=share) for share in (False, True) for user in self._members]
        return {node: voice for node in nodes if (voice := self.voice(node)) is not None}

    def speaking(self) -> list[int]:
        """The nodes of those who are in the middle of a clip, or about to begin one."""
        now_s = self.clock.at_s(time.monotonic())
        if now_s is None:
            return []
        begin, end = int(now_s * SAMPLE_RATE_HZ), int((now_s + AHEAD_S) * SAMPLE_RATE_HZ)
        return [node for node, voice in self.there().items() if voice.timeline.sounds_in(begin, end)]

    def voice(self, node: int) -> Voice | None:
        """The voice of a node; None when there is nothing to hear of it now."""
        user = user_of(node)
        member = self._members[user]
        if not member.present:
            return None
        if is_share(node):
            return None if member.showing is None else self._shares[user].get(member.showing)
        return member.voice if member.voice.timeline.clips else None

    def sent(self, node: int, packet: int, monotonic_s: float) -> None:
        """A packet of a node, numbered from second zero, goes out now."""
        if is_share(node):
            return
        if node not in self._watches:
            member = self._members[user_of(node)]
            self._watches[node] = SpokenWatch(member, self.attendee.id, self.conference.log)
        self._watches[node].sent(packet, monotonic_s)
