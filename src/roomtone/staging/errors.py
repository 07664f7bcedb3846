"""Errors of staging.

RoomtoneError
└── StagingError
    ├── NoStandIn          the script asks for a client that this version cannot stage
    ├── InvalidRequestFile the --request file is not a JSON object
    ├── InvalidControlFile the --control file holds no list of messages
    ├── ChildFailed        a process of the staging did not start, or died
    ├── ApiRefused         the server answered a call with an error
    └── StagingTimeout     something did not happen in the time it may take
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class StagingError(RoomtoneError):
    """The root of what can keep a meeting from being staged."""


class NoStandIn(StagingError):
    """The script asks for a client that this version cannot stage."""


class InvalidRequestFile(StagingError):
    """The --request file cannot be used; the message says why."""


class InvalidControlFile(StagingError):
    """The --control file cannot be used; the message says why, and where."""


class ChildFailed(StagingError):
    """A process of the staging did not start, or died; the message ends with its last words."""


class ApiRefused(StagingError):
    """The server answered a call with an error.

    Attributes:
        status_code: The HTTP status.
    """

    def __init__(self, message: str, status_code: int) -> None:
        super().__init__(message)
        self.status_code = status_code


class StagingTimeout(StagingError):
    """Something did not happen in the time it may take; the message says what and where to look."""
