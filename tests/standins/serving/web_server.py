"""Serving a stand-in's web application over TLS on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from roomtone.practice.web_server import WebServer
from tests.standins.serving.certificate import make_certificate
from tests.standins.serving.hosts import LOOPBACK, chromium_args

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.applications import Starlette

SHUTDOWN_TIMEOUT_S = 2
MAX_SOCKET_MESSAGE_BYTES = 4_000_000


def listen(port: int) -> socket.socket:
    """A socket that listens on loopback; port 0 takes a free one. Raises ``OSError``."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port))
    except OSError:
        listening.close()
        raise
    return listening


@contextlib.asynccontextmanager
async def serve_over_tls(
    app: Starlette, listening: socket.socket, hosts: Sequence[str]
) -> AsyncIterator[list[str]]:
    """Serve an application; the browser flags that lead to it. Ends with the block, the socket closed."""
    certificate = make_certificate(hosts)
    with tempfile.TemporaryDirectory(prefix="standin-") as folder:
        certificate_path, key_path = certificate.write_to(Path(folder))
        server = WebServer(
            uvicorn.Config(
                app,
                ws="websockets-sansio",
                ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
                ssl_certfile=str(certificate_path),
                ssl_keyfile=str(key_path),
            )
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve([listening]), name="stand-in web server")
            await server.listening.wait()
            try:
                yield chromium_args(hosts, listening.getsockname()[1], certificate.key_pin)
            finally:
                server.should_exit = True


def closed_port() -> int:
    """A port of loopback at which, as far as can be known, nothing listens."""
    with listen(0) as unused:
        return int(unused.getsockname()[1])
