"""The WebSocket server that bots dial (``docs/protocols/live-audio.md``)."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from websockets.exceptions import ConnectionClosed

from roomtone.bot.live_audio_frame import MalformedFrame, decode_frame
from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.clock_offset import wall_minus_monotonic_s
from roomtone.listening.address import listen_at, socket_url
from roomtone.listening.errors import CannotListen
from roomtone.listening.file_name import safe_stem
from roomtone.listening.heard_meeting import HeardMeeting
from roomtone.listening.heard_words import STREAM, HeardWords, is_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from websockets.asyncio.server import Server, ServerConnection

MAX_MESSAGE_BYTES = 1_048_576
"""Longest message taken; a longer one closes its connection."""
MAX_MEETINGS = 64
"""Most bots listened to in one run; further ones are refused with close code 1013."""


def wall_clock() -> Callable[[], float]:
    """A clock of Unix seconds that never runs backwards, however the machine's time is set meanwhile."""
    offset_s = wall_minus_monotonic_s()
    return lambda: offset_s + time.monotonic()


@dataclass(slots=True)
class Counts:
    """What was received.

    Attributes:
        frames: Audio frames taken.
        wrong_frames: Binary messages that could not be read.
        other_messages: Texts and messages of an unknown type, ignored.
        connections: Connections made; more than one of the same bot is a reconnect.
        lost_writes: Frames that could not be written because the disk was full.
    """

    frames: int = 0
    wrong_frames: int = 0
    other_messages: int = 0
    connections: int = 0
    lost_writes: int = 0


@dataclass(frozen=True, slots=True)
class ReceiverEvent:
    """Something to tell a person: ``connected``, ``disconnected``, ``words`` or ``disk_full``.

    Of ``words`` the fields are ``message``, as it came, ``arrived_s`` and ``line``: what a person is shown of
    final words, else None.
    """

    what: str
    bot_id: str
    fields: dict[str, Any] = field(default_factory=dict)


class LiveAudioReceiver:
    """Accepts bots, acknowledges, decodes and writes. Use as an async context manager.

    The first bot's files lie in ``folder`` itself, those of a further bot in a folder of its own inside,
    named by its id. A bot that connects again continues its files. Nothing a sender does ends the receiver.

    Args:
        folder: Where files go; None: nothing is written.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        clock: Unix seconds; never runs backwards.
        on_event: Told of each ``ReceiverEvent``; must not block.
        words: Takes live words, which come over connections of their own; None: they are only shown.

    Attributes:
        meetings: What was heard, by bot id; ``""`` for a sender that never said ``ready``.
        counts: What was received.
        port: The port listened on.
        words: The live words.
        on_event: As given; may be replaced.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] | None = None,
        on_event: Callable[[ReceiverEvent], None] = lambda _event: None,
        words: HeardWords | None = None,
    ) -> None:
        self.words = words or HeardWords()
        self.meetings: dict[str, HeardMeeting] = {}
        self.counts = Counts()
        self.port = port
        self._folder = folder
        self._host = host
        self._clock = clock or wall_clock()
        self.on_event = on_event
        self._live: dict[str, ServerConnection] = {}
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """What to give as ``live_audio_required.websocket_url``."""
        return socket_url(self._host, self.port)

    async def __aenter__(self) -> Self:
        """Listen. Raises ``CannotListen``."""
        try:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise CannotListen(
                f"cannot write to {self._folder}: {problem.strerror}; choose another --output"
            ) from None
        self._server = await listen_at(
            self._host, self.port, self._handle, max_message_bytes=MAX_MESSAGE_BYTES
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections and finish the files."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for meeting in self.meetings.values():
            with contextlib.suppress(OSError):  # a full disk: what was flushed before is valid
                meeting.close()
        with contextlib.suppress(OSError):
            self.words.close()

    async def _handle(self, connection: ServerConnection) -> None:
        self.counts.connections += 1
        bot_id: str | None = None
        try:
            async for message in connection:
                arrived_s = self._clock()
                if isinstance(message, str):
                    bot_id = await self._text(connection, message, bot_id, arrived_s)
                    continue
                if bot_id is None:
                    bot_id = await self._begin(connection, "", arrived_s)
                self._frame(bot_id, message, arrived_s)
        except ConnectionClosed:
            pass  # a sender may go without a word; the files stand
        finally:
            if bot_id is None:
                self.words.gone()
            if bot_id is not None and self._live.get(bot_id) is connection:
                del self._live[bot_id]
                self._guarded(bot_id, self.meetings[bot_id].disconnected)
            self.on_event(ReceiverEvent("disconnected", bot_id or ""))

    async def _text(
        self, connection: ServerConnection, message: str, bot_id: str | None, arrived_s: float
    ) -> str | None:
        try:
            body = json.loads(message)
        except ValueError:
            body = None
        kind = body.get("type") if isinstance(body, dict) else None
        if is_words(body):
            self._words(body, arrived_s)
            return bot_id
        if kind == "ready" and body.get("stream") == STREAM:
            name = str(body.get("bot_id", ""))
            self.on_event(ReceiverEvent("connected", name, {"stream": STREAM, "at_s": arrived_s}))
            return bot_id
        if kind == "position" and bot_id is not None and self._position(bot_id, body):
            return bot_id
        if kind != "ready" or bot_id is not None:
            self.counts.other_messages += 1
            return bot_id
        bot_id = await self._begin(connection, str(body.get("bot_id", "")), arrived_s)
        self.meetings[bot_id].clock.begin(arrived_s)
        await connection.send(json.dumps({"type": "ack", "message": "Roomtone listens", "positions": True}))
        return bot_id

    def _words(self, message: dict[str, Any], arrived_s: float) -> None:
        bot_id, line = str(message.get("bot_id", "")), None

        def take() -> None:
            nonlocal line
            line = self.words.take(message, arrived_s)

        self._guarded(bot_id, take)
        fields = {"message": message, "arrived_s": arrived_s, "line": line}
        self.on_event(ReceiverEvent("words", bot_id, fields))

    def _position(self, bot_id: str, body: dict[str, Any]) -> bool:
        """Take a ``position`` message; False for one that cannot be meant."""
        position = body.get("position")
        if not isinstance(position, int) or body.get("sample_rate", SAMPLE_RATE_HZ) != SAMPLE_RATE_HZ:
            return False
        self._guarded(bot_id, lambda: self.meetings[bot_id].move_to(position))
        return True

    async def _begin(self, connection: ServerConnection, bot_id: str, arrived_s: float) -> str:
        """The connection speaks for this bot from now on; an older one of the same bot is closed."""
        if bot_id not in self.meetings and len(self.meetings) >= MAX_MEETINGS:
            await connection.close(1013, "too many bots")
            raise ConnectionClosed(None, None)
        older = self._live.pop(bot_id, None)
        if older is not None:
            await older.close(1000, "connected again")
        known = self.meetings.get(bot_id)
        if known is None:
            folder = self._folder
            if folder is not None and self.meetings:
                folder = folder / safe_stem(bot_id)
            self.meetings[bot_id] = HeardMeeting(folder)
        else:
            known.disconnected()
            known.clock.reconnected()
        self._live[bot_id] = connection
        self.on_event(ReceiverEvent("connected", bot_id, {"again": known is not None, "at_s": arrived_s}))
        return bot_id

    def _frame(self, bot_id: str, message: bytes, arrived_s: float) -> None:
        try:
            frame = decode_frame(message)
        except MalformedFrame:
            self.counts.wrong_frames += 1
            return
        if frame is None:
            self.counts.other_messages += 1
            return
        self.counts.frames += 1
        self._guarded(bot_id, lambda: self.meetings[bot_id].take(frame, arrived_s))

    def _guarded(self, bot_id: str, write: Callable[[], None]) -> None:
        """Write; a full disk is counted and told once, and listening goes on."""
        try:
            write()
        except OSError as problem:
            self.counts.lost_writes += 1
            if self.counts.lost_writes == 1:
                self.on_event(ReceiverEvent("disk_full", bot_id, {"problem": problem.strerror or ""}))
