"""Guests for practice meetings: a program on the socket, and a real Chromium."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest
from playwright.async_api import async_playwright
from websockets.asyncio.client import ClientConnection, connect

from roomtone.practice.script_parser import parse_script

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from playwright.async_api import Browser, Page

    from roomtone.practice.script import Script

DEMO = Path(__file__).parents[3] / "src" / "roomtone" / "practice" / "demo"
CHROMIUM = "/usr/bin/chromium"
WAIT_S = 60.0


def script_of(**fields: Any) -> Script:
    """A script from its fields, as YAML would give them; files are those of the demonstration."""
    return parse_script({"participants": [{"name": "Ada Lovelace", "host": True}], **fields}, DEMO)


class SocketGuest:
    """A guest that is a program: it speaks the socket's protocol and has no media."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    @classmethod
    async def join(cls, url: str, name: str = "Guest") -> Self:
        """Knock at a meeting."""
        guest = cls(await connect(url.replace("http", "ws") + "/socket", max_size=None))
        await guest.say(type="join", name=name)
        return guest

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.connection.send(json.dumps(message))

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; others are passed over."""
        async with asyncio.timeout(WAIT_S):
            while True:
                received = await self.connection.recv()
                if isinstance(received, str) and json.loads(received)["type"] == kind:
                    found: dict[str, Any] = json.loads(received)
                    return found

    async def closed(self) -> int | None:
        """Wait until the server has closed the socket; gives the close code, 1006 when it went without a word."""
        async with asyncio.timeout(WAIT_S):
            await self.connection.wait_closed()
        return self.connection.close_code

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.connection.close()


@pytest.fixture
def script() -> Callable[..., Script]:
    """Make a script from its fields."""
    return script_of


@pytest.fixture
def guest() -> type[SocketGuest]:
    """The class of guests that are programs."""
    return SocketGuest


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium with a made-up microphone and camera."""
    arguments = [
        "--no-sandbox",
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-device-for-media-stream",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


class PageGuest:
    """A guest in a real browser; `complaints` holds what the console and the page had to say."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda line: self.complaints.append(line.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @classmethod
    async def open(cls, browser: Browser, url: str, *, devices: bool = False) -> Self:
        """Load the meeting's page, keeping its connections within reach of `statistics`."""
        permissions = ["microphone", "camera"] if devices else []
        context = await browser.new_context(viewport={"width": 1280, "height": 720}, permissions=permissions)
        page = await context.new_page()
        page.set_default_timeout(WAIT_S * 1000)
        await page.add_init_script(
            "globalThis.connections = [];"
            "globalThis.RTCPeerConnection = class extends RTCPeerConnection {"
            " constructor(...given) { super(...given); connections.push(this); } };"
        )
        guest = cls(page)
        await page.goto(url)
        return guest

    async def join(self, name: str) -> None:
        """Fill in the name and join."""
        await self.page.fill("#name", name)
        await self.page.click("#join")

    async def ended(self, reason: str) -> str:
        """Wait for the end for a reason; gives what the page says."""
        await self.page.wait_for_selector(f"section#ended[data-reason={reason}]:not([hidden])")
        return (await self.page.inner_text("#ended-text")).strip()

    async def statistics(self) -> list[dict[str, Any]]:
        """What `getStats` says of every track that is received."""
        found: list[dict[str, Any]] = await self.page.evaluate(
            "async () => (await Promise.all(connections.map((each) => each.getStats())))"
            ".flatMap((report) => [...report.values()]).filter((entry) => entry.type === 'inbound-rtp')"
        )
        return found


@pytest.fixture
def page_guest() -> type[PageGuest]:
    """The class of guests in a browser."""
    return PageGuest
