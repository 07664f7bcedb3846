"""Errors of the receiving side.

RoomtoneError
└── ListeningError
    └── CannotListen     the port or the folder cannot be had
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class ListeningError(RoomtoneError):
    """The root of what can go wrong while listening."""


class CannotListen(ListeningError):
    """The address or the folder cannot be had; the message says which and what to do."""
