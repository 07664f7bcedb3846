"""One audio line of a client: the Opus packets of whoever owns it."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
from aiortc import MediaStreamTrack

from roomtone.practice.meeting_clock import PACKET_SAMPLES, PACKETS_PER_S, SAMPLE_RATE_HZ
from roomtone.practice.tracks import Pace

if TYPE_CHECKING:
    from tests.standins.zoom.media.listening import Listening


class LineTrack(MediaStreamTrack):
    """Packets on the meeting's clock; nothing while nobody owns the line or nothing may be sent.

    Attributes:
        owner: The node that is heard on the line; may be set at any time.
    """

    kind = "audio"

    def __init__(self, listening: Listening) -> None:
        super().__init__()
        self.owner: int | None = None
        self._listening = listening
        clock = listening.clock
        self._pace = Pace(clock.packet_due_s, PACKETS_PER_S, clock.origin_s)

    async def recv(self) -> av.Packet[Any]:
        """The next packet; waits until there is one and it is due."""
        while True:
            number = await self._pace.next()
            owner = self.owner
            voice = None if owner is None else self._listening.voice(owner)
            if owner is None or voice is None or not self._listening.attendee.hears:
                continue
            scripted = self._listening.clock.scripted_packet(number)
            packet = av.Packet(voice.packet(scripted))
            packet.pts = number * PACKET_SAMPLES
            packet.time_base = Fraction(1, SAMPLE_RATE_HZ)
            if scripted is not None:
                self._listening.sent(owner, scripted, time.monotonic())
            return packet
