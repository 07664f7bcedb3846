"""A webhook receiver on loopback: keeps every delivery with its headers and the time it came."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

MAX_BODY_BYTES = 4_194_304
"""Longest delivery taken; a longer one is answered with 413."""
READ_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook.

    Attributes:
        arrived_s: Unix seconds.
        headers: As they came; names as the sender wrote them.
        body: The JSON, or the text where it is none.
    """

    arrived_s: float
    headers: dict[str, str]
    body: Any

    @property
    def name(self) -> str:
        """The specific name of the event (``bot_event``), else the general one; empty for something else."""
        if not isinstance(self.body, dict):
            return ""
        return str(self.body.get("bot_event") or self.body.get("event") or "")


class WebhookReceiver:
    """Serves in threads of its own, so that no work of ours delays an arrival time. A context manager.

    Args:
        journal: File that gets each delivery as a line ``{arrived_s, headers, body}``.
        clock: Unix seconds.
        on_delivery: Called in a thread of the receiver after the line is written.

    Attributes:
        deliveries: All so far, in order of arrival.
    """

    def __init__(
        self, journal: Path, clock: Callable[[], float], on_delivery: Callable[[Delivery], None]
    ) -> None:
        self.deliveries: list[Delivery] = []
        self._clock = clock
        self._on_delivery = on_delivery
        self._writing = threading.Lock()
        self._journal = journal
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            timeout = READ_TIMEOUT_S
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.handle(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class calls it so
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="webhooks", daemon=True
        )

    @property
    def url(self) -> str:
        """What to give as ``callback_url``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/webhook"

    def __enter__(self) -> Self:
        """Serve; the journal is made anew."""
        self._journal.write_text("")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Take one POST and answer it; runs in a thread of the server."""
        arrived_s = self._clock()
        try:
            length = int(request.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= MAX_BODY_BYTES:
            request.send_error(413 if length > 0 else 400)
            return
        text = request.rfile.read(length).decode(errors="replace")
        try:
            body = json.loads(text)
        except ValueError:
            body = text
        delivery = Delivery(arrived_s, dict(request.headers.items()), body)
        with self._writing:
            self.deliveries.append(delivery)
            with self._journal.open("a", encoding="utf-8") as journal:
                line = {"arrived_s": round(arrived_s, 6), "headers": delivery.headers, "body": body}
                journal.write(json.dumps(line, ensure_ascii=False) + "\n")
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()
        self._on_delivery(delivery)
