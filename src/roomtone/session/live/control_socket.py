"""The control socket: dials the caller's WebSocket, does what it says, and tells it what goes on.

Nothing a caller does reaches the recording: messages are bounded in length, number and pace, what is told
waits in a bounded queue, and a connection that fails is made again, for ever, until the stay is over.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from roomtone.bot.errors import sentence
from roomtone.bot.session_protocol import ChatSaid, ControlSocketStatistics
from roomtone.session.live.control_deeds import ControlDeeds
from roomtone.session.live.control_messages import (
    MalformedCommand,
    error_text,
    participant_event_text,
    read_command,
    user_message_text,
)
from roomtone.session.live.dialling import Dialling
from roomtone.session.live.text_outbox import TextOutbox
from roomtone.session.live.tick_messages import ready_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.client import ClientConnection

    from roomtone.bot.participant_events import ParticipantNews
    from roomtone.outbound.policy import AddressPolicy
    from roomtone.session.live.control_deeds import Deeds
    from roomtone.session.live.dialling import DiallingTiming

LONGEST_MESSAGE_BYTES = 8 * 1024 * 1024
"""Longest message of the caller's: a picture of 6 MB. A longer one ends the connection (1009)."""
COMMANDS_A_WINDOW = 50
WINDOW_S = 0.1
"""At most 50 commands are read in 0.1 s; then TCP holds the caller back."""
BYTES_A_SECOND = 16 * 1024 * 1024
"""So much is read at most, because reading it takes the processor from the recording."""
LARGE_CHARACTERS = 262_144
"""A longer message (2 s of sound) is read aside: it would hold everything up for some ten milliseconds."""
VOICE_NOTICES = frozenset({"voice_not_heard", "bot_muted"})
"""Codes of what went wrong with the bot's voice after its sound was taken."""


class ControlSocket:
    """Talks both ways with one caller; a ``LiveOutput`` used on one event loop.

    Args:
        url: The caller's ``ws://`` or ``wss://`` URL.
        bot_id: What messages name.
        deeds: What can be done in the meeting.
        body_of: The body of an event of a participant's, as webhooks have it.
        policy: Which addresses may be dialled.
        on_warning: Told a code and a sentence, as of ``Dialling``; the codes begin with ``control_socket``.
        timing: Deadlines.
    """

    def __init__(
        self,
        url: str,
        *,
        bot_id: str,
        deeds: Deeds,
        body_of: Callable[[ParticipantNews], dict[str, Any]],
        policy: AddressPolicy,
        on_warning: Callable[[str, str], None],
        timing: DiallingTiming | None = None,
    ) -> None:
        self._bot_id = bot_id
        self._body_of = body_of
        self._outbox = TextOutbox()
        self._news = asyncio.Event()
        self._deeds = ControlDeeds(deeds, self._complain)
        self._commands = self._errors = self._sent = 0
        self._window_ends_s = 0.0
        self._in_window = 0
        self._dialling = Dialling(
            "control_socket",
            url,
            policy=policy,
            on_warning=on_warning,
            timing=timing,
            max_message_bytes=LONGEST_MESSAGE_BYTES,
        )

    @property
    def statistics(self) -> ControlSocketStatistics:
        """What was counted so far."""
        return ControlSocketStatistics(
            commands=self._commands,
            errors=self._errors,
            messages_sent=self._sent,
            messages_dropped=self._outbox.dropped,
            connections=self._dialling.connections,
            failed_attempts=self._dialling.failed_attempts,
        )

    def on_participant(self, news: ParticipantNews) -> None:
        """Tell what a participant did; never waits. After ``finish`` it is ignored."""
        if isinstance(news, ChatSaid):
            self._tell(
                user_message_text(
                    self._bot_id,
                    message_id=news.message_id,
                    text=news.text,
                    sender_id=news.participant_id,
                    sender_name=news.name,
                    at=news.at,
                )
            )
        self._tell(participant_event_text(self._bot_id, self._body_of(news)))

    def on_notice(self, code: str, message: str) -> None:
        """Tell the caller what became of its sound; other notices are not for it. Never waits."""
        if code in VOICE_NOTICES:
            self._complain("sendaudio", sentence(message))

    def finish(self) -> None:
        """The stay is over: ``run`` sends what is left, closes with 1000 and returns, within about 3 s."""
        self._dialling.finish()
        self._news.set()

    async def run(self) -> None:
        """Dial, talk, dial again; returns after ``finish``. Cancelled, it drops the connection at once."""
        async with asyncio.TaskGroup() as tasks:
            doing = tasks.create_task(self._deeds.run(), name="control-deeds")
            await self._dialling.run(self._converse)
            doing.cancel()

    async def _converse(self, connection: ClientConnection) -> str:
        return await self._dialling.talk(connection, say=self._say(connection), hear=self._hear)

    async def _say(self, connection: ClientConnection) -> None:
        """Send until nothing is left after ``finish``; ``TimeoutError`` when the caller takes nothing."""
        await self._dialling.send(connection, ready_message(self._bot_id))
        while True:
            text = self._outbox.take()
            if text is not None:
                await self._send(connection, text)
            elif self._dialling.finishing.is_set():
                return
            else:
                self._news.clear()
                await self._news.wait()

    async def _send(self, connection: ClientConnection, text: str) -> None:
        try:
            await self._dialling.send(connection, text)
        except BaseException:
            self._outbox.put_back(text)
            raise
        self._sent += 1

    async def _hear(self, message: str | bytes) -> None:
        """Take one message, in their order; afterwards wait where they come too fast."""
        self._commands += 1
        try:
            if len(message) > LARGE_CHARACTERS:
                command = await asyncio.to_thread(read_command, message)
            else:
                command = read_command(message)
        except MalformedCommand as problem:
            self._complain(problem.command, str(problem))
        else:
            if not self._dialling.finishing.is_set():
                self._deeds.take(command)
        await self._keep_pace(len(message))

    async def _keep_pace(self, n_bytes: int) -> None:
        now_s = time.monotonic()
        if now_s >= self._window_ends_s:
            self._window_ends_s, self._in_window = now_s + WINDOW_S, 0
        self._in_window += 1
        wait_s = n_bytes / BYTES_A_SECOND
        if self._in_window >= COMMANDS_A_WINDOW:
            wait_s = max(wait_s, self._window_ends_s - now_s)
        # Without a pause a caller that floods would have the event loop for itself.
        await asyncio.sleep(wait_s)

    def _complain(self, command: str, problem: str) -> None:
        self._errors += 1
        self._tell(error_text(self._bot_id, problem, command))

    def _tell(self, text: str) -> None:
        if not self._dialling.finishing.is_set():
            self._outbox.put(text)
            self._news.set()
