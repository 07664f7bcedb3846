"""Errors of recognition while it is spoken.

TranscriptionError
└── StreamEnded     the provider will hear no more on this connection
"""

from __future__ import annotations

from roomtone.speech.errors import TranscriptionError


class StreamEnded(TranscriptionError):
    """A provider's connection ended before the sound did.

    The text is for the operator: the provider's own words where it gave some, nothing personal.

    Attributes:
        retryable: Whether another connection may do better.
        code: A stable word: ``key_refused``, ``no_funds``, ``bad_request``, ``too_many_streams``,
            ``unreachable``, ``closed``, ``idle``, ``expired``, ``engine_failed``. When not retryable, the
            first three hold for every stream with the same account and options; others for this one.
    """

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable
