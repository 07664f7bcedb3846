"""A room with nothing but the media of the Zoom stand-in: scripted people, its three sockets, and a page that listens."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import uvicorn
from playwright.async_api import async_playwright
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocketDisconnect
from tests.standins.zoom.media import serve_bridge, serve_media, serve_wmsc

from roomtone.practice.happenings import HappeningLog
from roomtone.practice.loopback import offer_loopback
from roomtone.practice.meeting_clock import MeetingClock
from roomtone.practice.script_parser import parse_script
from roomtone.practice.studio import prepare

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from numpy.typing import NDArray
    from playwright.async_api import Browser, Page
    from starlette.requests import Request
    from starlette.websockets import WebSocket

    from roomtone.practice.members import Scripted

HERE = Path(__file__).parent
REPO = HERE.parents[4]
DEMO = REPO / "src" / "roomtone" / "practice" / "demo"
ASSETS = REPO / "tests" / "standins" / "zoom" / "page"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
WAIT_S = 15.0


def user_id(index: int) -> int:
    """The user id of a person of the script."""
    return 16778240 + 1024 * index


@dataclass
class Words:
    """A variant."""

    audio: str = "webrtc"
    picture: str = "canvas"
    audio_join: str = "auto-audio"


@dataclass
class Client:
    """The one client."""

    id: str = "bot"
    hears: bool = True


@dataclass
class Room:
    """The conference, the client in it, and what both said."""

    scripted: list[Scripted]
    variant: Words
    log: HappeningLog = field(default_factory=lambda: HappeningLog(MeetingClock()))
    client: Client = field(default_factory=Client)
    bridge_messages: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    lost: bool = False

    async def bridge(self, socket: WebSocket) -> None:
        """`/ab/signal`."""
        await socket.accept()
        await serve_bridge(socket, self, self.client)

    async def media(self, socket: WebSocket) -> None:
        """`/wc/media/N`."""
        await socket.accept()
        await serve_media(socket, self, self.client, socket.query_params["type"])

    async def signalling(self, socket: WebSocket) -> None:
        """`/wc/api/N`: nothing but the negotiation of the WMSC engine."""
        await socket.accept()
        inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

        async def send(body: dict[str, Any]) -> None:
            await socket.send_text(json.dumps({"evt": 32769, "seq": 1, "body": body}))

        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(serve_wmsc(inbox, send, self, self.client))
            with contextlib.suppress(WebSocketDisconnect):
                while True:
                    inbox.put_nowait(json.loads(await socket.receive_text())["body"])
            serving.cancel()


def _page(name: str) -> Callable[[Request], Any]:
    async def page(_: Request) -> FileResponse:
        return FileResponse(HERE / name)

    return page


@contextlib.asynccontextmanager
async def room_of(words: Words, participants: list[dict[str, Any]], **fields: Any) -> AsyncIterator[Room]:
    """A room that runs; everybody of second zero is present, the clock waits for `room.log.clock.start`."""
    offer_loopback()
    script = parse_script({"participants": participants, **fields}, DEMO)
    people = await prepare(script)
    room = Room(people, words)
    for person in people:
        person.id = str(user_id(person.index))
        person.present = person.script.joins_s <= 0
    app = Starlette(
        routes=[
            Route("/", _page("room_page.html")),
            Route("/ear.js", _page("ear.js")),
            WebSocketRoute("/ab/signal", room.bridge),
            WebSocketRoute("/wc/media/{number}", room.media),
            WebSocketRoute("/wc/api/{number}", room.signalling),
            Mount("/wc/assets", StaticFiles(directory=ASSETS)),
        ]
    )
    config = uvicorn.Config(
        app, port=0, ws="websockets-sansio", log_config=None, lifespan="off", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        room.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
        try:
            yield room
        finally:
            server.should_exit = True
            await serving


@pytest.fixture
def open_room() -> Callable[..., AbstractAsyncContextManager[Room]]:
    """Make a room from a variant's words and the participants of a script."""

    def make(participants: list[dict[str, Any]], **words: str) -> AbstractAsyncContextManager[Room]:
        return room_of(Words(**words), participants)

    return make


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


class Ear:
    """The page that listens."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda line: self.complaints.append(line.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def open(self, room: Room) -> None:
        """Load the page and make its media known to each other."""
        await self.page.goto(room.url)
        await self.page.wait_for_selector("html[data-ready]", state="attached")
        words = {"audio": room.variant.audio, "picture": room.variant.picture}
        await self.page.evaluate("words => room.open(words)", words)

    async def heard(self, name: str) -> tuple[float, NDArray[np.float32]]:
        """When a recording began (page's milliseconds), and its samples."""
        given = await self.page.evaluate("name => room.heard(name)", name)
        pcm = np.frombuffer(base64.b64decode(given["pcm"]), "<i2")
        return float(given["startMs"]), pcm.astype(np.float32) / np.float32(32768)


@pytest.fixture
async def ear(chromium: Browser) -> Ear:
    """A page that listens, not loaded yet."""
    page = await (await chromium.new_context(viewport={"width": 1300, "height": 800})).new_page()
    page.set_default_timeout(WAIT_S * 1000)
    return Ear(page)
