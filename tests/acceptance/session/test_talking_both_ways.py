"""A caller talks through the bot over the control socket, in a practice meeting with a real browser."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from tests.acceptance.session.conftest import CLIPS
from tests.acceptance.session.test_speaking import (
    LOUD,
    ear_of,
    listening_meeting,
    loud_since_s,
    until_clip,
    until_heard,
)
from tests.measuring.sound import read_sound
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.acceptance.session.conftest import SessionProcess

pytestmark = pytest.mark.browser


class Caller:
    """The other side of the socket."""

    def __init__(self) -> None:
        self.came: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.close_codes: list[int | None] = []
        self.ready = asyncio.Event()
        self._connection: ServerConnection | None = None

    async def handle(self, connection: ServerConnection) -> None:
        """One connection."""
        assert connection.request is not None
        self.paths.append(connection.request.path)
        self._connection = connection
        try:
            async for message in connection:
                self.came.append(json.loads(message))
                self.ready.set()
        except ConnectionClosed:
            pass
        self.close_codes.append(connection.close_code)

    async def say(self, command: str, **fields: Any) -> float:
        """Send a command; gives when."""
        assert self._connection is not None
        await self._connection.send(json.dumps({"command": command, "bot_id": "bot-1", **fields}))
        return time.monotonic()

    async def until(self, command: str, **fields: Any) -> dict[str, Any]:
        """The first message of that kind with these fields."""
        wanted = {"command": command, **fields}
        async with asyncio.timeout(15):
            while True:
                for one in self.came:
                    if wanted.items() <= one.items():
                        return one
                await asyncio.sleep(0.05)


def picture() -> str:
    """A red PNG in base64."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (220, 20, 20)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def pieces(clip: np.ndarray, rate_hz: int) -> list[dict[str, Any]]:
    """A clip as ``sendaudio`` has it: half a second each, at another rate than the usual one."""
    samples = np.round(clip[:: 48_000 // rate_hz] * 32767).astype("<i2")
    cut = [samples[start : start + rate_hz // 2] for start in range(0, samples.size, rate_hz // 2)]
    return [
        {"audiochunk": base64.b64encode(one.tobytes()).decode(), "sample_rate": rate_hz, "encoding": "pcm16"}
        for one in cut
    ]


async def test_a_caller_writes_shows_speaks_interrupts_and_hears_of_everything(
    start_session: Callable[..., Any],
) -> None:
    """What it sends reaches the meeting, what others do reaches it, and the end is a normal close."""
    clip = read_sound(CLIPS / "austen-0880.flac")
    clip = clip[np.flatnonzero(np.abs(clip) > LOUD)[0] :][: 2 * 48_000]
    ada = {"says": [{"at_s": 0.5, "file": str(CLIPS / "numbers.flac"), "to_s": 2.0}]}
    chat = [{"at_s": 1.0, "from": "Ada", "text": "Hello, bot"}]
    caller = Caller()
    async with (
        serve(caller.handle, "127.0.0.1", 0) as server,
        listening_meeting(ada=ada, chat=chat) as meeting,
    ):
        port = server.sockets[0].getsockname()[1]
        session: SessionProcess = await start_session(
            meeting.url,
            {"bot_name": "Bot", "socket_connection_url": f"ws://127.0.0.1:{port}/talk/{{bot_id}}"},
        )
        await session.until("recording_started")
        async with asyncio.timeout(10):
            await caller.ready.wait()
        assert caller.came[0] == {"type": "ready", "bot_id": "bot-1", "message": "Ready to receive messages"}
        assert caller.paths == ["/talk/bot-1"]
        await caller.say("sendmsg", message="Hello, Ada", msg="Hello, Ada")
        await caller.say("sendimg", img=picture())
        await caller.say("sendimg", img=base64.b64encode(b"no picture").decode())
        refused = await caller.until("error", in_reply_to="sendimg")
        assert refused["message"] == "It is no PNG, JPEG, WebP or GIF picture."
        said = await caller.until("usermsg")
        assert (said["message"], said["sender"]["name"]) == ("Hello, bot", "Ada")
        async with asyncio.timeout(15):
            while not any(guest.camera for guest in meeting.meeting.guests.values()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

        sent_s = time.monotonic()
        for piece in pieces(clip, 16_000):
            await caller.say("sendaudio", **piece)
        ear = ear_of(meeting)
        await until_heard(ear, sent_s)
        await asyncio.sleep(len(clip) / 48_000)
        await until_clip(ear, clip, 0.85)
        again_s = time.monotonic()
        for piece in pieces(np.tile(clip, 4), 16_000):
            await caller.say("sendaudio", **piece)
        await until_heard(ear, again_s)
        stopped_s = await caller.say("interrupt", action="clear_audio_queue")
        await asyncio.sleep(1.5)
        assert loud_since_s(ear, stopped_s) < 1.0
        session.leave()
        counted = (await session.end()).statistics.control_socket
    assert counted is not None
    assert (counted.errors, counted.connections, counted.messages_dropped) == (1, 1, 0)
    written = [one.facts for one in meeting.happenings if one.what == "chat_written"]
    assert {(one["name"], one["text"]) for one in written} == {("Bot", "Hello, Ada"), ("Ada", "Hello, bot")}
    assert len(written) == 2
    told = [
        one["event"].rpartition(".")[2] for one in caller.came if one.get("command") == "participant_event"
    ]
    assert set(told) == {"join", "speech_on", "speech_off", "chat_message"}
    assert told[0] == "join"
    assert len([one for one in caller.came if one.get("command") == "usermsg"]) == 1
    assert caller.close_codes == [1000]
