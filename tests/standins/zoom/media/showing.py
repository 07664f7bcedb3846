"""What one client may see of the scripted people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.practice.showing import camera_shown, share_shown
from tests.standins.zoom.media.node_ids import is_share, user_of

if TYPE_CHECKING:
    from roomtone.practice.video_loops import VideoLoop
    from tests.standins.zoom.media.room import Attendee, Conference


class Showing:
    """The pictures of nodes.

    Args:
        conference: Where they are.
        attendee: Who looks.
    """

    def __init__(self, conference: Conference, attendee: Attendee) -> None:
        self.clock = conference.log.clock
        self._attendee = attendee
        self._members = {int(member.id): member for member in conference.scripted}

    def picture(self, node: int, number: int) -> tuple[VideoLoop, int] | None:
        """The loop of a node and the index in it for a picture of the grid; None shows nothing."""
        member = self._members.get(user_of(node))
        if member is None or not member.present or not self._attendee.hears:
            return None
        shown = share_shown if is_share(node) else camera_shown
        return shown(member, self.clock, number)
