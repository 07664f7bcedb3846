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

_LONGEST_GOODBYE_S = 1.0


def account_at(address: str, key: str) -> Account:
    """An account with a fake; nothing but loopback may be dialled."""
    return Account(key, address, allowed_networks=("127.0.0.0/8",))


class _QuickServer(WebServer):
    """Ends within milliseconds: uvicorn looks ten times a second whether it is to end, and then waits."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.leave = asyncio.Event()

    async def main_loop(self) -> None:
        """Serve until it is told to leave."""
        await self.leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what is open; what goes on after a second is cancelled."""
        for server in self.servers:
            server.close()
        for one in sockets or ():
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_GOODBYE_S):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110  theirs
                    await asyncio.sleep(0.002)
        for task in list(self.server_state.tasks):
            task.cancel()


@contextlib.asynccontextmanager
async def serve(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application in this event loop; its address, without a slash at the end. Ends with the block."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        server = _QuickServer(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve([listening]), name="fake provider")
            await server.listening.wait()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.leave.set()
