"""Whether the client's request to join is on its way: a form that waits for the answer ignores nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.async_api import Page, Request

_PATH = re.compile(r"/wc/(?:[^/]+/join|join/[^/]+)/?")


class JoinRequest:
    """Watches one page's requests, its frames' too."""

    def __init__(self) -> None:
        self._pending: list[Request] = []
        self._page: Page | None = None

    @property
    def is_pending(self) -> bool:
        """Whether a request to join has been sent and not been answered."""
        return bool(self._pending)

    def watch(self, page: Page) -> None:
        """Take note of this page's requests from now on; a page that is watched already stays so."""
        self._pending.clear()
        if self._page is page:
            return
        self._page = page
        page.on("request", self._began)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def _began(self, request: Request) -> None:
        if is_join_request(request.method, request.url):
            self._pending.append(request)

    def _ended(self, request: Request) -> None:
        if request in self._pending:
            self._pending.remove(request)


def is_join_request(method: str, url: str) -> bool:
    """Whether a request asks Zoom's web server to be let in. Pure."""
    return method == "POST" and _PATH.fullmatch(urlsplit(url).path) is not None
