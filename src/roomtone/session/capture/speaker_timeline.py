"""Who spoke when, as turns; from what is heard."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.session.capture.levels import SILENT_DBFS, VoiceGate, level_dbfs

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.bot.speaker import Speaker
    from roomtone.session.capture.model import Tick

MIN_TURN_S = 0.1
"""Shorter sounds are no turns."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which one speaker spoke.

    Attributes:
        speaker: Who, with the name as it was at the end.
        start_s: Seconds since capture began.
        end_s: Seconds since capture began.
    """

    speaker: Speaker
    start_s: float
    end_s: float

    def to_line(self) -> str:
        """One line of JSON, newline included."""
        fields = {
            "speaker_id": self.speaker.speaker_id,
            "speaker_name": self.speaker.speaker_name,
            "start_s": round(self.start_s, 3),
            "end_s": round(self.end_s, 3),
        }
        return json.dumps(fields, ensure_ascii=False) + "\n"


class SpeakerTimeline:
    """Finds turns in ticks; a ``TickSubscriber``. Turns come in the order in which they end.

    Args:
        start_s: Capture clock of position 0.
        on_turn: Told each turn when it is over.
    """

    def __init__(self, start_s: float, on_turn: Callable[[Turn], None]) -> None:
        self._start_s = start_s
        self._on_turn = on_turn
        self._gates: dict[str, VoiceGate] = {}
        self._speakers: dict[str, Speaker] = {}

    def on_tick(self, tick: Tick) -> None:
        """Take one tick."""
        levels = {speaker.speaker_id: level_dbfs(samples) for speaker, samples in tick.voices.items()}
        for speaker in tick.voices:
            self._speakers[speaker.speaker_id] = speaker
            self._gates.setdefault(speaker.speaker_id, VoiceGate())
        for speaker_id, gate in self._gates.items():
            was_open = gate.is_open
            gate.hear(levels.get(speaker_id, SILENT_DBFS), tick.at_s)
            if was_open and not gate.is_open:
                self._end(speaker_id)

    def finish(self) -> None:
        """End the turns that are going on; to be called after the last tick."""
        for speaker_id, gate in self._gates.items():
            if gate.is_open:
                gate.is_open = False
                self._end(speaker_id)

    def _end(self, speaker_id: str) -> None:
        gate = self._gates[speaker_id]
        turn = Turn(self._speakers[speaker_id], gate.since_s - self._start_s, gate.until_s - self._start_s)
        if turn.end_s - turn.start_s >= MIN_TURN_S:
            self._on_turn(turn)
