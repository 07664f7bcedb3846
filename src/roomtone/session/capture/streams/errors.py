"""Errors of the participants' own files.

RoomtoneError
└── StreamsFailed   nothing more is written into them; the mixed recording goes on
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class StreamsFailed(RoomtoneError):
    """The participants' own files cannot be written any more; what they hold plays."""
