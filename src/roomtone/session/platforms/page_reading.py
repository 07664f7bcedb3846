"""What a driver does with a page: load it, look at it, press and type, each with a deadline."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from roomtone.session.browser.errors import PageSilent
from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered, cause_of, read_page
from roomtone.session.platforms.errors import MeetingMissing, PageUnreachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from playwright.async_api import Frame, Locator, Page

    from roomtone.session.platforms.screens import Evidence

ACTION_DEADLINE_S = 5.0
"""Longest wait for one click or one text typed."""
COVERED_DEADLINE_S = 1.0
"""Longest wait for a button that may be covered to become pressable."""
KEY_DELAY_MS = 50.0
"""Between two keys; forms have been seen to lose some that came faster."""
LOOK_AGAIN_S = 0.1
"""Between two looks for something that should come soon."""
MOST_FRAMES = 8
"""Frames of one client that are looked at."""
LOAD_DEADLINE_S = 18.0
"""Longest wait for a page to load."""

_MATCH = """([selector, pattern]) => {
  for (const element of document.querySelectorAll(selector)) {
    const found = element.checkVisibility() && new RegExp(pattern, "i").exec(element.innerText);
    if (found) return found.slice(1).find((group) => group !== undefined) ?? "";
  }
  return "";
}"""
_FIND = Path(__file__).with_name("page_looks.js").read_text("utf-8")


async def look(
    page: Page, queries: Sequence[Evidence], frames: Callable[[Frame], bool] | None = None
) -> frozenset[str]:
    """The names of the evidence that the page shows now, in one round trip a frame.

    Args:
        page: The meeting's page.
        queries: What to look for.
        frames: Which frames inside the page belong to the client; None: none.

    Raises:
        PageSilent: If the main frame does not answer in time, is navigating, or is gone. So is a
            page whose client's frame does not.
    """
    wanted = [piece.query for piece in queries]
    present = set(await read_page(page, _FIND, READ_DEADLINE_S, wanted))
    for frame in client_frames(page, frames):
        present |= set(await answered(frame.evaluate(_FIND, wanted), READ_DEADLINE_S))
    return frozenset(present)


async def read_match(
    page: Page, selector: str, pattern: str, frames: Callable[[Frame], bool] | None = None
) -> str:
    """What the first group of an expression fits in the text of a visible element; "": nothing fits.

    Args:
        page: The meeting's page.
        selector: CSS selector of candidates.
        pattern: A JavaScript regular expression, case ignored; of its groups the first that took part counts.
        frames: Which frames inside the page belong to the client; None: none.

    Raises:
        PageSilent: If the page does not answer in time.
    """
    for frame in [page.main_frame, *client_frames(page, frames)]:
        found = await answered(frame.evaluate(_MATCH, [selector, pattern]), READ_DEADLINE_S)
        if found:
            return str(found)
    return ""


def client_frames(page: Page, frames: Callable[[Frame], bool] | None) -> list[Frame]:
    """The frames inside the page for which ``frames`` holds; at most `MOST_FRAMES`."""
    if frames is None:
        return []
    inner = [frame for frame in page.frames if frame is not page.main_frame and not frame.is_detached()]
    return [frame for frame in inner if frames(frame)][:MOST_FRAMES]


async def find(
    page: Page, selector: str, frames: Callable[[Frame], bool] | None = None, *, hidden: bool = False
) -> Locator | None:
    """The first visible element of a selector, in the page or else in the client's frames; None: none.

    Args:
        page: The meeting's page.
        selector: Playwright's or CSS.
        frames: Which frames inside the page belong to the client; None: none.
        hidden: Whether one that cannot be seen will do where none is visible.

    Raises:
        PageSilent: If the page does not answer in time.
    """
    fallback: Locator | None = None
    for frame in [page.main_frame, *client_frames(page, frames)]:
        every = frame.locator(selector)
        visible = every.locator("visible=true")
        if await answered(visible.count(), READ_DEADLINE_S):
            return visible.first
        if hidden and fallback is None and await answered(every.count(), READ_DEADLINE_S):
            fallback = every.first
    return fallback


async def find_soon(
    page: Page,
    selector: str,
    frames: Callable[[Frame], bool] | None = None,
    *,
    within_s: float,
    hidden: bool = False,
) -> Locator | None:
    """As `find`, asked again for some seconds; None: it did not come. Raises ``PageSilent``."""
    ends_s = time.monotonic() + within_s
    while True:
        found = await find(page, selector, frames, hidden=hidden)
        if found is not None or time.monotonic() >= ends_s:
            return found
        await asyncio.sleep(LOOK_AGAIN_S)


async def click(target: Locator, deadline_s: float = ACTION_DEADLINE_S) -> None:
    """Press a button, as a real input event. Raises `PageSilent` when that cannot be done in time."""
    await _acted(target.click(timeout=deadline_s * 1000), deadline_s)


async def press(target: Locator) -> None:
    """Press a button that another element may lie over: as a person would, else by the element's own click.

    Raises `PageSilent` when neither can be done in time.
    """
    # The element itself: what found it may find nothing later, as when a client fades its bar out meanwhile.
    element = await answered(target.element_handle(timeout=ACTION_DEADLINE_S * 1000), ACTION_DEADLINE_S + 1)
    if await answered(element.is_visible(), READ_DEADLINE_S):
        try:
            await _acted(element.click(timeout=COVERED_DEADLINE_S * 1000), COVERED_DEADLINE_S)
        except PageSilent:
            await answered(element.evaluate("(element) => element.click()"), READ_DEADLINE_S)
    else:
        await answered(element.evaluate("(element) => element.click()"), READ_DEADLINE_S)


async def type_text(target: Locator, text: str) -> None:
    """Type a text with real key events in place of what stands in the box, and see that it arrived.

    Forms that keep their own copy of a text do not notice one that is merely set. What the box has no room
    for is left out. Raises `PageSilent` when it cannot be done in time, or the box then holds something
    else.
    """
    deadline_s = 2 * ACTION_DEADLINE_S + len(text) * KEY_DELAY_MS / 1000
    await _acted(_typed(target, text), deadline_s)


async def _typed(target: Locator, text: str) -> None:
    longest = await target.evaluate("(box) => box.maxLength ?? -1", timeout=ACTION_DEADLINE_S * 1000)
    if longest > 0:
        text = text[:longest]
    await target.focus(timeout=ACTION_DEADLINE_S * 1000)
    await target.select_text(timeout=ACTION_DEADLINE_S * 1000)
    await target.press("Delete", timeout=ACTION_DEADLINE_S * 1000)
    await target.press_sequentially(
        text, delay=KEY_DELAY_MS, timeout=ACTION_DEADLINE_S * 1000 + len(text) * KEY_DELAY_MS
    )
    if await target.input_value(timeout=ACTION_DEADLINE_S * 1000) == text:
        return
    # A form that was made anew under the keys has swallowed some.
    await target.fill(text, timeout=ACTION_DEADLINE_S * 1000)
    held = await target.input_value(timeout=ACTION_DEADLINE_S * 1000)
    if held != text:
        raise PageSilent(f"the box holds {len(held)} characters in place of {len(text)}")


async def fill(target: Locator, text: str) -> None:
    """Put a text into a box. Raises `PageSilent` when that cannot be done in time."""
    await _acted(target.fill(text, timeout=ACTION_DEADLINE_S * 1000))


async def _acted(action: Awaitable[None], deadline_s: float = ACTION_DEADLINE_S) -> None:
    # A little later than Playwright's own limit, which says better what was missing.
    await answered(action, deadline_s + 1)


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
