"""Faults that a fake's HTTP API is told to have, in order: one a request."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with a request.

    Attributes:
        status: The answer's status; 0: the connection breaks.
        body: The answer's JSON, or its text.
        headers: More headers, such as ``Retry-After``.
        unread: Answer without reading the request's body.
        after: The connection breaks when the answer was made, and nothing of it is sent.
        wait_s: Answer as usual, so much later.
    """

    status: int = 0
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)
    unread: bool = False
    after: bool = False
    wait_s: float = 0.0


class Faulty:
    """An application in front of another: every request takes the next fault that is meant for it.

    Attributes:
        requests: ``METHOD /path`` of every request, in order.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.requests: list[str] = []
        self._app = app
        self._faults: list[tuple[str, Fault]] = []

    def fail(self, *faults: Fault, on: str = "") -> None:
        """Have the next requests go wrong, one a fault; ``on`` is the beginning of ``METHOD /path``."""
        self._faults += [(on, fault) for fault in faults]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = f"{scope['method']} {scope['path']}"
        self.requests.append(asked)
        fault = self._next(asked)
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.wait_s:
            body = b"".join([piece async for piece in pieces(receive)])
            try:
                # A client that loses patience is not waited for.
                await asyncio.wait_for(receive(), fault.wait_s)
            except TimeoutError:
                await self._app(scope, _again(body, receive), send)
        elif fault.after:
            await self._app(scope, receive, _swallow)
            await _drop(send)
        elif fault.status == 0:
            await _drop(send)
        else:
            if not fault.unread:
                async for _ in pieces(receive):
                    pass
            await _answer(send, fault)

    def _next(self, asked: str) -> Fault | None:
        for place, (on, fault) in enumerate(self._faults):
            if asked.startswith(on):
                del self._faults[place]
                return fault
        return None


async def pieces(receive: Receive) -> AsyncIterator[bytes]:
    """A request's body as it comes."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, to be read by an application."""
    messages: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Any:
        return messages.pop() if messages else await receive()

    return read


async def _swallow(_message: Any) -> None:
    pass


async def _drop(send: Send) -> None:
    """Break the connection in the middle of an answer: uvicorn closes it when nothing follows."""
    head = [(b"content-length", b"100")]
    await send({"type": "http.response.start", "status": 200, "headers": head})


async def _answer(send: Send, fault: Fault) -> None:
    is_text = isinstance(fault.body, str)
    content = fault.body.encode() if is_text else json.dumps(fault.body).encode()
    kind = "text/html" if is_text else "application/json"
    headers: dict[str, str] = {"content-type": kind, "content-length": str(len(content)), **fault.headers}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": encoded})
    await send({"type": "http.response.body", "body": content})
