"""Errors of webhooks.

RoomtoneError
└── UnusableSecret   the signing secret is not one
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class UnusableSecret(RoomtoneError):
    """The signing secret cannot be used."""

    def __init__(self, where: str = "the webhook secret") -> None:
        super().__init__(
            f"{where} is no secret: it has to be whsec_ and the base64 of 24 to 64 bytes; "
            "remove the file to have a new one made"
        )
