"""A way to a storage service on which a test can hold deletions up."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ_BYTES = 65536


class BrakedProxy:
    """Passes connections on to a service; what it holds up waits for ``let_go``.

    Args:
        upstream: The service's URL.

    Attributes:
        url: Where to connect instead.
    """

    def __init__(self, upstream: str) -> None:
        address = urlsplit(upstream)
        assert address.hostname is not None
        assert address.port is not None
        self._upstream = address.hostname, address.port
        self._left: threading.Semaphore | None = None
        self._released = threading.Event()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def hold_up(self, after: int) -> None:
        """Let only so many more ``DELETE`` requests go through."""
        self._left = threading.Semaphore(after)

    def let_go(self) -> None:
        """Hold nothing up any more."""
        self._left = None
        self._released.set()

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Serve in threads, until the end."""
        serving = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield
        finally:
            self.let_go()
            self._server.shutdown()
            serving.join()
            self._server.socket.close()

    def _handler(self) -> type[socketserver.BaseRequestHandler]:
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError), socket.create_connection(proxy._upstream) as upstream:
                    back = threading.Thread(target=_pump, args=(upstream, self.request), daemon=True)
                    back.start()
                    while data := self.request.recv(_READ_BYTES):
                        for _ in range(data.count(b"DELETE /")):
                            proxy._wait_for_turn()
                        upstream.sendall(data)
                    upstream.shutdown(socket.SHUT_WR)
                    back.join()

        return Handler

    def _wait_for_turn(self) -> None:
        left = self._left
        if left is not None and not left.acquire(blocking=False):
            self._released.wait()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(_READ_BYTES):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
