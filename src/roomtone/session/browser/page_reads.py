"""Reads of a page, each with a deadline outside the page.

A page whose main thread is busy answers nothing at all, not even Playwright's own time limits for
evaluation; only a deadline on this side helps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from roomtone.session.browser.errors import PageSilent
from roomtone.session.browser.patience import patience

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from playwright.async_api import Page

READ_DEADLINE_S = 2.0
"""Longest wait for one read; a healthy page answers in milliseconds."""
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
    return await answered(page.evaluate(expression, argument), timeout_s)


async def screenshot(page: Page, timeout_s: float = SCREENSHOT_DEADLINE_S) -> bytes:
    """A PNG of what the page shows. Raises ``PageSilent``."""
    picture: bytes = await answered(
        page.screenshot(type="png", timeout=timeout_s * 1000, animations="allow", caret="initial"), timeout_s
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


async def answered(work: Awaitable[Any], timeout_s: float) -> Any:
    """What the page answers. Raises ``PageSilent`` when it does not in time (see ``patience``), or fails."""
    try:
        async with patience(timeout_s):
            return await work
    except TimeoutError:
        raise PageSilent(f"the page did not answer within {timeout_s:g} s", timeout_s) from None
    except PlaywrightError as error:
        raise PageSilent(cause_of(error)) from None


def cause_of(error: PlaywrightError) -> str:
    """The error's first line without the link in it, or its network word, as ``net::ERR_TIMED_OUT``."""
    line = error.message.splitlines()[0] if error.message else type(error).__name__
    for word in line.split():
        if word.startswith("net::"):
            return word
    return line.split(" at http", 1)[0][:200]
