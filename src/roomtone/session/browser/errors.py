"""Errors of the browser room.

BrowserError
├── BrowserMissing       no Chromium was found
├── BrowserNotStarted    one was found and did not start
└── PageSilent           a page did not answer within the deadline, or is gone
LinkError
└── BadLinkMessage       a message of a page that is not of the page link's form
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class BrowserError(RoomtoneError):
    """The root of what goes wrong with the browser and its pages; texts hold nothing personal and no link."""


class BrowserMissing(BrowserError):
    """No browser was found."""

    def __init__(self, looked_at: tuple[str, ...]) -> None:
        super().__init__(
            f"no Chromium found (looked at: {', '.join(looked_at)}); install one with "
            "`apt-get install chromium` (Debian) or `playwright install --with-deps chromium`, "
            "or name yours in ROOMTONE_CHROMIUM"
        )


class BrowserNotStarted(BrowserError):
    """The browser was found and did not start."""


class PageSilent(BrowserError):
    """A page did not answer within the deadline, or is gone.

    Attributes:
        waited_s: For how long it then had given no answer; 0: it answered, and not as it should.
    """

    def __init__(self, problem: str, waited_s: float = 0.0) -> None:
        super().__init__(problem)
        self.waited_s = waited_s


class LinkError(RoomtoneError):
    """The root of what goes wrong on the page link."""


class BadLinkMessage(LinkError):
    """A message that is not of the page link's form."""
