"""One clock for everything the scripted people say and show.

Media run on a grid that begins when the clock is made: audio packet `n` is due at ``n * 20 ms``, picture `n`
at ``n / 30 s``. Second zero of the script lies on that grid (a multiple of 100 ms, which is 5 packets and 3
pictures), so a flash and a beep of the same second begin at the same instant and RTP timestamps never jump
when zero is set.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

SAMPLE_RATE_HZ = 48_000
PACKET_SAMPLES = 960
PACKETS_PER_S = 50
PICTURES_PER_S = 30
GRID_PER_S = 10
PACKETS_PER_GRID = PACKETS_PER_S // GRID_PER_S
PICTURES_PER_GRID = PICTURES_PER_S // GRID_PER_S


@dataclass(slots=True)
class MeetingClock:
    """Monotonic time of one meeting.

    Attributes:
        origin_s: ``time.monotonic()`` of audio packet 0 and picture 0.
        zero_grid: Second zero of the script in 100 ms steps after the origin; None until it is known.
    """

    origin_s: float = field(default_factory=time.monotonic)
    zero_grid: int | None = None

    def start(self, now_s: float) -> None:
        """Put second zero of the script at the first grid step that is not before `now_s` (monotonic)."""
        self.zero_grid = max(0, math.ceil((now_s - self.origin_s) * GRID_PER_S - 1e-9))

    @property
    def zero_s(self) -> float | None:
        """``time.monotonic()`` of second zero; None until it is known."""
        return None if self.zero_grid is None else self.origin_s + self.zero_grid / GRID_PER_S

    def at_s(self, monotonic_s: float) -> float | None:
        """A monotonic moment in script seconds; None until second zero is known."""
        zero_s = self.zero_s
        return None if zero_s is None else monotonic_s - zero_s

    def packet_due_s(self, packet: int) -> float:
        """When an audio packet of the grid is due, monotonic."""
        return self.origin_s + packet / PACKETS_PER_S

    def picture_due_s(self, picture: int) -> float:
        """When a picture of the grid is due, monotonic."""
        return self.origin_s + picture / PICTURES_PER_S

    def scripted_packet(self, packet: int) -> int | None:
        """A packet of the grid counted from second zero; None until it is known."""
        return None if self.zero_grid is None else packet - self.zero_grid * PACKETS_PER_GRID

    def scripted_picture(self, picture: int) -> int:
        """A picture of the grid counted from second zero, or from the origin until that is known."""
        return picture - (self.zero_grid or 0) * PICTURES_PER_GRID
