"""The bot's own voice among the tracks: what the page's microphone says it played. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roomtone.session.capture.model import SILENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.session.capture.model import Samples, Tick, TickSubscriber

UNKNOWN_SELF = "bot"
"""The bot's speaker id as long as the roster has not said which participant it is."""


class OwnVoice:
    """The tracks of the bot's own voice, and which participant the bot is.

    Args:
        name: The bot's, for as long as the roster says none.

    Attributes:
        speaker_id: Of the bot; that of its last entry into the meeting.
        name: The bot's.
        tracks: Numbers of its tracks; several when several frames of the page have a microphone.
    """

    def __init__(self, name: str) -> None:
        self.speaker_id = UNKNOWN_SELF
        self.name = name
        self.tracks: set[int] = set()

    def heard(self, sounds: Mapping[int, Samples]) -> Samples:
        """What the bot said in a tick: of several frames that say the same, the first that is heard."""
        for track in sorted(self.tracks & sounds.keys()):
            if sounds[track].any():
                return sounds[track]
        return SILENCE


class OthersAlone:
    """Hands ticks on without the bot's own voice: who answers to what is said must not answer to itself.

    Args:
        subscriber: Who is told.
    """

    def __init__(self, subscriber: TickSubscriber) -> None:
        self._subscriber = subscriber

    def on_tick(self, tick: Tick) -> None:
        """Take one tick."""
        self._subscriber.on_tick(others_alone(tick))


def others_alone(tick: Tick) -> Tick:
    """A tick without the bot's own voice."""
    if all(speaker.speaker_id != tick.own_id for speaker in tick.voices):
        return tick
    others = {speaker: heard for speaker, heard in tick.voices.items() if speaker.speaker_id != tick.own_id}
    return replace(tick, voices=others)
