"""What one client may see of the scripted people."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roomtone.practice.showing import camera_shown, share_shown
from tests.standins.zoom.media import small_pictures
from tests.standins.zoom.media.node_ids import is_share, user_of

if TYPE_CHECKING:
    from roomtone.practice.video_loops import VideoLoop
    from tests.standins.zoom.media.room import Attendee, Conference


MAX_WAITING = 50
"""Loops that wait for being made small; more are asked for again with the next picture."""


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
        self._asked: list[VideoLoop] = []
        self._now: dict[int, VideoLoop | None] = {}
        self._large: asyncio.Queue[VideoLoop] = asyncio.Queue(MAX_WAITING)

    def picture(self, node: int, number: int, *, small: bool = False) -> tuple[VideoLoop, int] | None:
        """The loop of a node and the index in it for a picture of the grid; None shows nothing.

        A small one is shown large until `make_small` has made it and a key frame comes, where nothing jumps.
        """
        member = self._members.get(user_of(node))
        if member is None or not member.present or not self._attendee.hears:
            return None
        shown = (share_shown if is_share(node) else camera_shown)(member, self.clock, number)
        if shown is None or not small:
            self._now[node] = None if shown is None else shown[0]
            return shown
        loop, index = shown
        made = small_pictures.known(loop)
        if made is None and not self._large.full() and loop not in self._asked:
            self._asked.append(loop)
            self._large.put_nowait(loop)
        if made is None or (self._now.get(node) is loop and not loop.is_key(index)):
            made = loop
        self._now[node] = made
        return made, index

    async def make_small(self) -> None:
        """Wait for a loop that is wanted small, and make it."""
        await small_pictures.make(await self._large.get())
