"""Which sound of a voice is worth sending: speech with its pauses, and no more silence than ends it. Pure.

Providers bill what they are sent, or the time that they are connected, and hear words in noise. So a voice is
sent from a little before speech is noticed until a little after it, and then the provider is told to bring
out what is pending.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from roomtone.session.capture.model import SILENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.model import Samples

TICK_S = CHUNK_SAMPLES / SAMPLE_RATE_HZ
TAIL_S = 1.0
"""So much silence is sent after speech: longer than the pauses within it, and than what providers wait for
until they take an utterance as over."""
QUIET_PEAK = 64
"""Of 32,768: below it (-54 dBFS) there is no speech, and nobody needs to look closer."""
_PRE_ROLL_TICKS = 15
"""0.3 s before speech was noticed are sent too: words begin softly."""
_WINDOW_TICKS = 5
_TICKS_TO_BEGIN = 3
_TICKS_TO_GO_ON = 2


@dataclass(frozen=True, slots=True)
class Spoken:
    """A tick of sound to be sent, of speech or ``is_quiet``; ``position`` is that of its first sample."""

    position: int
    samples: Samples
    is_quiet: bool = False


class SpeechGate:
    """Lets the speech of one voice through, tick by tick.

    Args:
        is_voice: Whether a tick sounds like a voice.
        tail_s: How much silence is let through after speech.

    Attributes:
        is_open: Whether it lets sound through now.
    """

    def __init__(self, is_voice: Callable[[Samples], bool], tail_s: float = TAIL_S) -> None:
        self.is_open = False
        self._is_voice = is_voice
        self._tail_ticks = max(1, round(tail_s / TICK_S))
        self._pre_roll: deque[Spoken] = deque(maxlen=_PRE_ROLL_TICKS)
        self._voiced: deque[bool] = deque(maxlen=_WINDOW_TICKS)
        self._quiet_ticks = 0

    def hear(self, position: int, samples: Samples) -> list[Spoken | None]:
        """What is to be sent because of the next tick; None: the speaker paused."""
        is_voiced = samples is not SILENCE and _peak(samples) >= QUIET_PEAK and self._is_voice(samples)
        self._voiced.append(is_voiced)
        if not self.is_open:
            self._pre_roll.append(Spoken(position, samples))
            if sum(self._voiced) < _TICKS_TO_BEGIN:
                return []
            self.is_open, self._quiet_ticks = True, 0
            begun: list[Spoken | None] = list(self._pre_roll)
            self._pre_roll.clear()
            return begun
        self._quiet_ticks = 0 if sum(self._voiced) >= _TICKS_TO_GO_ON else self._quiet_ticks + 1
        tick = Spoken(position, samples, is_quiet=self._quiet_ticks > 0)
        if self._quiet_ticks < self._tail_ticks:
            return [tick]
        self.is_open = False
        self._voiced.clear()
        return [tick, None]


def _peak(samples: Samples) -> int:
    return max(int(samples.max(initial=0)), -int(samples.min(initial=0)))
