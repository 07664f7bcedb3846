"""What a page looked like when a stay went wrong, and at its end: pictures and the document, as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from roomtone.session.browser.errors import PageSilent
from roomtone.session.browser.page_reads import dom_snapshot, screenshot

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

SCREENSHOTS = "screenshots"
"""Folder in the session's directory."""
DEADLINE_S = 3.0
"""Longest wait for a picture, and for the document."""
INERT = (
    '<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "img-src data:; style-src 'unsafe-inline'\">\n"
)
"""Stands before a document: whoever opens the file sees the page, and nothing of it runs or calls home."""

log = structlog.get_logger(__name__)


class EvidenceFiles:
    """Takes pictures of the page into ``screenshots/``; a page that gives none costs a few seconds, no more.

    Args:
        directory: The session's directory.

    Attributes:
        names: Names of the pictures taken, relative to the session's directory.
    """

    def __init__(self, directory: Path) -> None:
        self.names: list[str] = []
        self._directory = directory

    async def picture(self, page: Page, name: str) -> None:
        """Save ``screenshots/NAME.png``, what the viewport shows."""
        try:
            self._save(f"{name}.png", await screenshot(page, DEADLINE_S))
        except (PageSilent, OSError):
            log.info("evidence.no_picture", name=name)
            return
        self.names.append(f"{SCREENSHOTS}/{name}.png")

    async def document(self, page: Page, name: str) -> None:
        """Save ``screenshots/NAME.html``, the document as it is now."""
        try:
            text = await dom_snapshot(page, DEADLINE_S)
            self._save(f"{name}.html", (INERT + text).encode(errors="replace"))
        except (PageSilent, OSError):
            log.info("evidence.no_document", name=name)

    def _save(self, name: str, content: bytes) -> None:
        folder = self._directory / SCREENSHOTS
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
