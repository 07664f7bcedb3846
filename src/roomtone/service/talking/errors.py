"""Errors of sound that bots are to say.

TalkingError
├── UnusableSound    what was sent is no sound that can be said
├── NoSpeechEngine   text was sent, and nothing here makes speech of it
├── SpeechFailed     the engine did not make speech of it
└── TooBusy          others have sound made, and it was not its turn in time
    └── TooMuchWaits     so many others that there is no room to wait
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class TalkingError(RoomtoneError):
    """The root; the text is for the caller, and holds nothing of what was to be said."""


class UnusableSound(TalkingError):
    """What was sent is no sound, or too much of it."""


class NoSpeechEngine(TalkingError):
    """There is no text-to-speech engine on this server."""


class SpeechFailed(TalkingError):
    """The engine failed, took too long, or wrote no sound."""


class TooBusy(TalkingError):
    """Others have sound made, and it was not its turn in time."""


class TooMuchWaits(TooBusy):
    """So much waits for its turn that no more is taken."""
