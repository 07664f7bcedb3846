"""The server's side of the mesh: one peer for each scripted participant and guest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.practice.ear import Ear
from roomtone.practice.peer import REFUSALS, Peer
from roomtone.practice.showing import camera_shown, share_shown
from roomtone.practice.spoken import SpokenWatch
from roomtone.practice.tracks import VideoTrack, VoiceTrack

if TYPE_CHECKING:
    from asyncio import TaskGroup
    from collections.abc import Callable

    from aiortc import MediaStreamTrack

    from roomtone.practice.happenings import HappeningLog
    from roomtone.practice.members import Guest, Scripted

_log = structlog.get_logger(__name__)


class Mesh:
    """All WebRTC connections between scripted people and guests.

    Args:
        log: Where the truth about the clips goes; its clock is the media's clock.
        tasks: Runs offers and goodbyes.

    Attributes:
        ears: What scripted people who hear have heard, by their id and the guest's; kept to the end.
    """

    def __init__(self, log: HappeningLog, tasks: TaskGroup) -> None:
        self._log = log
        self._tasks = tasks
        self._peers: dict[tuple[str, str], Peer] = {}
        self.ears: dict[tuple[str, str], Ear] = {}

    def connect(self, member: Scripted, guest: Guest, *, offering: bool) -> None:
        """Open a connection; the one who was in the meeting first offers."""
        clock = self._log.clock
        watch = SpokenWatch(member, guest.id, self._log)
        tracks = (
            VoiceTrack(member.voice, clock, watch.sent),
            VideoTrack(clock, partial(camera_shown, member, clock)),
            VideoTrack(clock, partial(share_shown, member, clock)),
        )
        streams = (member.main_stream, member.main_stream, member.share_stream)
        peer = Peer(tracks, streams, self._hearing(member, guest) if member.script.hears else None)
        self._peers[member.id, guest.id] = peer
        if offering:
            self._tasks.create_task(self._offer(peer, member, guest), name=f"offer {member.id} {guest.id}")

    async def take(self, guest: Guest, member_id: str, signal: dict[str, Any]) -> None:
        """Take a guest's signal for a scripted participant; nonsense is logged and forgotten."""
        peer = self._peers.get((member_id, guest.id))
        if peer is None:
            return
        try:
            answer = await peer.take(signal)
        except REFUSALS as problem:
            _log.warning("practice.signal_refused", guest=guest.id, problem=type(problem).__name__)
            return
        if answer is not None:
            guest.send({"type": "signal", "from": member_id, "description": answer})

    def disconnect(
        self, *, member: Scripted | None = None, guest: Guest | None = None, silent: bool = False
    ) -> None:
        """Close the connections of a member, of a guest, or of both; silently, no goodbye is sent."""
        for key in list(self._peers):
            if (member is None or key[0] == member.id) and (guest is None or key[1] == guest.id):
                peer = self._peers.pop(key)
                closing = peer.vanish() if silent else peer.close()
                self._tasks.create_task(closing, name=f"close {key[0]} {key[1]}")

    def _hearing(self, member: Scripted, guest: Guest) -> Callable[[MediaStreamTrack], None]:
        ear = self.ears.setdefault((member.id, guest.id), Ear(member, guest, self._log))

        def hear(track: MediaStreamTrack) -> None:
            if track.kind == "audio":
                self._tasks.create_task(ear.listen(track), name=f"hear {member.id} {guest.id}")

        return hear

    async def _offer(self, peer: Peer, member: Scripted, guest: Guest) -> None:
        try:
            description = await peer.offer()
        except REFUSALS as problem:
            _log.warning("practice.offer_failed", guest=guest.id, problem=type(problem).__name__)
            return
        guest.send({"type": "signal", "from": member.id, "description": description})
