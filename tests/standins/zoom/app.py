"""Zoom's web servers: pages, the join form's POST, and the sockets."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.websockets import WebSocketDisconnect

from roomtone.practice.socket_jobs import first_of
from tests.standins.zoom.join_form import PASSCODE_HASH, judge
from tests.standins.zoom.media import serve_bridge, serve_media
from tests.standins.zoom.signalling import serve_signalling
from tests.standins.zoom.variants import REDIRECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.standins.zoom.attendee import Attendee
    from tests.standins.zoom.conference import Conference

PAGE_FOLDER = Path(__file__).parent / "page"
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
FIXED_NAME = "Robin Example"
"""Stands in the form already, where the variant says so."""
MAX_BODY_BYTES = 100_000
_MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".json": "application/json",
    ".wasm": "application/wasm",
}


class Web:
    """The handlers of one conference's web application."""

    def __init__(self, conference: Conference) -> None:
        self._conference = conference
        self._variant = conference.variant
        self._served: set[str] = set()

    async def client_page(self, request: Request) -> Response:
        """The web client itself."""
        outcome = self._variant.outcome
        self._note_once("client_page_served", outcome)
        if self._conference.lost:
            return self._gone()
        if outcome in REDIRECTS:
            return RedirectResponse(REDIRECTS[outcome], 302, HEADERS)
        if outcome == "page-error":
            return HTMLResponse("<h1>500 Internal Server Error</h1>", 500, HEADERS)
        if outcome == "invalid":
            more = {"errorMessage": "This meeting link is invalid", "errorCode": "3,001"}
            return self._page("error.html", request, **more)
        number = self._conference.number
        if self._variant.way == "launch-page" and not self._comes_from_launch_page(request):
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/j/{number}{query}", 302, HEADERS)
        framed = self._variant.frame == "pwa-iframe" and "inframe" not in request.query_params
        return self._page("frame.html" if framed else "client.html", request)

    async def launch_page(self, request: Request) -> Response:
        """The page of a ``/j/`` link."""
        return self._page("launch.html", request)

    async def personal_link(self, request: Request) -> Response:
        """A ``/my/`` link leads to the number."""
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/j/{self._conference.number}{query}", 302, HEADERS)

    async def other_page(self, request: Request) -> Response:
        """Signing in, registering, and the page after the meeting."""
        first, _, rest = request.url.path.lstrip("/").partition("/")
        names = {"signin": "signin.html", "switch_account": "signin.html", "postattendee": "left.html"}
        register = first in {"webinar", "meeting"} and rest.startswith("register/")
        self._note_once("other_page_served", first)
        return self._page("register.html" if register else names[first], request)

    async def join(self, request: Request) -> Response:
        """The form's POST."""
        conference = self._conference
        if conference.lost:
            return self._gone()
        if self._variant.outcome == "server-error":
            conference.log.note("join_refused", by="http", code=500)
            return HTMLResponse("Internal Server Error", 500, HEADERS)
        form = await _json_of(request)
        answer = judge(form, self._variant)
        if answer.code:
            conference.log.note("join_refused", by="form", code=answer.code, name=form.get("name"))
        else:
            conference.log.note("form_accepted", name=form.get("name"))
        return JSONResponse(answer.as_json(self._meeting_config(request)), headers=HEADERS)

    async def ping(self) -> Response:
        """Where the gateway is."""
        if self._unreachable:
            return self._gone()
        return JSONResponse({"rwg": "us05web.zoom.us", "rwcAuth": "x"}, headers=HEADERS)

    async def happening(self, request: Request) -> Response:
        """What the page says a person sees."""
        told = await _json_of(request)
        what = "".join(c for c in str(told.get("what")) if c.isalpha() or c == "_")[:40]
        self._conference.log.note(f"page_{what}", text=str(told.get("text") or "")[:300])
        return Response(status_code=204, headers=HEADERS)

    async def asset(self, path: str) -> Response:
        """A file of the page's folder."""
        file = (PAGE_FOLDER / path).resolve()
        if not file.is_relative_to(PAGE_FOLDER) or file.suffix not in _MEDIA_TYPES or not file.is_file():
            return Response(status_code=404, headers=HEADERS)
        return FileResponse(file, headers=HEADERS, media_type=_MEDIA_TYPES[file.suffix])

    async def signalling(self, socket: WebSocket) -> None:
        """A client's signalling socket."""
        if self._unreachable:
            await socket.close(1011)
            return
        await serve_signalling(socket, self._conference)

    async def bridge(self, socket: WebSocket) -> None:
        """A client's socket to the audio bridge."""
        client = await self._accept(socket)
        if client is not None:
            await self._serve_media(client, serve_bridge(socket, self._conference, client))

    async def packets(self, socket: WebSocket) -> None:
        """A client's socket for packets of one kind."""
        client = await self._accept(socket)
        if client is not None:
            kind = "v" if socket.query_params.get("type") == "v" else "a"
            await self._serve_media(client, serve_media(socket, self._conference, client, kind))

    @property
    def _unreachable(self) -> bool:
        return self._conference.lost or self._variant.outcome == "unreachable"

    async def _accept(self, socket: WebSocket) -> Attendee | None:
        client = self._conference.clients.get(socket.query_params.get("cid", ""))
        if client is None or client.finished.is_set() or self._unreachable:
            await socket.close(1008)
            return None
        await socket.accept()
        return client

    @staticmethod
    async def _serve_media(client: Attendee, serving: Coroutine[Any, Any, None]) -> None:
        async def served() -> bool:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await serving
            return True

        await first_of(media=served(), client=client.finished.wait())

    def _comes_from_launch_page(self, request: Request) -> bool:
        path = urlsplit(request.headers.get("referer", "")).path
        return path.startswith(("/j/", "/w/", "/s/", "/wc/"))

    def _note_once(self, what: str, detail: str) -> None:
        if what not in self._served:
            self._served.add(what)
            self._conference.log.note(what, detail=detail)

    def _meeting_config(self, request: Request) -> dict[str, Any]:
        variant = self._variant
        return {
            "meetingNumber": self._conference.number,
            "topic": self._conference.script.title,
            "passcodeInLink": bool(request.query_params.get("pwd")),
            "passcodeNeeded": True,
            "isWebinar": variant.form == "webinar",
            "userName": FIXED_NAME if variant.form in {"name-fixed", "name-prefilled"} else "",
            "leaveUrl": f"/postattendee?mn={self._conference.number}",
            "mid": "bWlkLW9mLXN0YW5kLWlu",
            "tid": "v=2.0;clid=aw1;rid=WEB_stand-in",
            "variant": variant.as_json(),
        }

    def _page(self, name: str, request: Request, **more: str) -> Response:
        config = {**self._meeting_config(request), **more}
        text = (PAGE_FOLDER / name).read_text(encoding="utf-8")
        shown = text.replace("__MEETING_CONFIG__", json.dumps(config).replace("<", "\\u003c"))
        return HTMLResponse(shown, headers=HEADERS)

    @staticmethod
    def _gone() -> Response:
        return Response(status_code=503, headers=HEADERS)


def link_path(number: str, *, with_passcode: bool) -> str:
    """The meeting's link, without its host."""
    return f"/j/{number}?pwd={PASSCODE_HASH}" if with_passcode else f"/j/{number}"


def zoom_app(conference: Conference) -> FastAPI:
    """The web application of one conference, the same on every host."""
    web = Web(conference)
    number = conference.number
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    gets: dict[str, Callable[..., Any]] = {
        f"/wc/{number}/join": web.client_page,
        f"/wc/join/{number}": web.client_page,
        **{f"/{kind}/{number}": web.launch_page for kind in "jws"},
        "/my/{name}": web.personal_link,
        "/signin": web.other_page,
        "/switch_account": web.other_page,
        "/webinar/register/{name}": web.other_page,
        "/meeting/register/{name}": web.other_page,
        "/postattendee": web.other_page,
        f"/wc/ping/{number}": web.ping,
        "/wc/assets/{path:path}": web.asset,
    }
    for path, handler in gets.items():
        app.add_api_route(path, handler, methods=["GET"])
    app.add_api_route(f"/wc/{number}/join", web.join, methods=["POST"])
    app.add_api_route("/standin/happening", web.happening, methods=["POST"])
    app.add_api_websocket_route(f"/wc/api/{number}", web.signalling)
    app.add_api_websocket_route("/ab/signal", web.bridge)
    app.add_api_websocket_route(f"/wc/media/{number}", web.packets)
    return app


async def _json_of(request: Request) -> dict[str, Any]:
    """The JSON object in a request's body; anything else gives an empty one."""
    raw = await request.body()
    try:
        told = json.loads(raw) if len(raw) <= MAX_BODY_BYTES else None
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
