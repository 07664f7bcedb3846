"""Errors of the practice meeting.

RoomtoneError
└── PracticeError
    ├── InvalidScript    a meeting script that cannot be staged as written
    └── UnusableMedia    a file named by a script that cannot be decoded
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.bot.errors import RoomtoneError

if TYPE_CHECKING:
    from pathlib import Path


class PracticeError(RoomtoneError):
    """The root of this package's errors."""


class InvalidScript(PracticeError):
    """A meeting script that cannot be staged as written.

    Attributes:
        path: Place in the script, such as ``participants[1].says[0].file``; empty for the script as a whole.
        problem: What is wrong there and what would be right.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path = path
        self.problem = problem


class UnusableMedia(PracticeError):
    """A sound, picture or video file that cannot be decoded.

    Attributes:
        file: The file at fault.
    """

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(f"{file}: {problem}")
        self.file = file
