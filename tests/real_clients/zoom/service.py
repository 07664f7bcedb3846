"""Every host that the client talks to, on one TLS port of the loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocketDisconnect

from tests.real_clients.zoom import answers
from tests.real_clients.zoom.audio_bridge import AudioBridge
from tests.real_clients.zoom.gateway import Gateway
from tests.real_clients.zoom.messages import MEETING_NUMBER
from tests.standins.serving.web_server import listen, serve_over_tls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send
    from starlette.websockets import WebSocket

    from tests.real_clients.zoom.scene import Scene

_LONG_POLL_S = 20.0
_PAGE = Path(__file__).parent / "page.html"


class Isolation:
    """Headers on every answer: the client runs only on an isolated page and asks across hosts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = dict(scope["headers"])
        headers = [
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-embedder-policy", b"require-corp"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"access-control-allow-origin", asked.get(b"origin", b"*")),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", asked.get(b"access-control-request-headers", b"*")),
        ]
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await self._app(scope, receive, with_headers)


class Service:
    """Plays one scene.

    Args:
        package: The package's ``dist`` folder.
        scene: What is played.

    Attributes:
        first_request_s: When the page was first asked for, on the monotonic clock.
        log: What the client asked and said, ``(seconds, what, content)``, in order.
    """

    def __init__(self, package: Path, scene: Scene) -> None:
        self._package = package
        self._scene = scene
        self._started_s = time.monotonic()
        self._information: dict[str, Any] = {}
        self._joins = 0
        self.first_request_s: float | None = None
        self.log: list[tuple[float, str, Any]] = []
        self.gateway = Gateway(scene, self.note)

    def note(self, what: str, content: Any = None) -> None:
        """Keep something for the log."""
        self.log.append((round(time.monotonic() - self._started_s, 2), what, content))

    def app(self) -> Starlette:
        """The web application."""
        return Starlette(
            routes=[
                Mount("/package", StaticFiles(directory=self._package)),
                Route("/wc/{number:int}/join", self._page, methods=["GET"]),
                Route("/wc/join/{number:int}", self._page, methods=["GET"]),
                Route("/wc/{number:int}/join", self._join, methods=["POST"]),
                Route("/api/v1/wc/info", self._info, methods=["POST"]),
                Route("/wc/ping/{number:int}", self._ping),
                Route("/wc/rs", self._started, methods=["POST"]),
                Route("/wc/refresh_tokens", self._refresh, methods=["POST"]),
                Route("/report/{what}", self._report, methods=["POST"]),
                Route("/postattendee", self._after),
                WebSocketRoute("/wc/api/{number:int}", self._gateway_socket),
                WebSocketRoute("/ab/signal", self._bridge_socket),
                WebSocketRoute("/wc/media/{number:int}", self._media_socket),
                Route("/{rest:path}", self._nothing, methods=["GET", "POST"]),
            ],
            middleware=[Middleware(Isolation)],
        )

    async def _page(self, _request: Request) -> Response:
        self.first_request_s = self.first_request_s or time.monotonic()
        scene = self._scene
        told = {
            "form": scene.form,
            "asks_passcode": scene.asks_passcode,
            "passcode": scene.passcode,
            "prefilled_name": scene.prefilled_name,
            "email": scene.email,
            "meeting": MEETING_NUMBER,
            "init": scene.init,
        }
        return HTMLResponse(_PAGE.read_text("utf-8").replace("SCENE", json.dumps(told)))

    async def _info(self, request: Request) -> Response:
        asked = dict(parse_qsl((await request.body()).decode()))
        self.note("info", asked)
        answer = answers.information(self._scene, asked)
        self._information = answer["result"]
        return JSONResponse(answer)

    async def _ping(self, request: Request) -> Response:
        self.note("ping", str(request.url))
        return JSONResponse(answers.ping())

    async def _join(self, request: Request) -> Response:
        asked = await request.json()
        self.note("join", asked)
        refusal = self._scene.refusal(self._joins)
        self._joins += 1
        if refusal is not None and not refusal.of_meeting:
            return JSONResponse(answers.refused(refusal))
        inner_code = refusal.code if refusal is not None else 0
        return JSONResponse(answers.accepted(self._information, asked, inner_code))

    async def _started(self, _request: Request) -> Response:
        self.note("asks whether started")
        starts_after_s = self._scene.host_starts_after_s
        await asyncio.sleep(_LONG_POLL_S if starts_after_s is None else starts_after_s)
        return JSONResponse(answers.started(starts_after_s is not None))

    async def _refresh(self, _request: Request) -> Response:
        self.note("asks for tokens")
        return JSONResponse(answers.refreshed(self._information))

    async def _report(self, request: Request) -> Response:
        self.note("page:" + request.path_params["what"], (await request.body()).decode(errors="replace"))
        return Response(status_code=204)

    async def _after(self, _request: Request) -> Response:
        self.note("left")
        return HTMLResponse("<!doctype html><title>Zoom</title><p>Thank you for using Zoom")

    async def _nothing(self, request: Request) -> Response:
        self.note("404", f"{request.method} {request.url}"[:300])
        return Response(status_code=404)

    async def _gateway_socket(self, websocket: WebSocket) -> None:
        if self.gateway.is_gone:
            self.note("gateway:refused")
            await websocket.close()
            return
        await websocket.accept()
        self.note("gateway", str(websocket.url))
        await self.gateway.serve(websocket)

    async def _bridge_socket(self, websocket: WebSocket) -> None:
        await websocket.accept()
        self.note("bridge", str(websocket.url))
        if self._scene.audio:
            await AudioBridge(self._scene.audio, self.note).serve(websocket)
            return
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                asked = json.loads(await websocket.receive_text())
                self.note(f"bridge:{asked.get('method')}", asked.get("params"))
                if asked.get("method") == "ping":
                    await websocket.send_text(json.dumps({"id": asked.get("id"), "result": {}}))

    async def _media_socket(self, websocket: WebSocket) -> None:
        await websocket.accept()
        self.note("media", str(websocket.url))
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                received = await websocket.receive()
                if received["type"] == "websocket.disconnect":
                    return
                content = received.get("text") or f"{len(received.get('bytes') or b'')} bytes"
                self.note("media:said", content)


@contextlib.asynccontextmanager
async def serving(service: Service) -> AsyncIterator[list[str]]:
    """Serve until the block ends; the browser flags by which every host of the world is this service."""
    with listen(0) as listening:
        port = listening.getsockname()[1]
        async with serve_over_tls(service.app(), listening, ["zoom.us", "*.zoom.us"]) as flags:
            kept = [flag for flag in flags if not flag.startswith("--host-resolver-rules")]
            # Not the client's hosts alone: nothing that the package might ask for leaves this machine.
            yield [f"--host-resolver-rules=MAP * 127.0.0.1:{port},EXCLUDE 127.0.0.1", *kept]
