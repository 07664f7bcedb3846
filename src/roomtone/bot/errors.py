"""Errors of the shared words.

RoomtoneError
└── InvalidRequest      a request that cannot be served as asked; becomes HTTP 400
    └── UnsupportedMeeting   a link no platform driver of ours can join
"""

from __future__ import annotations


class RoomtoneError(Exception):
    """The root of every error Roomtone raises on purpose."""


def sentence(text: str) -> str:
    """The words of an error as a sentence: with a capital letter and a full stop."""
    text = text.rstrip(".")
    return text[:1].upper() + text[1:] + "."


class InvalidRequest(RoomtoneError):
    """A request that cannot be served as asked.

    Attributes:
        field: Dotted path of the field at fault, such as ``automatic_leave.waiting_room_timeout``.
        problem: What is wrong with it and what would be right, for the caller.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class UnsupportedMeeting(InvalidRequest):
    """A meeting link that no platform driver of this version can join."""

    def __init__(self, problem: str) -> None:
        super().__init__("meeting_link", problem)
