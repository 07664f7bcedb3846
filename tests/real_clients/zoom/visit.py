"""One visit: a session of its own, with its own browser, to the client in one state."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import (
    CommandAnswered,
    Ended,
    Order,
    SendImage,
    Speak,
    Start,
    Warned,
    to_line,
)
from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.foreground.session_child import SessionChild
from tests.real_clients.zoom.scene import BOT_NAME
from tests.real_clients.zoom.service import Service, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from pydantic import BaseModel

    from tests.real_clients.zoom.state import State

LONGEST_VISIT_S = 150.0
SPOKEN_S, SPOKEN_HERTZ = 2.5, 440.0
"""What the bot says when it is told to: a tone."""
SHOWN_S = 4.0
"""So long it shows a picture when it is told to."""
PICTURE = "/picture.png"
MORE_FLAGS = "ROOMTONE_CHROMIUM_ARGS"


@dataclass(slots=True)
class Visit:
    """What came of a visit.

    Attributes:
        kinds: The session's events, and the codes of its warnings, in order.
        answers: What the session said to what the bot was told to do: whether it was done, and why not.
        ended: Its last event; None: it said no last word in time.
        seconds: From the browser's first request to the last event.
        log: What the client told the service.
        directory: The session's files.
    """

    directory: Path
    kinds: list[str] = field(default_factory=list)
    answers: list[tuple[bool, str]] = field(default_factory=list)
    ended: Ended | None = None
    seconds: float = 0.0
    log: list[tuple[float, str, Any]] = field(default_factory=list)

    def lines(self, name: str) -> list[dict[str, Any]]:
        """The rows of one of the session's files; none if there is no such file."""
        path = self.directory / name
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def said(self, what: str) -> list[Any]:
        """All that the client told the service under a heading."""
        return [content for _, heading, content in self.log if heading == what]


async def visit(state: State, package: Path, folder: Path) -> Visit:
    """Bring a client to a state and send a bot to it.

    Args:
        state: Which.
        package: The package's ``dist`` folder.
        folder: Gets a folder of the state's name with all that was seen; an older one is replaced.
    """
    directory = folder / state.name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    service = Service(package, state.scene)
    request = request_of(state)
    start = Start(bot_id=state.name, request=request, directory=str(directory), allow_private_networks=True)
    seen = Visit(directory)
    async with serving(service) as flags:
        # Read when the session is started, before anything else can run: visits do not mix.
        os.environ[MORE_FLAGS] = json.dumps(flags)
        begun_s = time.monotonic()
        leaving: asyncio.Task[None] | None = None
        async with _Session(start, directory / "session.log") as child, asyncio.TaskGroup() as tasks:
            try:
                async with asyncio.timeout(LONGEST_VISIT_S):
                    async for event in child.events():
                        _take(event, seen)
                        seen.seconds = time.monotonic() - (service.first_request_s or begun_s)
                        if event.type == "in_meeting" and state.does is not None:  # type: ignore[attr-defined]
                            tasks.create_task(_do(child, state, directory), name="order")
                        if event.type == state.leave_on:  # type: ignore[attr-defined]
                            leaving = tasks.create_task(_leave(child, state.leave_after_s), name="leave")
            except TimeoutError:
                child.kill()
            if leaving is not None:
                leaving.cancel()
    seen.log = service.log
    (directory / "service.jsonl").write_text("".join(json.dumps(row) + "\n" for row in service.log), "utf-8")
    return seen


def request_of(state: State) -> BotRequest:
    """What the bot is asked for in a state."""
    return BotRequest.model_validate(
        {
            "meeting_link": state.link,
            "bot_name": BOT_NAME,
            "video_required": state.video,
            "bot_message": state.writes or None,
            "automatic_leave": {"waiting_room_timeout": 60},
        }
    )


class _Session(SessionChild):
    """A session that can be told to do something in its meeting."""

    def tell(self, order: Order) -> None:
        """Give an order; its answer is among the events."""
        self._send(to_line(order))


def _take(event: BaseModel, seen: Visit) -> None:
    if isinstance(event, CommandAnswered):
        seen.answers.append((event.ok, event.message))
    elif isinstance(event, Warned):
        seen.kinds.append(event.code)
    elif event.type != "progress":  # type: ignore[attr-defined]
        seen.kinds.append(event.type)  # type: ignore[attr-defined]
    if isinstance(event, Ended):
        seen.ended = event


async def _do(child: _Session, state: State, directory: Path) -> None:
    await asyncio.sleep(state.does_after_s)
    if state.does == "speak":
        times_s = np.arange(int(SPOKEN_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
        file = directory / "spoken.pcm"
        file.write_bytes((np.sin(2 * np.pi * SPOKEN_HERTZ * times_s) * 12000).astype("<i2").tobytes())
        child.tell(Speak(command_id="speak", path=str(file)))
        return
    async with _picture_served() as url:
        child.tell(SendImage(command_id="picture", url=url, display_s=SHOWN_S))
        await asyncio.sleep(SHOWN_S)


@contextlib.asynccontextmanager
async def _picture_served() -> AsyncIterator[str]:
    """A picture on the loopback, and its link."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 36), "teal").save(picture, "PNG")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(picture.getvalue())}\r\nConnection: close\r\n\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + picture.getvalue())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{PICTURE}"


async def _leave(child: SessionChild, after_s: float) -> None:
    await asyncio.sleep(after_s)
    child.leave()
