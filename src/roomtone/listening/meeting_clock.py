"""Where each live-audio frame lies on the meeting's clock, by counting. Pure: no I/O, no time of its own.

A sender gives one frame a tick for every speaker it knows, silence included
(``docs/protocols/live-audio.md``). So position comes from counting samples, never from arrival times, and
no sample is lost, doubled or moved by a slow network:

1. A tick ends when a speaker who already spoke in it is heard again; the next tick starts at that speaker's
   end.
2. Every frame of a tick lies at the tick's start. A speaker who first appears later, or whose frames are
   missing, is therefore behind it, and the difference is silence.
3. A ``position`` message says where the next tick begins, counted from the recording's beginning.

Senders of other makes send no ``position``. Then position 0 is the ``ready`` message, or the first frame
where none was sent; and frames that are missing for everybody, which counting cannot see, are found by
their delay: after a new connection or more than ``STALL_S`` without a frame, the frames of the next
``SETTLE_S`` are held and their delay is compared with the smallest delay before. What was only late comes
in a burst and the delay is as small as ever; what is missing makes it larger, and that much silence is put
in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from roomtone.bot.speaker import SAMPLE_RATE_HZ

STALL_S = 1.0
"""Longest time without any frame, in seconds, that is not looked into."""
SETTLE_S = 0.7
"""How long frames are held, in seconds of arrival, to learn whether any are missing."""
MAX_POSITION = 12 * 3600 * SAMPLE_RATE_HZ
"""Positions beyond twelve hours are nonsense, and more than a WAV can hold."""
MAX_HELD_SAMPLES = 30 * SAMPLE_RATE_HZ * 10
"""Most samples held at once (30 s of ten speakers); beyond it the decision is made with what there is."""
TOLERANCE_S = 0.06
"""A difference of delay, in seconds, that is jitter and not a loss."""
DRIFT = 2e-4
"""How fast the smallest delay may rise, in seconds a second: two machines' clocks differ by less."""

PayloadT = TypeVar("PayloadT")


@dataclass(frozen=True, slots=True)
class Placement(Generic[PayloadT]):
    """A frame and where its first sample lies.

    Attributes:
        speaker_id: Whose it is.
        position: Index of the first sample on the meeting's clock.
        n_samples: Its length.
        payload: What was given with it.
    """

    speaker_id: str
    position: int
    n_samples: int
    payload: PayloadT


@dataclass(frozen=True, slots=True)
class _Held(Generic[PayloadT]):
    speaker_id: str
    n_samples: int
    arrived_s: float
    payload: PayloadT


class MeetingClock(Generic[PayloadT]):
    """Places frames; one clock a meeting, used by one task.

    Attributes:
        ends: Position after the last sample placed, by speaker id.
        silence_inserted: Samples of silence put in because frames were missing for everybody, or nobody was
            there.
    """

    def __init__(self) -> None:
        self.ends: dict[str, int] = {}
        self.silence_inserted = 0
        self._tick = 0
        self._is_told = False
        self._in_tick: set[str] = set()
        self._zero_s: float | None = None
        self._least_delay_s: float | None = None
        self._last_arrived_s = 0.0
        self._held: list[_Held[PayloadT]] = []
        self._held_samples = 0
        self._settle_until_s: float | None = None

    @property
    def tick(self) -> int:
        """Start of the current tick; nothing will be placed before it."""
        return self._tick

    @property
    def end(self) -> int:
        """Position after the last sample of the meeting so far."""
        return max(self.ends.values(), default=self._tick)

    @property
    def zero_s(self) -> float | None:
        """Clock time at which a sample at position 0 would have arrived; None before the first frame."""
        return self._least_delay_s

    def begin(self, at_s: float) -> None:
        """The sender said that it is in the meeting; position 0 unless the clock runs already."""
        if self._zero_s is None:
            self._zero_s = self._last_arrived_s = at_s

    def move_to(self, position: int) -> list[Placement[PayloadT]]:
        """The sender says where the next tick begins; from now on it is believed and nothing is guessed.

        A position before what is placed already moves nothing back; one out of range is ignored. Gives what
        was held.
        """
        if not 0 <= position <= MAX_POSITION:
            return []
        placed = self.release()
        begun = self._least_delay_s is not None
        end = self.end if begun else 0
        if begun:
            self.silence_inserted += max(0, position - end)
        self._tick, self._is_told = max(position, end), True
        self._in_tick.clear()
        return placed

    def reconnected(self) -> None:
        """A new connection of the same sender: the next frames decide whether any are missing."""
        if self._least_delay_s is not None and not self._is_told:
            self._settle_until_s = float("inf")

    def take(
        self, speaker_id: str, n_samples: int, arrived_s: float, payload: PayloadT
    ) -> list[Placement[PayloadT]]:
        """Take one frame; give what can be placed now, in order (nothing while frames are held).

        Args:
            speaker_id: Whose frame it is.
            n_samples: Its length; a frame without samples is placed and moves nothing.
            arrived_s: Clock time of its arrival; never smaller than the one before.
            payload: Given back in its placement.
        """
        self._anchor(n_samples, arrived_s)
        stalled = arrived_s - self._last_arrived_s > STALL_S
        if stalled and not self._is_told and self._settle_until_s is None:
            self._settle_until_s = float("inf")
        idle_s, self._last_arrived_s = arrived_s - self._last_arrived_s, arrived_s
        if self._settle_until_s is None:
            return [self._place(_Held(speaker_id, n_samples, arrived_s, payload), idle_s)]
        if not self._held:
            self._settle_until_s = arrived_s + SETTLE_S
        self._held.append(_Held(speaker_id, n_samples, arrived_s, payload))
        self._held_samples += n_samples
        if arrived_s < self._settle_until_s and self._held_samples < MAX_HELD_SAMPLES:
            return []
        return self.release()

    def release(self) -> list[Placement[PayloadT]]:
        """Place what is held with what is known; to be called at a connection's end and at the meeting's."""
        held, self._held, self._held_samples, self._settle_until_s = self._held, [], 0, None
        if held:
            self._insert(self._missing_s(held))
        return [self._place(frame, 0.0) for frame in held]

    def _anchor(self, n_samples: int, arrived_s: float) -> None:
        if self._least_delay_s is not None:
            return
        first_sample_s = arrived_s - n_samples / SAMPLE_RATE_HZ
        if self._is_told:
            self._zero_s = first_sample_s - self._tick / SAMPLE_RATE_HZ
        begun_s = first_sample_s if self._zero_s is None else min(self._zero_s, first_sample_s)
        self._tick = round((first_sample_s - begun_s) * SAMPLE_RATE_HZ)
        self._zero_s, self._least_delay_s, self._last_arrived_s = begun_s, begun_s, arrived_s

    def _place(self, frame: _Held[PayloadT], idle_s: float) -> Placement[PayloadT]:
        self._tick = _tick_for(frame.speaker_id, self._tick, self._in_tick, self.ends)
        position = max(self._tick, self.ends.get(frame.speaker_id, 0))
        end = position + frame.n_samples
        self.ends[frame.speaker_id] = end
        assert self._least_delay_s is not None
        delay_s = frame.arrived_s - end / SAMPLE_RATE_HZ
        self._least_delay_s = min(delay_s, self._least_delay_s + idle_s * DRIFT)
        return Placement(frame.speaker_id, position, frame.n_samples, frame.payload)

    def _missing_s(self, held: list[_Held[PayloadT]]) -> float:
        """How much longer the held frames were under way than any before, in seconds."""
        tick, in_tick, ends = self._tick, set(self._in_tick), dict(self.ends)
        least_s = float("inf")
        for frame in held:
            tick = _tick_for(frame.speaker_id, tick, in_tick, ends)
            end = max(tick, ends.get(frame.speaker_id, 0)) + frame.n_samples
            ends[frame.speaker_id] = end
            least_s = min(least_s, frame.arrived_s - end / SAMPLE_RATE_HZ)
        assert self._least_delay_s is not None
        return least_s - self._least_delay_s

    def _insert(self, missing_s: float) -> None:
        if missing_s <= TOLERANCE_S:
            return
        n_samples = round(missing_s * SAMPLE_RATE_HZ)
        self._tick = self.end + n_samples
        self._in_tick.clear()
        self.silence_inserted += n_samples


def _tick_for(speaker_id: str, tick: int, in_tick: set[str], ends: dict[str, int]) -> int:
    """Start of the tick that a frame of this speaker belongs to; ``in_tick`` is brought up to date."""
    if speaker_id in in_tick:
        tick = max(tick, ends[speaker_id])
        in_tick.clear()
    in_tick.add(speaker_id)
    return tick
