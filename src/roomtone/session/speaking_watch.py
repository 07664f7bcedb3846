"""Who begins and who ceases to speak, by what is heard, as it is told while the meeting runs. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.bot.speaker import NO_SPEAKER
from roomtone.session.capture.levels import SpeakerLevels

if TYPE_CHECKING:
    from typing import Literal

    from roomtone.bot.speaker import Speaker
    from roomtone.session.capture.model import Tick

START_AFTER_S = 0.2
"""A voice this long is speech; a cough or a knock is shorter."""
STOP_AFTER_S = 1.0
"""So much silence is an end; a breath between two sentences is shorter."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """Somebody began or ceased to speak.

    Attributes:
        action: Which.
        speaker: Who, with the name that the sound has.
        at_s: Capture clock: of the first sound, or of the end of the last.
    """

    action: Literal["start", "stop"]
    speaker: Speaker
    at_s: float


class SpeakingWatch:
    """Finds it in ticks; used by one task. Sound that is nobody's is left out.

    Each start is followed by a stop of the same speaker; where a platform gives one mix of all voices, they
    are as right as its word on who speaks.
    """

    def __init__(self) -> None:
        self._levels = SpeakerLevels()
        self._speaking: dict[str, Speaker] = {}

    def take(self, tick: Tick) -> list[Spoke]:
        """What a tick changes; usually nothing."""
        self._levels.on_tick(tick)
        gates = self._levels.gates
        found = []
        for who, speaker in list(self._speaking.items()):
            gate = gates[who]
            if not gate.is_open and tick.at_s - gate.until_s >= STOP_AFTER_S:
                del self._speaking[who]
                found.append(Spoke("stop", speaker, gate.until_s))
        for speaker in self._levels.speaking:
            who = speaker.speaker_id
            if who == NO_SPEAKER.speaker_id or gates[who].until_s - gates[who].since_s < START_AFTER_S:
                continue
            if who not in self._speaking:
                found.append(Spoke("start", speaker, gates[who].since_s))
            self._speaking[who] = speaker
        return found

    def left(self, participant_id: str) -> list[Spoke]:
        """Somebody left the meeting: whether they were speaking."""
        speaker = self._speaking.pop(participant_id, None)
        if speaker is None:
            return []
        return [Spoke("stop", speaker, self._levels.gates[participant_id].until_s)]

    def finish(self) -> list[Spoke]:
        """The meeting is over for the bot: everybody who was speaking has ceased to."""
        return [spoke for who in list(self._speaking) for spoke in self.left(who)]
