"""The request to join is known while it is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from roomtone.session.platforms.zoom.join_request import JoinRequest, is_join_request

if TYPE_CHECKING:
    from playwright.async_api import Page


@pytest.mark.parametrize(
    ("method", "url", "is_one"),
    [
        ("POST", "https://app.zoom.us/wc/81234567890/join", True),
        ("POST", "https://zoom.us/wc/81234567890/join?x=1", True),
        ("POST", "https://zoom.us/wc/join/81234567890", True),
        ("GET", "https://app.zoom.us/wc/81234567890/join?pwd=x", False),
        ("POST", "https://app.zoom.us/wc/81234567890/log", False),
        ("POST", "https://log.zoom.us/nws/join", False),
    ],
)
def test_a_request_to_join_is_told_by_its_path(method, url, is_one):
    """Loading the page is none, nor is what the client logs."""
    assert is_join_request(method, url) is is_one


class _Request:
    def __init__(self, url: str) -> None:
        self.method = "POST"
        self.url = url


class _Page:
    def __init__(self) -> None:
        self.handlers: dict[str, list[Any]] = {}

    def on(self, event: str, handler) -> None:
        """Take a handler."""
        self.handlers.setdefault(event, []).append(handler)

    def tell(self, event: str, request: _Request) -> None:
        """Something happened to a request."""
        for handler in self.handlers[event]:
            handler(request)


def test_it_is_pending_until_it_is_answered_or_fails():
    """Two may be on their way; a page is watched once, however often it is opened."""
    watch, page = JoinRequest(), _Page()
    for _ in range(2):
        watch.watch(cast("Page", page))
    first, second, other = (_Request(f"https://zoom.us/wc/{name}") for name in ("1/join", "2/join", "1/log"))
    for request in (first, second, other):
        page.tell("request", request)
    assert watch.is_pending
    page.tell("requestfinished", first)
    page.tell("requestfinished", other)
    assert watch.is_pending
    page.tell("requestfailed", second)
    assert not watch.is_pending
