"""Errors of a node.

RoomtoneError
└── NodeError
    └── SessionNotStarted   the session process could not be started; the bot ends as failed
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class NodeError(RoomtoneError):
    """Something on this machine keeps it from running sessions."""


class SessionNotStarted(NodeError):
    """The session process could not be started."""
