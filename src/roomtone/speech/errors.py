"""Errors of transcribing.

RoomtoneError
└── TranscriptionError          carries whether another attempt may help
    ├── NothingToTranscribe     there is no audio, or no captions
    ├── UnusableAudio           a file that cannot be decoded
    ├── UnsupportedOption       this server's engine cannot do what was asked
    ├── EngineFailed            the recognising program died or made no sense; tried again
    └── TookTooLong             the deadline passed
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class TranscriptionError(RoomtoneError):
    """A transcript could not be made; the text is for the customer and holds nothing personal.

    Attributes:
        retryable: Whether the same again may succeed later.
    """

    retryable = False


class NothingToTranscribe(TranscriptionError):
    """There is no audio, or no captions."""


class UnusableAudio(TranscriptionError):
    """A file that cannot be decoded."""


class UnsupportedOption(TranscriptionError):
    """This server's engine cannot do what was asked."""


class EngineFailed(TranscriptionError):
    """The recognising program died or said what makes no sense."""

    retryable = True


class TookTooLong(TranscriptionError):
    """The deadline passed."""
