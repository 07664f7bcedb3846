"""Errors of deleting.

RoomtoneError
└── DeletionError
    ├── StillInMeeting    the bot has to leave first; HTTP 409
    ├── AlreadyDeleted    there is nothing left to delete; HTTP 404
    └── NotAllDeleted     something is still there; it is tried again; HTTP 503
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class DeletionError(RoomtoneError):
    """The root of what can go wrong with a deletion; the texts are for the caller."""


class StillInMeeting(DeletionError):
    """The bot is in its meeting, or on its way."""

    def __init__(self) -> None:
        super().__init__(
            "The bot is in its meeting or on its way there: take it out first (remove_bot), "
            "and delete its data when it has stopped."
        )


class AlreadyDeleted(DeletionError):
    """The bot's data were deleted before."""

    def __init__(self) -> None:
        super().__init__("The bot's data were deleted already, on request or at the end of their retention.")


class NotAllDeleted(DeletionError):
    """Something could not be deleted."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"Not everything could be deleted yet, and it is tried again: {problem}")
