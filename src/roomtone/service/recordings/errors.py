"""Errors of finishing.

RoomtoneError
└── FinishingError
    └── UnusableMedia   a file that no player could play
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class FinishingError(RoomtoneError):
    """A recording could not be finished; what was recorded is still in the session's folder."""


class UnusableMedia(FinishingError):
    """A file that no player could play.

    Attributes:
        name: The file's name.
        problem: What is wrong with it.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} cannot be played: {problem}")
        self.name = name
        self.problem = problem
