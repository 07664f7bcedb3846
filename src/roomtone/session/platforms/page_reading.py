"""What a driver does with a page: load it, look at it, press and type, each with a deadline."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered, cause_of, read_page
from roomtone.session.platforms.errors import MeetingMissing, PageUnreachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from playwright.async_api import Locator, Page

    from roomtone.session.platforms.screens import Evidence

ACTION_DEADLINE_S = 5.0
"""Longest wait for one click or one text typed."""
LOAD_DEADLINE_S = 20.0
"""Longest wait for a page to load."""

# Rendered is asked, not visible: web clients fade their controls out after seconds without a mouse.
_FIND = """(queries) => {
  const plain = (text) => text.replace(/\\s+/g, " ").trim().toLowerCase();
  const found = (selector, text) => {
    for (const element of document.querySelectorAll(selector)) {
      if (!element.checkVisibility()) continue;
      if (!text || plain(element.innerText).includes(plain(text))) return true;
    }
    return false;
  };
  return queries.filter(([, selector, text]) => found(selector, text)).map(([name]) => name);
}"""


async def look(page: Page, queries: Sequence[Evidence]) -> frozenset[str]:
    """The names of the evidence that the page shows now, in one round trip.

    Raises:
        PageSilent: If it does not answer in time, is navigating, or is gone.
    """
    wanted = [[piece.name, piece.selector, piece.text] for piece in queries]
    return frozenset(await read_page(page, _FIND, READ_DEADLINE_S, wanted))


async def click(target: Locator) -> None:
    """Press a button, as a real input event. Raises `PageSilent` when that cannot be done in time."""
    await _acted(target.click(timeout=ACTION_DEADLINE_S * 1000))


async def fill(target: Locator, text: str) -> None:
    """Put a text into a box. Raises `PageSilent` when that cannot be done in time."""
    await _acted(target.fill(text, timeout=ACTION_DEADLINE_S * 1000))


async def _acted(action: Awaitable[None]) -> None:
    # A little later than Playwright's own limit, which says better what was missing.
    await answered(action, ACTION_DEADLINE_S + 1)


async def load(page: Page, url: str, deadline_s: float = LOAD_DEADLINE_S) -> None:
    """Navigate to a meeting's page and wait until its document is parsed.

    Raises:
        MeetingMissing: If the site answers 404 or 410.
        PageUnreachable: If there is no answer in time, none at all, or a server's error.
    """
    try:
        async with asyncio.timeout(deadline_s):
            response = await page.goto(url, wait_until="domcontentloaded", timeout=deadline_s * 1000)
    except TimeoutError:
        raise PageUnreachable(f"the meeting's page did not load within {deadline_s:g} s") from None
    except PlaywrightError as error:
        raise PageUnreachable(f"the meeting's page did not load: {cause_of(error)}") from None
    status = response.status if response is not None else 200
    if status in {404, 410}:
        raise MeetingMissing(f"the site answered {status} to the meeting's link")
    if status >= 400:
        raise PageUnreachable(f"the site answered {status} to the meeting's link")
