"""A client of the stand-in's servers, without a browser."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tests.standins.zoom.events import encoded
from tests.standins.zoom.standin import NUMBER, ZoomStandIn, open_zoom
from websockets.asyncio.client import ClientConnection, connect

from roomtone.practice.script_parser import parse_script

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

PATIENCE_S = 8.0


def trusting() -> ssl.SSLContext:
    """TLS without a look at the certificate: whose it is, is the browser's test."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass
class ZoomClient:
    """What the client's page does, by hand."""

    standin: ZoomStandIn
    socket: ClientConnection
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, evt: int, **body: Any) -> None:
        """Send one event."""
        await self.socket.send(json.dumps({"evt": evt, "seq": 1, "body": body}))

    async def ask(self, name: str = "Roomtone") -> None:
        """Ask to join."""
        await self.send(4301, dn2=encoded(name), mpwd="")

    async def until(self, evt: int) -> dict[str, Any]:
        """The body of the next event of a number; those before it are kept in ``seen``."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = json.loads(await self.socket.recv())
                self.seen.append(message)
                if message["evt"] == evt:
                    return dict(message["body"])


@dataclass
class Zoom:
    """A running stand-in and the clients that visit it."""

    standin: ZoomStandIn
    happened: list[str]
    facts: list[dict[str, Any]]
    sockets: contextlib.AsyncExitStack
    news: asyncio.Event

    async def client(self) -> ZoomClient:
        """A client that has opened its signalling socket, as in the preview."""
        url = f"wss://127.0.0.1:{self.standin.port}/wc/api/{NUMBER}?mid=x"
        socket = await self.sockets.enter_async_context(connect(url, ssl=trusting(), close_timeout=1))
        return ZoomClient(self.standin, socket)

    async def get(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, final path and text of a page, or of the form's POST."""
        return await asyncio.to_thread(self._get, path, form)

    def _get(self, path: str, form: dict[str, str] | None) -> tuple[int, str, str]:
        data = None if form is None else json.dumps(form).encode()
        request = urllib.request.Request(f"https://127.0.0.1:{self.standin.port}{path}", data)
        try:
            with urllib.request.urlopen(request, timeout=5, context=trusting()) as answer:
                return answer.status, answer.url.partition(f":{self.standin.port}")[2], answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, path, refused.read().decode()

    async def until(self, what: str) -> None:
        """Wait until something has happened."""
        async with asyncio.timeout(PATIENCE_S):
            while what not in self.happened:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
def zoom(tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[Zoom]]:
    """Stages a Zoom meeting with Ada as its host and the given fields of a script."""

    @contextlib.asynccontextmanager
    async def stage(**fields: Any) -> AsyncIterator[Zoom]:
        people = [{"name": "Ada Lovelace", "host": True}, {"name": "Grace Hopper"}]
        script = parse_script({"client": "zoom", "participants": people, **fields}, tmp_path)
        happened: list[str] = []
        facts: list[dict[str, Any]] = []
        news = asyncio.Event()

        def listen(happening: Any) -> None:
            happened.append(happening.what)
            facts.append(happening.facts)
            news.set()

        async with open_zoom(script, listener=listen) as standin, contextlib.AsyncExitStack() as sockets:
            yield Zoom(standin, happened, facts, sockets, news)

    return stage
