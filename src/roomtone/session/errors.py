"""Errors of a session that no neighbouring room owns.

SessionError
├── DirectoryInUse    another session holds the directory's lock
└── NothingToDo       standard input ended, or held something else, before the start command
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class SessionError(RoomtoneError):
    """The root of what ends a session before it could write its own ending."""


class DirectoryInUse(SessionError):
    """Another session holds the directory's lock."""

    def __init__(self) -> None:
        super().__init__("another session is using this directory; give each session its own")


class NothingToDo(SessionError):
    """The first line on standard input was no start command."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"the first line on standard input must be a start command: {problem}")
