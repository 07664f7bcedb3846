"""The practice meeting over HTTP: the page, its assets, and the socket."""

from __future__ import annotations

import html
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse, HTMLResponse, Response

from roomtone.practice.guest_socket import attend

if TYPE_CHECKING:
    from roomtone.practice.meeting import Meeting

PAGE_FOLDER = Path(__file__).parent / "page"
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}


def practice_app(meeting_name: str, meeting: Meeting) -> FastAPI:
    """The web application of one meeting."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    page = Template((PAGE_FOLDER / "meeting.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(meeting.script.title), variant=html.escape(meeting.script.variant)
    )
    not_found = (PAGE_FOLDER / "not_found.html").read_text(encoding="utf-8")
    assets = {file.name: file for file in PAGE_FOLDER.iterdir() if file.suffix in _MEDIA_TYPES}
    guests_seen = 0

    @app.get("/practice/assets/{name}")
    async def asset(name: str) -> Response:
        file = assets.get(name)
        if file is None:
            return HTMLResponse(not_found, 404, SECURITY_HEADERS)
        return FileResponse(file, headers=SECURITY_HEADERS, media_type=_MEDIA_TYPES[file.suffix])

    @app.get("/practice/{name}")
    async def meeting_page(name: str) -> Response:
        known = name == meeting_name
        return HTMLResponse(page if known else not_found, 200 if known else 404, SECURITY_HEADERS)

    @app.websocket("/practice/{name}/socket")
    async def socket(socket: WebSocket, name: str) -> None:
        nonlocal guests_seen
        if name != meeting_name or meeting.lost or not _same_origin(socket):
            await socket.close(1008)
            return
        guests_seen += 1
        await attend(socket, meeting, f"guest-{guests_seen}")

    @app.get("/{rest:path}")
    async def elsewhere(rest: str) -> Response:  # noqa: ARG001 - every other path
        return HTMLResponse(not_found, 404, SECURITY_HEADERS)

    return app


def _same_origin(socket: WebSocket) -> bool:
    """Whether the page that opened the socket is ours; programs that are no browsers send no origin."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
