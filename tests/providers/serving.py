"""Serving a fake over plain HTTP on a free port of loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import uvicorn

from roomtone.practice.web_server import WebServer
from roomtone.speech.accounts import Account

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp


def account_at(address: str, key: str) -> Account:
    """An account with a fake; nothing but loopback may be dialled."""
    return Account(key, address, allowed_networks=("127.0.0.0/8",))


@contextlib.asynccontextmanager
async def serve(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application in this event loop; its address, without a slash at the end. Ends with the block."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        server = WebServer(config)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve([listening]), name="fake provider")
            await server.listening.wait()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
