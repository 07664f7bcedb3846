"""Errors of ``roomtone join``.

ForegroundError
├── OutputTaken     the output folder holds a recording already
├── OutputUnusable  the output folder cannot be made or written
└── NotRecorded     there is no recording, or not all of it
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class ForegroundError(RoomtoneError):
    """The root of what ``roomtone join`` says in one line before it exits with 1."""


class OutputTaken(ForegroundError):
    """The output folder holds a recording already."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} exists already; choose another folder with --output")


class OutputUnusable(ForegroundError):
    """The output folder cannot be made or written."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"cannot write to {path}: {problem}; choose another folder with --output")


class NotRecorded(ForegroundError):
    """The bot did not get in, or its stay ended with a failure."""
