"""Who is in a meeting: scripted people and guests with a browser."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roomtone.practice.script import ScriptedParticipant, Share
    from roomtone.practice.video_loops import VideoLoop
    from roomtone.practice.voice import Voice

OUTBOX_MESSAGES = 2000
"""Messages that may wait for a guest's socket; a guest that lets more pile up is dropped as lost."""


@dataclass(slots=True)
class Scripted:
    """A participant played by the script.

    Attributes:
        index: Place in ``Script.participants``.
        id: The id in messages; unique among everybody.
        name: The name now; it may be changed by the script.
        share_loops: The pictures of each share.
        showing: The share that is shown now; None shows none.
    """

    index: int
    id: str
    script: ScriptedParticipant
    voice: Voice
    camera: VideoLoop | None
    share_loops: dict[Share, VideoLoop]
    name: str
    present: bool = False
    showing: Share | None = None
    main_stream: str = field(default_factory=lambda: str(uuid.uuid4()))
    share_stream: str = field(default_factory=lambda: str(uuid.uuid4()))

    def as_json(self) -> dict[str, Any]:
        """The ``participant`` of the socket's protocol."""
        return {
            "id": self.id,
            "name": self.name,
            "host": self.script.host,
            "microphone": True,
            "camera": self.camera is not None,
            "sharing": self.showing is not None,
            "streams": {"main": self.main_stream, "share": self.share_stream},
        }


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last item of an outbox: the socket is closed after it."""


@dataclass(slots=True, eq=False)
class Guest:
    """Somebody with a browser.

    Attributes:
        bot: Whether the script's events about the bot are meant for this guest.
        level: Loudness the browser reports of its own microphone, root mean square, 0 to 1.
        outbox: Messages for the socket: JSON objects, binary messages, and a `Goodbye` at the end.
        gone: Whether nothing is sent any more, but for what the outbox holds.
        cut: Set when the socket is to be dropped at once, without a word.
    """

    id: str
    name: str
    bot: bool
    admitted: bool = False
    microphone: bool = False
    camera: bool = False
    sharing: bool = False
    main_stream: str = ""
    share_stream: str = ""
    level: float = 0.0
    outbox: asyncio.Queue[dict[str, Any] | bytes | Goodbye] = field(
        default_factory=lambda: asyncio.Queue(OUTBOX_MESSAGES)
    )
    gone: bool = False
    cut: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, message: dict[str, Any] | bytes) -> None:
        """Put a message into the outbox; a full outbox means a guest that no longer reads, who is let go."""
        if self.gone:
            return
        try:
            self.outbox.put_nowait(message)
        except asyncio.QueueFull:
            self.let_go(silent=True)

    def let_go(self, *, silent: bool) -> None:
        """Close the socket: after what is in the outbox, or, silently, at once."""
        if self.gone:
            return
        self.gone = True
        if silent:
            self.cut.set()
            return
        if self.outbox.full():
            self.outbox.get_nowait()
        self.outbox.put_nowait(Goodbye())

    def as_json(self) -> dict[str, Any]:
        """The ``participant`` of the socket's protocol."""
        return {
            "id": self.id,
            "name": self.name,
            "host": False,
            "microphone": self.microphone,
            "camera": self.camera,
            "sharing": self.sharing,
            "streams": {"main": self.main_stream, "share": self.share_stream},
        }
