"""Everything heard, on one clock: events of the link in, ticks of named voices out."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from roomtone.session.capture.assembler import Assembler, TrackTick
from roomtone.session.capture.heard_sources import HeardSources
from roomtone.session.capture.model import SILENCE, AudioChunk, Tick, TrackClosed, TrackOpened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from roomtone.session.capture.attribution import Attribution
    from roomtone.session.capture.counts import CaptureCounts
    from roomtone.session.capture.model import CaptureEvent, TrackSource

FORGET_S = 10.0
"""How long after its end a track's owner is remembered; no tick waits longer."""


class Capture:
    """Composes the assembler and the attribution; used by one task, does no I/O.

    Args:
        start_s: Capture clock of position 0.
        attribution: Names the sounds.
        on_tick: Told every tick, in order; such as ``TickHub.publish``.
        assembler: The clock; None makes one with its defaults.

    Attributes:
        heard: By which ways voices were heard, and when last.
    """

    def __init__(
        self,
        start_s: float,
        attribution: Attribution,
        on_tick: Callable[[Tick], None],
        assembler: Assembler | None = None,
    ) -> None:
        self.heard = HeardSources()
        self._start_s = start_s
        self._assembler = assembler or Assembler(start_s)
        self._attribution = attribution
        self._on_tick = on_tick
        self._waiting: deque[TrackTick] = deque()
        self._now_s = start_s
        self._closed: deque[tuple[int, float]] = deque()
        self._position = 0

    @property
    def counts(self) -> CaptureCounts:
        """What was counted so far."""
        return self._assembler.counts

    @property
    def recorded_s(self) -> float:
        """Length of what was published, in seconds."""
        return self._position / SAMPLE_RATE_HZ

    @property
    def n_voice_tracks(self) -> int:
        """How many tracks are voices now."""
        return len(self._attribution.used_tracks)

    def feed(self, event: CaptureEvent, now_s: float) -> int:
        """Take an event; gives how many ticks it brought out.

        Args:
            event: From the link, in the order of arrival; video and chat are ignored.
            now_s: Capture clock of its arrival.
        """
        self._now_s = max(self._now_s, now_s)
        match event:
            case AudioChunk():
                self._assembler.take_chunk(event, now_s)
                return self._publish_ready()
            case TrackOpened():
                self._open(event)
            case TrackClosed():
                self._assembler.close_track(event.track)
                self._attribution.close_track(event.track)
                self._closed.append((event.track, now_s))
                self._await_used()
                return self._publish_ready()
            case _:
                self._attribution.hear_signal(event)
        return 0

    def advance(self, now_s: float) -> int:
        """Let time pass, about every 20 ms; gives how many ticks that brought out."""
        self._now_s = max(self._now_s, now_s)
        self._assembler.advance(now_s)
        while self._closed and self._closed[0][1] < now_s - FORGET_S:
            self._attribution.forget_track(self._closed.popleft()[0])
        return self._publish_ready()

    def finish(self, end_s: float) -> int:
        """Bring out every tick up to ``end_s``; gives how many. Nothing is fed afterwards."""
        self._waiting.extend(self._assembler.ready())
        self._waiting.extend(self._assembler.finish(end_s))
        n_ticks = self._publish(self._waiting)
        self._waiting.clear()
        return n_ticks

    def _open(self, opened: TrackOpened) -> None:
        if opened.kind != "audio":
            return
        self._assembler.open_track(opened.track)
        self._attribution.open_track(opened)
        self._await_used()

    def _await_used(self) -> None:
        used = self._attribution.used_tracks | self._attribution.own_tracks
        for track in self._attribution.tracks:
            self._assembler.await_track(track, track in used)

    def _publish_ready(self) -> int:
        for tick in self._assembler.ready():
            self._attribution.look_ahead(self._starts_s(tick), tick.sounds)
            self._waiting.append(tick)
        delay_s = self._attribution.delay_s
        due: list[TrackTick] = []
        while self._waiting and (delay_s == 0.0 or self._ends_s(self._waiting[0]) + delay_s <= self._now_s):
            due.append(self._waiting.popleft())
        return self._publish(due)

    def _publish(self, ticks: Iterable[TrackTick]) -> int:
        n_ticks = 0
        for tick in ticks:
            at_s = self._starts_s(tick)
            self._position = tick.position + CHUNK_SAMPLES
            self.heard.hear(self._sources(tick, at_s), at_s)
            voices = self._attribution.voices(at_s, tick.sounds)
            is_mix = self._attribution.hears_mix(at_s, tick.sounds)
            self._on_tick(Tick(tick.position, at_s, voices, self._attribution.own_id, is_mix))
            n_ticks += 1
        return n_ticks

    def _sources(self, tick: TrackTick, at_s: float) -> set[TrackSource]:
        """Where the sound of a tick came from; silence comes from nowhere."""
        sources = {
            self._attribution.source_of(track, at_s)
            for track, samples in tick.sounds.items()
            if samples is not SILENCE
        }
        return {source for source in sources if source is not None}

    def _starts_s(self, tick: TrackTick) -> float:
        return self._start_s + tick.position / SAMPLE_RATE_HZ

    def _ends_s(self, tick: TrackTick) -> float:
        return self._start_s + (tick.position + CHUNK_SAMPLES) / SAMPLE_RATE_HZ
