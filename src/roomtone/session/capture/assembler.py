"""From tracks' chunks to ticks of 20 ms on one clock. Pure: driven by chunks and an explicit clock.

A tick is out as soon as every *flowing* track has delivered past its end. A track that has begun and stops
delivering is waited for as long as the hold; then it is *stalled*, its place is silence and nobody waits for
it until it delivers again. While no track flows, or one has opened and its first chunk is on its way, the
clock stays a little behind now, so that a track's beginning is not late.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from roomtone.session.capture.counts import CaptureCounts
from roomtone.session.capture.model import SILENCE
from roomtone.session.capture.sound_ring import SoundRing
from roomtone.session.capture.track_clock import TrackClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.session.capture.model import AudioChunk, Samples

HOLD_S = 1.0
"""How long ticks wait for a track that has just stopped delivering."""
IDLE_DELAY_S = 0.1
"""How far behind now the clock goes while no track flows."""
EXPECT_S = 1.0
"""How long after a track opened its first chunk is expected."""
RING_S = 4.0
"""How much of a track is kept for ticks that are not out yet; longer than the hold and a hang of ours."""
CATCH_UP_S = 0.1
"""Most time one ``advance`` believes in at once. After a hang of the process its timer runs first and the
chunks that came meanwhile are read after; without this every track would count as stalled."""
LATE_PATIENCE_S = 2.0
"""A track whose chunks have all been late for this long is placed later from then on, instead of lost."""


@dataclass(frozen=True, slots=True)
class TrackTick:
    """20 ms of every track that was heard in it.

    Attributes:
        position: Index of the first sample since capture began.
        sounds: 960 samples by track number; ``SILENCE`` itself where all are zero. Tracks that delivered
            nothing for this tick are missing.
    """

    position: int
    sounds: dict[int, Samples]


@dataclass(slots=True)
class _Track:
    clock: TrackClock
    ring: SoundRing
    opened_s: float
    end: int = 0
    begun: bool = False
    flowing: bool = False
    closed: bool = False
    awaited: bool = True
    late_since_s: float | None = None
    heard_until: int = field(default=0)


class Assembler:
    """Puts tracks on one clock; used by one task.

    Args:
        start_s: Capture clock of position 0.
        hold_s: Longest wait for a track that stopped delivering.
        idle_delay_s: Distance from now while no track flows.

    Attributes:
        position: Index of the first sample of the next tick.
    """

    def __init__(self, start_s: float, *, hold_s: float = HOLD_S, idle_delay_s: float = IDLE_DELAY_S) -> None:
        self.position = 0
        self._start_s = start_s
        self._observed_s = start_s
        self._hold = round(hold_s * SAMPLE_RATE_HZ)
        self._idle_delay = round(idle_delay_s * SAMPLE_RATE_HZ)
        self._tracks: dict[int, _Track] = {}
        self._counts = CaptureCounts()
        self._gone_jumps = 0
        self._gone_corrections = 0

    @property
    def counts(self) -> CaptureCounts:
        """The counts so far."""
        clocks = [track.clock for track in self._tracks.values()]
        self._counts.timestamp_jumps = self._gone_jumps + sum(c.timestamp_jumps for c in clocks)
        corrected = sum(c.corrected_samples for c in clocks)
        self._counts.drift_samples_corrected = self._gone_corrections + corrected
        return self._counts

    def open_track(self, track: int) -> None:
        """A track is there; it is waited for from its first chunk on."""
        if track not in self._tracks:
            ring = SoundRing(round(RING_S * SAMPLE_RATE_HZ), self.position)
            self._tracks[track] = _Track(TrackClock(self._start_s), ring, self._observed_s)
            self._counts.audio_tracks += 1

    def close_track(self, track: int) -> None:
        """A track has delivered its last chunk; what it delivered is still given out."""
        if track in self._tracks:
            self._tracks[track].closed = True
            self._tracks[track].flowing = False

    def await_track(self, track: int, awaited: bool) -> None:
        """Whether ticks wait for this track; one that nobody listens to need not hold the others."""
        if track in self._tracks:
            self._tracks[track].awaited = awaited

    def take_chunk(self, chunk: AudioChunk, now_s: float) -> None:
        """Keep a chunk for its ticks; ``now_s`` is the capture clock of its arrival."""
        self.open_track(chunk.track)
        track = self._tracks[chunk.track]
        n_samples = len(chunk.samples)
        self._counts.samples_received += n_samples
        if track.closed or n_samples == 0:
            return
        position, samples = track.clock.place(chunk, now_s)
        position = self._patiently(track, position, len(samples), now_s)
        if track.begun:
            self._counts.gap_samples_filled += max(0, position - max(track.end, self.position))
        if position + len(samples) > 0:  # before capture began is not late
            self._counts.late_samples_dropped += track.ring.write(position, samples) - max(0, -position)
        track.begun = True
        track.end = max(track.end, position + len(samples))
        track.heard_until = max(track.heard_until, position + len(samples))
        track.flowing = track.end > self.position - self._hold

    def advance(self, now_s: float) -> None:
        """Let time pass; to be called about every 20 ms."""
        step_s = max(CATCH_UP_S, (now_s - self._observed_s) / 4)
        self._observed_s = max(self._observed_s, min(now_s, self._observed_s + step_s))

    def ready(self) -> Iterator[TrackTick]:
        """The ticks that are due, in order."""
        while self._is_due():
            yield self._take_tick()

    def finish(self, end_s: float) -> Iterator[TrackTick]:
        """Every tick up to ``end_s``, due or not; the length is then the stay's, to the nearest tick."""
        n_ticks = round((end_s - self._start_s) * SAMPLE_RATE_HZ / CHUNK_SAMPLES)
        while self.position < n_ticks * CHUNK_SAMPLES:
            yield self._take_tick()

    def _is_due(self) -> bool:
        end = self.position + CHUNK_SAMPLES
        observed = round((self._observed_s - self._start_s) * SAMPLE_RATE_HZ)
        flowing, expecting = False, False
        behind: list[_Track] = []
        for track in self._tracks.values():
            if track.flowing and track.awaited:
                flowing = True
                if track.end < end:
                    behind.append(track)
            elif not track.begun and not track.closed and self._observed_s < track.opened_s + EXPECT_S:
                expecting = True
        if (expecting or not flowing) and observed < end + self._idle_delay:
            return False
        if not flowing:
            return True
        if not behind:
            return True
        if observed < end + self._hold:
            return False
        for track in behind:
            track.flowing = False
            self._counts.stalls += 1
        return self._is_due()

    def _take_tick(self) -> TrackTick:
        begin, end = self.position, self.position + CHUNK_SAMPLES
        sounds: dict[int, Samples] = {}
        finished = []
        for number, track in self._tracks.items():
            if track.heard_until > begin:
                samples = track.ring.take(CHUNK_SAMPLES)
                sounds[number] = samples if samples.any() else SILENCE
            else:
                track.ring.begin = end  # nothing was written: its window just moves on
            if track.closed:
                if track.heard_until <= end:
                    finished.append(number)
            elif track.begun and track.end < end:
                self._counts.gap_samples_filled += end - max(track.end, begin)
        for number in finished:
            clock = self._tracks.pop(number).clock
            self._gone_jumps += clock.timestamp_jumps
            self._gone_corrections += clock.corrected_samples
        self.position = end
        self._counts.ticks += 1
        return TrackTick(begin, sounds)

    def _patiently(self, track: _Track, position: int, n_samples: int, now_s: float) -> int:
        """The position to use: a track that is late for good is moved to where it can be heard."""
        if position + n_samples > self.position:
            track.late_since_s = None
            return position
        if track.late_since_s is None:
            track.late_since_s = now_s
        if now_s - track.late_since_s < LATE_PATIENCE_S:
            return position
        track.late_since_s = None
        track.clock.move(self.position - position)
        return self.position
