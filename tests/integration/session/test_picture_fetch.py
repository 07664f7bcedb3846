"""Pictures are fetched from a real web server, within bounds."""

from __future__ import annotations

import base64
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from roomtone.outbound.policy import AddressPolicy
from roomtone.session.picture_fetch import (
    CAMERA_SIZE,
    LARGEST_PICTURE_BYTES,
    PictureUnusable,
    fetch_picture,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

OPEN = AddressPolicy(allow_private=True)


def _png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(file, "PNG")
    return file.getvalue()


class _Pictures(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """One picture, a way to it, a page, and something large."""
        answers: dict[str, tuple[int, bytes]] = {
            "/picture": (200, _png()),
            "/page": (200, b"<html>no picture</html>"),
            "/moved": (302, b""),
            "/large": (200, b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_PICTURE_BYTES)),
        }
        status, body = answers.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Location", "/picture")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of a web server with pictures."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pictures) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


async def test_a_picture_becomes_what_the_page_takes(server: str) -> None:
    """A data URL of a JPEG as large as the camera."""
    url = await fetch_picture(f"{server}/picture", OPEN)
    kind, _, data = url.partition(",")
    assert kind == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == CAMERA_SIZE


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/page", "it is no PNG"),
        ("/moved", "answered 302"),
        ("/missing", "answered 404"),
        ("/large", "larger than 10 MB"),
    ],
)
async def test_what_is_no_picture_is_refused(server: str, path: str, reason: str) -> None:
    """With the reason, and without the link in it."""
    with pytest.raises(PictureUnusable, match=reason) as refused:
        await fetch_picture(server + path, OPEN)
    assert path not in str(refused.value)


async def test_a_private_address_is_not_asked(server: str) -> None:
    """What the bot may not reach, it does not fetch a picture from."""
    with pytest.raises(PictureUnusable, match="not public"):
        await fetch_picture(f"{server}/picture", AddressPolicy())
    with pytest.raises(PictureUnusable, match="cannot be fetched"):
        await fetch_picture("http://127.0.0.1:9/picture", OPEN)
