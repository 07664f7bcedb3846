"""A real Chromium on local pages, heard through the page link."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from roomtone.session.browser.chromium import Browser, BrowserOptions, open_browser
from roomtone.session.browser.link import PageLink
from roomtone.session.browser.link_reader import PageMessage
from roomtone.session.browser.page_scripts import tap_script
from roomtone.session.capture.model import AudioChunk, TrackClosed, TrackOpened, TrackSource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from playwright.async_api import Page

BLOCK_PAGE = """() => { setTimeout(() => {
  const request = new XMLHttpRequest();
  request.open("GET", "/held", false);
  request.send();
}, 0); }"""
"""Keeps the page's main thread until the server, which holds ``/held``, answers."""
MEETING_JS = Path(__file__).with_name("meeting.js")
STRICT = {
    "Content-Security-Policy": "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
}


@dataclass
class Held:
    """A path that is answered when the test says so.

    Attributes:
        asked: Set once somebody has asked for it.
        released: To be set by the test.
    """

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class PageServer:
    """Serves pages of a test on 127.0.0.1 (and as ``localhost``, which is another origin)."""

    port: int = 0
    held: dict[str, Held] = field(default_factory=dict)
    routes: dict[str, tuple[str, bytes, dict[str, str]]] = field(default_factory=dict)

    def put(
        self, path: str, body: str | bytes, kind: str = "text/html", headers: dict[str, str] | None = None
    ) -> str:
        """Serve ``body`` under ``path`` and give its address."""
        data = body.encode() if isinstance(body, str) else body
        self.routes[path] = (kind, data, headers or {})
        return f"http://127.0.0.1:{self.port}{path}"

    def page(self, path: str, body: str = "", headers: dict[str, str] | None = None) -> str:
        """Serve an HTML page that has the meeting's functions."""
        html = (
            f'<!doctype html><html><head><script src="/meeting.js"></script></head><body>{body}</body></html>'
        )
        return self.put(path, html, headers=headers)

    def hold(self, path: str) -> Held:
        """Answer whoever asks for ``path`` only when it is released."""
        self.put(path, "", kind="text/plain")
        self.held[path] = Held()
        return self.held[path]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ", 2)[1].decode()
            if path in self.held:
                self.held[path].asked.set()
                await self.held[path].released.wait()
            kind, body, headers = self.routes.get(path, ("text/plain", b"", {}))
            lines = [
                "HTTP/1.1 200 OK" if path in self.routes else "HTTP/1.1 404 Not Found",
                f"Content-Type: {kind}; charset=utf-8",
                f"Content-Length: {len(body)}",
                "Connection: close",
                *(f"{name}: {value}" for name, value in headers.items()),
            ]
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def pages() -> AsyncIterator[PageServer]:
    """A web server for the test's pages."""
    served = PageServer()
    server = await asyncio.start_server(served.answer, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    served.put("/meeting.js", MEETING_JS.read_text(), kind="text/javascript")
    async with server:
        yield served


@dataclass
class Heard:
    """What came over the link so far."""

    opened: list[TrackOpened] = field(default_factory=list)
    closed: list[TrackClosed] = field(default_factory=list)
    words: list[PageMessage] = field(default_factory=list)
    chunks: dict[int, list[AudioChunk]] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, link: PageLink) -> None:
        """Take what the link gives until cancelled."""
        async for message in link:
            if isinstance(message, TrackOpened):
                self.opened.append(message)
            elif isinstance(message, TrackClosed):
                self.closed.append(message)
            elif isinstance(message, AudioChunk):
                self.chunks.setdefault(message.track, []).append(message)
            elif isinstance(message, PageMessage):
                self.words.append(message)
            self.changed.set()

    async def until(self, holds: Callable[[], Any], within_s: float = 10.0) -> None:
        """Wait until something holds; the test fails when it does not in time."""
        async with asyncio.timeout(within_s):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    def of(self, source: TrackSource, kind: str = "audio") -> list[int]:
        """Numbers of the tracks opened so far, of one source and kind."""
        return [one.track for one in self.opened if one.source is source and one.kind == kind]

    async def seconds_of(self, track: int, seconds: float) -> np.ndarray:
        """The next seconds of a track, as floats from -1 to 1."""
        n_chunks = round(seconds * 50)
        start = len(self.chunks.get(track, []))
        await self.until(lambda: len(self.chunks.get(track, [])) >= start + n_chunks, seconds + 10)
        taken = self.chunks[track][start : start + n_chunks]
        return np.concatenate([one.samples for one in taken]) / 32768

    async def soon(
        self, tracks: list[int], seconds: float, check: Callable[[list[np.ndarray]], None]
    ) -> None:
        """Have the next stretch of some tracks checked, and following ones until one passes and is without a pause.

        A machine that stands still makes the browser pause, and stretch and squeeze what it has; so a stretch that
        does not pass is followed by another, eight in all. What we do wrong ourselves is in every one of them.
        """
        for tries_left in reversed(range(8)):
            starts = {track: len(self.chunks.get(track, [])) for track in tracks}
            sounds = await asyncio.gather(*(self.seconds_of(track, seconds) for track in tracks))
            try:
                check(list(sounds))
                for track, start in starts.items():
                    stamps_s = [one.at_s for one in self.chunks[track][start:]]
                    assert np.abs(np.diff(stamps_s) - 0.02).max() < 0.005, "without a pause"
            except AssertionError:
                if not tries_left:
                    raise
            else:
                return

    def said(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of all messages of one type."""
        return [one.body for one in self.words if one.type == kind]


@dataclass
class Room:
    """A browser with the tap installed, its link, and what was heard."""

    browser: Browser
    link: PageLink
    heard: Heard

    @property
    def page(self) -> Page:
        """The browser's page."""
        return self.browser.page


@contextlib.asynccontextmanager
async def open_room(
    *,
    video: bool = True,
    flags: tuple[str, ...] = (),
    before: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
) -> AsyncIterator[Room]:
    """A room; ``before`` and ``after`` are scripts that run ahead of the tap, and behind it."""
    async with PageLink() as link:
        scripts = (*before, tap_script(link.url, video=video), *after)
        options = BrowserOptions(more_flags=flags, init_scripts=scripts)
        async with open_browser(options) as browser, asyncio.TaskGroup() as tasks:
            heard = Heard()
            reading = tasks.create_task(heard.read(link), name="heard")
            try:
                yield Room(browser, link, heard)
            finally:
                reading.cancel()


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """A room with video."""
    async with open_room() as opened:
        yield opened


def frequency_of(samples: np.ndarray) -> float:
    """The strongest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * 48000 / len(samples))


def level_of(samples: np.ndarray, frequency_hz: float) -> float:
    """The amplitude at one frequency, 1.0 being full scale."""
    wave = np.exp(-2j * np.pi * frequency_hz * np.arange(len(samples)) / 48000)
    return float(2 * np.abs(np.mean(samples * wave)))


def largest_phase_step(samples: np.ndarray, frequency_hz: float) -> float:
    """The largest jump of a tone's phase between neighbouring 20 ms, radians; 0 for an unbroken tone."""
    wave = np.exp(-2j * np.pi * frequency_hz * np.arange(len(samples)) / 48000)
    phases = np.angle((samples * wave)[: len(samples) // 960 * 960].reshape(-1, 960).mean(axis=1))
    steps = np.diff(np.unwrap(phases))
    return float(np.max(np.abs(steps - np.median(steps))))
