"""Errors of transcribing.

RoomtoneError
└── TranscriptionError          carries whether another attempt may help
    ├── NothingToTranscribe     there is no audio, or no captions
    ├── UnusableAudio           a file that cannot be decoded
    ├── UnsupportedOption       this server's engine cannot do what was asked
    ├── EngineFailed            the recognising program died or made no sense; tried again
    ├── ProviderRefused         somebody else's service said no, and will again
    ├── ProviderUnavailable     somebody else's service cannot be reached or has trouble; tried again
    ├── UnreadableAnswer        somebody else's service answered what makes no sense
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


class ProviderRefused(TranscriptionError):
    """Somebody else's service said no, and will again: a wrong key, no credit, audio it cannot use.

    Attributes:
        status: The HTTP status; None: it never came to an answer.
        said: The service's own words, bounded and without secrets; empty: none.
    """

    def __init__(self, message: str, status: int | None = None, said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class ProviderUnavailable(TranscriptionError):
    """Somebody else's service cannot be reached, has too much to do, or has trouble.

    Attributes:
        status: The HTTP status; None: it never came to an answer.
        said: The service's own words, bounded and without secrets; empty: none.
    """

    retryable = True

    def __init__(self, message: str, status: int | None = None, said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class UnreadableAnswer(TranscriptionError):
    """Somebody else's service answered what makes no sense; asking again would be paid for again."""
