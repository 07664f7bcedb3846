"""What media need to know of a conference and of one client in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.practice.happenings import HappeningLog
    from roomtone.practice.members import Scripted


class Variant(Protocol):
    """The words of the stand-in's variant that media go by.

    Attributes:
        audio: ``webrtc``, ``wmsc``, ``wasm`` or ``wasm-loop``.
        picture: ``canvas``, ``video-player`` or ``video-tracks``.
        audio_join: ``no-audio`` answers nobody who wants to hear.
    """

    @property
    def audio(self) -> str:
        """The audio engine."""

    @property
    def picture(self) -> str:
        """The kind of picture."""

    @property
    def audio_join(self) -> str:
        """How audio is joined."""


class Conference(Protocol):
    """A conference, as media see it."""

    @property
    def scripted(self) -> Sequence[Scripted]:
        """The scripted people, present or not; ``int(member.id)`` is the user id."""

    @property
    def log(self) -> HappeningLog:
        """The log, whose clock is the media's."""

    @property
    def variant(self) -> Variant:
        """The words of the variant."""

    @property
    def lost(self) -> bool:
        """Whether it has ended as a lost connection: nobody is told anything any more."""


class Attendee(Protocol):
    """A client in the conference."""

    @property
    def id(self) -> str:
        """Its id in the log."""

    @property
    def hears(self) -> bool:
        """Whether media may be sent to it; read for every packet."""


class Socket(Protocol):
    """An accepted WebSocket, as Starlette has it."""

    async def receive(self) -> Any:
        """The next ASGI message."""

    async def send_text(self, data: str) -> None:
        """Send a text."""

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes."""
