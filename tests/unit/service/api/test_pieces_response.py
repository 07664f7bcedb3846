"""An answer in pieces closes its source, however it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import ClientDisconnect

from roomtone.service.api.pieces_response import PiecesResponse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

SCOPES: list[dict[str, Any]] = [
    {"type": "http", "asgi": {"spec_version": version}} for version in ("2.3", "2.4")
]


class Source:
    """Pieces, and whether they were closed."""

    def __init__(self) -> None:
        self.is_closed = False

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Without an end."""
        try:
            while True:
                yield b"piece"
                await asyncio.sleep(0)
        finally:
            self.is_closed = True


def answer(source: Source) -> PiecesResponse:
    """An answer with these pieces."""
    return PiecesResponse(source.pieces(), 200, {}, "text/plain")


async def silence() -> Any:
    """A client that says nothing."""
    await asyncio.Event().wait()


async def test_a_client_that_is_gone():
    """What cannot be sent ends the answer."""
    source, sent = Source(), list[Any]()

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) > 3:
            raise OSError("gone")

    with pytest.raises(ClientDisconnect):
        await answer(source)(SCOPES[1], silence, send)
    assert source.is_closed


async def test_a_client_that_hangs_up():
    """Where that is told as a message, too."""
    source, sent = Source(), asyncio.Event()

    async def hang_up() -> Any:
        await sent.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        sent.set()

    await answer(source)(SCOPES[0], hang_up, send)
    assert source.is_closed


@pytest.mark.parametrize("scope", SCOPES, ids=["2.3", "2.4"])
async def test_a_server_that_stops(scope: dict[str, Any]):
    """A task that is cancelled while it sends leaves nothing open."""
    source, is_sending = Source(), asyncio.Event()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            is_sending.set()
            await asyncio.Event().wait()

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(answer(source)(scope, silence, send), name="answer")
        await is_sending.wait()
        answering.cancel()
        await asyncio.wait({answering})
        assert source.is_closed
