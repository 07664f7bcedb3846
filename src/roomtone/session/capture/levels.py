"""How loud, and who is speaking: by what is heard, so that it works without a platform's word."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ, Speaker
from roomtone.session.capture.model import SILENCE

if TYPE_CHECKING:
    from roomtone.session.capture.model import Samples, Tick

SILENT_DBFS = -120.0
"""What digital silence is said to be."""
ON_DBFS = -45.0
"""A voice begins above this (speech is at -35 to -15, a quiet room below -55)."""
OFF_DBFS = -52.0
"""A voice goes on as long as it is above this."""
ATTACK_TICKS = 3
"""60 ms above the first level make a voice; a click is shorter."""
RELEASE_TICKS = 20
"""400 ms below the second level end it; pauses inside a sentence are shorter."""
TICK_S = CHUNK_SAMPLES / SAMPLE_RATE_HZ


def level_dbfs(samples: Samples) -> float:
    """RMS level in dB against full scale, -120 to 0."""
    if samples is SILENCE or samples.size == 0:
        return SILENT_DBFS
    wide = samples.astype(np.float32)
    power = float(np.dot(wide, wide)) / (samples.size * 32_768.0**2)
    return max(SILENT_DBFS, 10 * math.log10(power)) if power > 0 else SILENT_DBFS


@dataclass(slots=True)
class VoiceGate:
    """Whether one voice is speaking, tick by tick.

    Attributes:
        is_open: Whether it is.
        since_s: Capture clock at which the current or last turn began; its first loud tick.
        until_s: End of the last loud tick.
    """

    is_open: bool = False
    since_s: float = 0.0
    until_s: float = 0.0
    _loud_ticks: int = 0
    _quiet_ticks: int = 0

    def hear(self, dbfs: float, at_s: float) -> None:
        """Take the level of the next tick, which begins at ``at_s``."""
        if dbfs > (OFF_DBFS if self.is_open else ON_DBFS):
            if not self.is_open and self._loud_ticks == 0:
                self.since_s = at_s
            self._loud_ticks += 1
            self._quiet_ticks = 0
            if self._loud_ticks >= ATTACK_TICKS:
                self.is_open = True
            if self.is_open:
                self.until_s = at_s + TICK_S
            return
        self._quiet_ticks += 1
        if not self.is_open or self._quiet_ticks >= RELEASE_TICKS:
            self.is_open = False
            self._loud_ticks = 0


class SpeakerLevels:
    """Levels of everybody, tick by tick; a ``TickSubscriber``.

    Attributes:
        level_dbfs: Level of all voices together in the last tick.
        last_voice_s: Capture clock of the end of the last voice but the bot's own; None: none yet.
        levels: Level in the last tick, by speaker id.
        gates: Whether they speak, by speaker id.
    """

    def __init__(self) -> None:
        self.level_dbfs = SILENT_DBFS
        self.last_voice_s: float | None = None
        self.levels: dict[str, float] = {}
        self.gates: dict[str, VoiceGate] = {}
        self._speakers: dict[str, Speaker] = {}

    @property
    def speaking(self) -> tuple[Speaker, ...]:
        """Who is speaking now, the loudest first."""
        speaking = [i for i, gate in self.gates.items() if gate.is_open and i in self._speakers]
        return tuple(
            self._speakers[i] for i in sorted(speaking, key=lambda i: -self.levels.get(i, SILENT_DBFS))
        )

    def on_tick(self, tick: Tick) -> None:
        """Take one tick."""
        self.levels = {speaker.speaker_id: level_dbfs(samples) for speaker, samples in tick.voices.items()}
        self._speakers = {speaker.speaker_id: speaker for speaker in tick.voices}
        power = sum(10 ** (level / 10) for level in self.levels.values() if level > SILENT_DBFS)
        self.level_dbfs = min(0.0, 10 * math.log10(power)) if power > 0 else SILENT_DBFS
        for speaker_id in self._speakers:
            self.gates.setdefault(speaker_id, VoiceGate())
        for speaker_id, gate in self.gates.items():
            gate.hear(self.levels.get(speaker_id, SILENT_DBFS), tick.at_s)
            if gate.is_open and speaker_id != tick.own_id:
                self.last_voice_s = max(self.last_voice_s or gate.until_s, gate.until_s)
