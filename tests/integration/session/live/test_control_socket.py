"""The control socket against real callers, good and bad, on port 0."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from roomtone.bot.errors import RoomtoneError
from roomtone.bot.participant_events import ParticipantNews, participant_body
from roomtone.bot.session_protocol import ChatSaid, ParticipantMoved, SpeakingMoved
from roomtone.outbound.policy import AddressPolicy
from roomtone.session.live.control_socket import ControlSocket
from roomtone.session.live.dialling import DiallingTiming
from roomtone.session.live.text_outbox import MOST_TEXTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

PRIVATE = AddressPolicy(allow_private=True)
QUICK = DiallingTiming(open_timeout_s=60.0, send_timeout_s=0.5, flush_timeout_s=0.5)
"""For callers that miss their deadlines."""
PATIENT = DiallingTiming(open_timeout_s=60.0, send_timeout_s=60.0, flush_timeout_s=60.0)
"""For good ones, which a busy machine must not make bad."""
LONGEST_S = 100.0
SOMEBODY: dict[str, Any] = {
    "at": datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC),
    "participant_id": "1",
    "name": "Ada",
    "recorded_s": 2.5,
}
PIECE = np.arange(960, dtype=np.int16)


class Bot:
    """What is done in the meeting, as a list; ``refuse`` makes everything fail, ``hold`` makes deeds wait."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.said: list[int] = []
        self.refuse = ""
        self.hold: asyncio.Event | None = None

    async def _deed(self, *what: Any) -> None:
        if self.hold is not None:
            await self.hold.wait()
        if self.refuse:
            raise RoomtoneError(self.refuse)
        self.done.append(what)

    async def send_message(self, text: str) -> None:
        """Keep it."""
        await self._deed("message", text)

    async def send_image(self, url: str, display_s: float | None = None) -> None:
        """Keep it."""
        await self._deed("image", url, display_s)

    async def show_picture(self, data: bytes, display_s: float | None = None) -> None:
        """Keep it."""
        await self._deed("picture", data, display_s)

    def speak(self, samples: np.ndarray) -> None:
        """Keep how long it was."""
        if self.refuse:
            raise RoomtoneError(self.refuse)
        self.said.append(samples.size)
        self.done.append(("speak", samples.size))

    def stop_speaking(self) -> None:
        """Keep that it came."""
        self.done.append(("stop",))


class Controlled:
    """A control socket that runs, the bot behind it, and its warnings."""

    def __init__(self, url: str, policy: AddressPolicy, timing: DiallingTiming) -> None:
        self.bot = Bot()
        self.warnings: list[str] = []
        self.socket = ControlSocket(
            url,
            bot_id="bot-1",
            deeds=self.bot,
            body_of=_body_of,
            policy=policy,
            on_warning=lambda code, _message: self.warnings.append(code),
            timing=timing,
        )


def _body_of(news: ParticipantNews) -> dict[str, Any]:
    return participant_body(news, bot_id="bot-1", platform="Practice", custom_attributes={})


@asynccontextmanager
async def controlled(
    port: int, *, policy: AddressPolicy = PRIVATE, timing: DiallingTiming = PATIENT
) -> AsyncIterator[Controlled]:
    """A control socket to a port of this machine, which finishes in time."""
    control = Controlled(f"ws://127.0.0.1:{port}/", policy, timing)
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(control.socket.run(), name="control")
        yield control
        control.socket.finish()


class Caller:
    """Sends what it is told, keeps what it hears; ``deed`` is run for each connection."""

    def __init__(self, deed: Callable[[ServerConnection], Awaitable[None]] | None = None) -> None:
        self.heard: list[dict[str, Any]] = []
        self.close_codes: list[int | None] = []
        self.connection: ServerConnection | None = None
        self._deed = deed

    async def handle(self, connection: ServerConnection) -> None:
        """One connection."""
        try:
            self.heard.append(json.loads(await connection.recv()))
            self.connection = connection
            if self._deed is not None:
                await self._deed(connection)
            async for message in connection:
                self.heard.append(json.loads(message))
        except ConnectionClosed:
            pass
        finally:
            self.close_codes.append(connection.close_code)

    async def say(self, *commands: dict[str, Any] | str | bytes) -> None:
        """Send commands."""
        await until(lambda: self.connection)
        assert self.connection is not None
        for command in commands:
            await self.connection.send(json.dumps(command) if isinstance(command, dict) else command)

    def of(self, command: str) -> list[dict[str, Any]]:
        """The messages of this command."""
        return [one for one in self.heard if one.get("command") == command]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Listen; gives the port."""
        async with serve(self.handle, "127.0.0.1", 0, max_size=None, compression=None) as server:
            yield server.sockets[0].getsockname()[1]


async def until(condition: Callable[[], object], timeout_s: float = LONGEST_S) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def sound(samples: np.ndarray = PIECE, **fields: Any) -> dict[str, Any]:
    """A ``sendaudio``."""
    chunk = base64.b64encode(samples.astype("<i2").tobytes()).decode()
    return {"command": "sendaudio", "bot_id": "bot-1", "audiochunk": chunk, **fields}


async def test_every_command_is_done_in_order_and_the_end_is_a_normal_close() -> None:
    """Ready first; an interruption comes before what waits; the rest of a resampled sentence is said."""
    caller = Caller()
    async with caller.listening() as port:
        async with controlled(port) as control:
            bot = control.bot
            await caller.say({"command": "ack", "bot_id": "bot-1", "message": "hello"}, sound(), sound())
            await caller.say({"command": "interrupt", "action": "clear_audio_queue"})
            await caller.say(sound(np.zeros(8000, np.int16), sample_rate=16_000))
            await until(lambda: sum(bot.said) == 2 * 960 + 24_000)
            await caller.say(
                {"command": "sendmsg", "message": "hi", "msg": "hi"},
                {"command": "sendchat", "role": "assistant", "text": "Su", "is_final": False},
                {"command": "sendchat", "role": "user", "text": "What?", "is_final": True},
                {"command": "sendchat", "role": "assistant", "text": "Sure.", "is_final": True},
                {"command": "sendimg", "img": base64.b64encode(b"\x89PNG").decode()},
                {"command": "sendimg_url", "img_url": "https://example.com/a.png"},
            )
            await until(lambda: len(bot.done) >= 9)
        await until(lambda: caller.close_codes)
    assert caller.heard == [{"type": "ready", "bot_id": "bot-1", "message": "Ready to receive messages"}]
    assert bot.done[:3] == [("speak", 960), ("speak", 960), ("stop",)]
    assert bot.done[-4:] == [
        ("message", "hi"),
        ("message", "Sure."),
        ("picture", b"\x89PNG", None),
        ("image", "https://example.com/a.png", None),
    ]
    assert caller.close_codes == [1000]
    assert control.warnings == []
    assert (control.socket.statistics.errors, control.socket.statistics.commands) == (0, 11)


async def test_what_cannot_be_read_or_done_is_told_and_the_connection_stays() -> None:
    """Garbage, unknown commands, a full queue, and what the meeting does not let the bot do."""
    caller = Caller()
    async with caller.listening() as port, controlled(port) as control:
        control.bot.hold = asyncio.Event()
        await caller.say(b"\x00\xff" * 100, "hello", {"command": "dance"}, {"command": "sendimg", "img": "%"})
        await caller.say(*[{"command": "sendmsg", "message": f"{n}"} for n in range(22)])
        await until(lambda: len(caller.of("error")) == 5)
        assert [one["message"][:25] for one in caller.of("error")] == [
            "The message is not JSON.",
            "The message is not JSON.",
            "The command is unknown; k",
            "img is not base64.",
            "20 messages and pictures ",
        ]
        assert [one.get("in_reply_to") for one in caller.of("error")[2:]] == ["dance", "sendimg", "sendmsg"]
        control.bot.hold.set()
        await until(lambda: len(control.bot.done) == 21)
        control.bot.refuse = "this meeting has no chat"
        await caller.say({"command": "sendmsg", "message": "x"}, sound())
        await until(lambda: len(caller.of("error")) == 7)
        refused = {one["in_reply_to"]: one["message"] for one in caller.of("error")[5:]}
        assert refused == {"sendaudio": "This meeting has no chat.", "sendmsg": "This meeting has no chat."}
        assert {one["bot_id"] for one in caller.of("error")} == {"bot-1"}
        assert control.socket.statistics.connections == 1
        assert control.warnings == []


async def test_sound_that_was_taken_and_could_not_be_heard_is_told() -> None:
    """The microphone is tried after the sound was taken; other notices are not the caller's."""
    caller = Caller()
    async with caller.listening() as port, controlled(port) as control:
        control.socket.on_notice("message_not_sent", "bot_message was not sent: the chat is closed")
        control.socket.on_notice("voice_not_heard", "the bot could not speak: the host muted it")
        await until(lambda: caller.of("error"))
    (told,) = caller.of("error")
    assert (told["in_reply_to"], told["message"]) == (
        "sendaudio",
        "The bot could not speak: the host muted it.",
    )


async def test_what_participants_do_is_told() -> None:
    """A message twice: as ``usermsg``, and as an event as webhooks have it."""
    caller = Caller()
    async with caller.listening() as port, controlled(port) as control:
        control.socket.on_participant(ParticipantMoved(action="join", **SOMEBODY))
        control.socket.on_participant(SpeakingMoved(action="start", **SOMEBODY))
        control.socket.on_participant(ChatSaid(message_id="m1", text="Hello", **SOMEBODY))
        await until(lambda: len(caller.heard) == 5)
        (said,) = caller.of("usermsg")
        assert (said["message"], said["sender"]) == ("Hello", {"id": "1", "name": "Ada"})
        told = caller.of("participant_event")
        assert [one["data"]["data"]["action"] for one in told] == ["join", "speech_on", "chat_message"]
        assert control.socket.statistics.messages_sent == 4


async def test_a_caller_that_hangs_up_is_dialled_again_and_gets_what_waited() -> None:
    """Messages that came meanwhile are told; what it asked for before is still done."""
    n_connections = 0

    async def hang_up_once(connection: ServerConnection) -> None:
        nonlocal n_connections
        n_connections += 1
        if n_connections == 1:
            await connection.send(json.dumps({"command": "sendmsg", "message": "before"}))
            await connection.close()

    caller = Caller(hang_up_once)
    async with caller.listening() as port, controlled(port) as control:
        await until(lambda: control.warnings)
        control.socket.on_participant(ParticipantMoved(action="join", **SOMEBODY))
        await until(lambda: caller.of("participant_event"))
    assert [one.get("type") for one in caller.heard] == ["ready", "ready", None]
    assert control.bot.done == [("message", "before")]
    assert control.warnings == ["control_socket_disconnected", "control_socket_connected"]


async def test_a_message_beyond_the_bound_ends_the_connection_alone() -> None:
    """100 MB at once: refused by its length with 1009, never held in memory; the next connection works."""
    n_connections = 0

    async def flood_once(connection: ServerConnection) -> None:
        nonlocal n_connections
        n_connections += 1
        if n_connections == 1:
            await connection.send(b"x" * 100_000_000)
            await connection.wait_closed()

    caller = Caller(flood_once)
    async with caller.listening() as port, controlled(port) as control:
        await until(lambda: n_connections == 2)
        await caller.say({"command": "sendmsg", "message": "still here"})
        await until(lambda: control.bot.done)
    assert caller.close_codes[0] == 1009
    assert control.bot.done == [("message", "still here")]


async def test_a_caller_that_floods_is_held_back_and_everything_is_taken_in_order() -> None:
    """More than 500 commands a second are not read; the event loop is free meanwhile."""
    caller = Caller()
    async with caller.listening() as port, controlled(port) as control:
        await until(lambda: caller.connection)
        begun_s = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            commands = [sound(np.zeros(1 + n % 7, np.int16)) for n in range(600)]
            flooding = tasks.create_task(caller.say(*commands), name="flood")
            await until(lambda: len(control.bot.said) == 600)
            await flooding
        assert time.monotonic() - begun_s > 1.0
        assert control.bot.said == [1 + n % 7 for n in range(600)]


async def test_large_messages_are_taken_in_their_order() -> None:
    """A picture of 5 MB and half a minute of sound, between small ones."""
    caller = Caller()
    picture = bytes(5_000_000)
    async with caller.listening() as port, controlled(port) as control:
        await caller.say(
            sound(np.zeros(10, np.int16)),
            sound(np.zeros(48_000 * 30, np.int16)),
            {"command": "interrupt"},
            {"command": "sendimg", "img": base64.b64encode(picture).decode()},
            sound(np.zeros(20, np.int16)),
        )
        await until(lambda: len(control.bot.done) == 5)
        sounds = [what for what in control.bot.done if what[0] != "picture"]
        assert sounds == [("speak", 10), ("speak", 48_000 * 30), ("stop",), ("speak", 20)]
        assert ("picture", picture, None) in control.bot.done


async def test_a_caller_that_never_reads_is_given_up_and_what_it_misses_is_counted() -> None:
    """What waits is bounded, and nothing blocks who tells."""
    is_over = asyncio.Event()

    async def never_read(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await is_over.wait()
        connection.transport.abort()

    caller = Caller(never_read)
    async with caller.listening() as port, controlled(port, timing=QUICK) as control:
        await until(lambda: caller.connection)
        long = ChatSaid(message_id="m", text="x" * 4000, **SOMEBODY)
        for _ in range(300):
            for _ in range(10):
                control.socket.on_participant(long)
            await asyncio.sleep(0)
        await until(lambda: control.warnings)
        counts = control.socket.statistics
        assert counts.messages_dropped >= 6000 - MOST_TEXTS - counts.messages_sent
        assert control.warnings[0] == "control_socket_disconnected"
        is_over.set()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 403 Forbidden\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
)
async def test_a_caller_that_is_none_is_unreachable_and_tried_again(answer: bytes) -> None:
    """A redirect is not followed; something else, or a connection closed at once, is a warning, once."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server, controlled(server.sockets[0].getsockname()[1], timing=QUICK) as control:
        await until(lambda: control.socket.statistics.failed_attempts >= 2)
    assert control.warnings == ["control_socket_unreachable"]


async def test_a_private_address_is_refused() -> None:
    """Without leave to dial private networks nothing is sent to loopback."""
    caller = Caller()
    async with caller.listening() as port, controlled(port, policy=AddressPolicy()) as control:
        await until(lambda: control.socket.statistics.failed_attempts)
    assert control.warnings == ["control_socket_refused"]
    assert caller.heard == []


async def test_the_end_does_not_wait_for_a_caller_that_is_away() -> None:
    """Nobody listens there."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        endless = DiallingTiming(*[10 * LONGEST_S] * 3)
        async with controlled(reserved.getsockname()[1], timing=endless) as control:
            await until(lambda: control.warnings)


async def test_a_name_that_cannot_be_written_does_not_keep_the_caller_from_its_answers() -> None:
    """Half a surrogate pair, and megabytes of a known name: one short answer each over the same connection."""
    caller = Caller()
    async with caller.listening() as port, controlled(port) as control:
        long_name = "send" + "_" * 300_000 + "audio"
        await caller.say('{"command": "say\\ud83d"}', {"command": long_name}, {"command": "nonsense"})
        await until(lambda: len(caller.of("error")) == 3)
    assert [len(one["in_reply_to"]) for one in caller.of("error")] == [4, 50, 8]
    assert (control.socket.statistics.connections, control.warnings) == (1, [])
