"""Whether a page has lost all its media, told by what its frames say of their peer connections. Pure."""

from __future__ import annotations

from typing import Any


class MediaConnections:
    """Counts of every frame of the page; what a page says may be anything."""

    def __init__(self) -> None:
        self._frames: dict[str, tuple[int, int]] = {}
        self._document: object = None

    def loaded(self, document: object) -> None:
        """A top document says hello; a new one means that the old one's connections are gone with it."""
        if document != self._document:
            self._document = document
            self._frames.clear()

    def take(self, body: dict[str, Any]) -> bool | None:
        """One frame's ``connections`` message; whether media is lost now. None: the message says nothing.

        Media is lost when some connections are lost and none is left, in all frames together.
        """
        connected, lost = body.get("connected"), body.get("lost")
        if not isinstance(connected, int) or not isinstance(lost, int):
            return None
        self._frames[str(body.get("frame"))] = (connected, lost)
        n_connected = sum(one for one, _ in self._frames.values())
        n_lost = sum(one for _, one in self._frames.values())
        return n_lost > 0 and n_connected == 0
