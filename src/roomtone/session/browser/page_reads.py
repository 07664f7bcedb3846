"""Reads of a page, each with a deadline outside the page: one whose main thread is busy answers nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from roomtone.session.browser.errors import PageSilent

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from playwright.async_api import Page

READ_DEADLINE_S = 2.0
SCREENSHOT_DEADLINE_S = 5.0
SNAPSHOT_DEADLINE_S = 5.0
MAX_SNAPSHOT_CHARACTERS = 2_000_000


async def read_page(
    page: Page, expression: str, timeout_s: float = READ_DEADLINE_S, argument: Any = None
) -> Any:
    """The JSON value of a JavaScript expression or function in the page's main frame.

    Args:
        page: The page.
        expression: An expression, or a function that is called with ``argument``; promises are awaited.
        timeout_s: Longest wait.
        argument: A JSON value for the function.

    Raises:
        PageSilent: If the page does not answer in time, throws, is navigating, or is gone.
    """
    return await _within(timeout_s, page.evaluate(expression, argument))


async def screenshot(page: Page, timeout_s: float = SCREENSHOT_DEADLINE_S) -> bytes:
    """A PNG of what the page shows. Raises ``PageSilent``."""
    picture: bytes = await _within(
        timeout_s, page.screenshot(type="png", timeout=timeout_s * 1000, animations="allow", caret="initial")
    )
    return picture


async def dom_snapshot(page: Page, timeout_s: float = SNAPSHOT_DEADLINE_S) -> str:
    """The page's document as HTML, cut at two million characters. Raises ``PageSilent``."""
    html = await read_page(
        page,
        "(most) => document.documentElement.outerHTML.slice(0, most)",
        timeout_s,
        MAX_SNAPSHOT_CHARACTERS,
    )
    return str(html)


async def _within(timeout_s: float, work: Awaitable[Any]) -> Any:
    try:
        async with asyncio.timeout(timeout_s):
            return await work
    except TimeoutError:
        raise PageSilent(f"the page did not answer within {timeout_s:g} s") from None
    except PlaywrightError as error:
        # The first line alone: the rest may hold the page's address.
        line = error.message.splitlines()[0] if error.message else type(error).__name__
        raise PageSilent(line.split(" at http", 1)[0][:200]) from None
