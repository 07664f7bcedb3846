"""When a participant's file begins, what goes into it, and when it ends. Pure; driven by ticks.

A segment begins with a sound and goes on as long as no silence is longer than ``GAP_S``. Within it silence is
kept as time. A voice that is heard only now and then costs what is heard, not the hours between.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from roomtone.session.capture.model import SILENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.bot.speaker import Speaker
    from roomtone.session.capture.model import Samples, Tick

GAP_S = 30.0
"""A longer silence ends a segment; the next sound begins another."""
TAIL_S = 1.0
"""So much of a silence is kept as it was heard; what follows of it becomes digital silence."""
PRE_ROLL_TICKS = 10
"""Ticks before the first sound of a segment that belong to it: 0.2 s, for words that begin softly."""
QUIET_PEAK = 32
"""Of 32,768: below it (-60 dBFS) there is no sound, only what a silent line carries."""
MOST_VOICES = 16
"""Most segments that are open at a time."""
_GAP = round(GAP_S * SAMPLE_RATE_HZ)
_TAIL = round(TAIL_S * SAMPLE_RATE_HZ)


@dataclass(frozen=True, slots=True)
class Begin:
    """A segment of this speaker begins at this position (samples since capture began)."""

    speaker: Speaker
    position: int


@dataclass(frozen=True, slots=True)
class Sound:
    """Append to the speaker's segment; None stands for ``n_samples`` of silence."""

    speaker_id: str
    samples: Samples | None
    n_samples: int


@dataclass(frozen=True, slots=True)
class End:
    """The speaker's segment is complete."""

    speaker_id: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A speaker is called otherwise from now on."""

    speaker: Speaker


Order = Begin | Sound | End | Renamed


@dataclass(slots=True)
class _Voice:
    speaker: Speaker
    is_open: bool = False
    quiet: int = 0
    held: int = 0
    pre_roll: deque[Samples] = field(default_factory=lambda: deque(maxlen=PRE_ROLL_TICKS))


class VoiceSegments:
    """Turns ticks into orders for files; used by one thread.

    Attributes:
        n_voices_left_out: Ticks of sound that were not kept because ``MOST_VOICES`` others spoke.
    """

    def __init__(self) -> None:
        self.n_voices_left_out = 0
        self._voices: dict[str, _Voice] = {}
        self._expected: int | None = None

    def hear(self, tick: Tick) -> Iterator[Order]:
        """The orders of one tick; positions may jump forward, and what is missing is silence."""
        yield from self._skip(tick.position)
        self._expected = tick.position + CHUNK_SAMPLES
        heard = {speaker.speaker_id for speaker in tick.voices}
        for speaker_id, voice in list(self._voices.items()):
            if speaker_id not in heard:
                yield from self._quiet(voice, SILENCE)
        for speaker, samples in tick.voices.items():
            voice = self._voices.setdefault(speaker.speaker_id, _Voice(speaker))
            if voice.speaker != speaker:
                voice.speaker = speaker
                yield Renamed(speaker)
            if samples is SILENCE or _peak(samples) < QUIET_PEAK:
                yield from self._quiet(voice, samples)
            else:
                yield from self._loud(voice, samples, tick.position)

    def finish(self) -> Iterator[Order]:
        """End every segment; the silence at their ends is left out."""
        for voice in self._voices.values():
            if voice.is_open:
                yield self._end(voice)

    def _skip(self, position: int) -> Iterator[Order]:
        missing = position - (position if self._expected is None else self._expected)
        if missing <= 0:
            return
        for voice in self._voices.values():
            voice.pre_roll.clear()
            if voice.is_open:
                voice.held += missing
                voice.quiet += missing
                yield from self._end_if_long(voice)

    def _loud(self, voice: _Voice, samples: Samples, position: int) -> Iterator[Order]:
        if not voice.is_open:
            ended = self._make_room()
            if ended is None:
                self.n_voices_left_out += 1
                return
            yield from ended
            voice.is_open = True
            yield Begin(voice.speaker, position - len(voice.pre_roll) * CHUNK_SAMPLES)
            for early in voice.pre_roll:
                yield Sound(voice.speaker.speaker_id, early, len(early))
            voice.pre_roll.clear()
        voice.quiet = 0
        yield from self._append(voice, samples)

    def _quiet(self, voice: _Voice, samples: Samples) -> Iterator[Order]:
        if not voice.is_open:
            voice.pre_roll.append(samples)
            return
        voice.quiet += len(samples)
        if voice.quiet <= _TAIL:
            yield from self._append(voice, samples)
        else:
            voice.held += len(samples)
        yield from self._end_if_long(voice)

    def _append(self, voice: _Voice, samples: Samples) -> Iterator[Order]:
        if voice.held:
            yield Sound(voice.speaker.speaker_id, None, voice.held)
            voice.held = 0
        yield Sound(voice.speaker.speaker_id, samples, len(samples))

    def _end_if_long(self, voice: _Voice) -> Iterator[Order]:
        if voice.quiet >= _GAP:
            yield self._end(voice)

    def _end(self, voice: _Voice) -> End:
        voice.is_open = False
        voice.quiet = voice.held = 0
        return End(voice.speaker.speaker_id)

    def _make_room(self) -> list[Order] | None:
        """What ends so that one more can begin; None: everybody is speaking."""
        is_open = [voice for voice in self._voices.values() if voice.is_open]
        if len(is_open) < MOST_VOICES:
            return []
        quietest = max(is_open, key=lambda voice: voice.quiet)
        return [self._end(quietest)] if quietest.quiet > _TAIL else None


def _peak(samples: Samples) -> int:
    return int(np.abs(samples.astype(np.int32)).max(initial=0))
