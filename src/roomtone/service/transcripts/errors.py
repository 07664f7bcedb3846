"""Errors of transcribing as durable work.

RoomtoneError
└── Interrupted   the server stops; the work goes on after its next start
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class Interrupted(RoomtoneError):
    """The server stops; the work goes on after its next start."""
