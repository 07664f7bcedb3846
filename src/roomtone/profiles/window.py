"""The window in which a person signs in, once."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import structlog
from playwright.async_api import Error as PlaywrightError

from roomtone.profiles.errors import NoDisplay, NotSignedIn
from roomtone.profiles.signed_in import missing_of, require_sign_in
from roomtone.profiles.storage_state import StorageState
from roomtone.session.browser.chromium import BrowserOptions, open_browser

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from playwright.async_api import BrowserContext

    from roomtone.bot.sign_ins import SignIn
    from roomtone.session.browser.chromium import Browser

LOOK_EVERY_S = 0.5
SETTLE_S = 2.0
"""A platform goes on setting cookies for a moment after the first."""
READ_DEADLINE_S = 10.0

_CLOSED = "the window was closed before anybody signed in; nothing was kept"

log = structlog.get_logger(__name__)


def display_of(environment: Mapping[str, str]) -> str | None:
    """The X display to show a window on; None under Wayland alone, where the browser finds it by itself.

    Raises:
        NoDisplay: If there is neither.
    """
    display = environment.get("DISPLAY")
    if not display and not environment.get("WAYLAND_DISPLAY"):
        raise NoDisplay
    return display or None


async def sign_in(
    place: SignIn,
    *,
    executable: Path | None = None,
    more_flags: tuple[str, ...] = (),
    settle_s: float = SETTLE_S,
) -> StorageState:
    """Show the sign-in page until the person is signed in, or closes the window; what is kept then.

    The browser is an ordinary window with nothing in it but what the person does; its profile folder is
    deleted when it closes.

    Args:
        place: Where to sign in, and how to know that somebody has.
        executable: The browser; None: the first one found.
        more_flags: The operator's flags.
        settle_s: How long to wait after the sign-in for the rest of the cookies.

    Returns:
        The platform's cookies and storage. Some of the cookies that mean signed in may be missing when the
        person closed the window.

    Raises:
        NoDisplay: If there is nowhere to show it.
        NotSignedIn: If the window was closed and nobody had signed in.
        BrowserError: If the browser does not start.
    """
    options = BrowserOptions(
        executable=executable, more_flags=more_flags, display=display_of(os.environ), for_person=True
    )
    async with open_browser(options) as browser:
        try:
            await browser.page.goto(place.url, wait_until="commit")
        except PlaywrightError as problem:
            if not browser.is_alive:
                raise NotSignedIn(_CLOSED) from None
            # The person sees the browser's own page about it, and can try again there.
            log.info("profile.page_unreachable", problem=problem.message.splitlines()[0])
        return await _watch(browser, place, settle_s)


async def _watch(browser: Browser, place: SignIn, settle_s: float) -> StorageState:
    latest = StorageState(cookies=())
    while browser.is_alive:
        try:
            latest = StorageState.model_validate({"cookies": await _cookies(browser.context)})
            if not missing_of(latest, place):
                await asyncio.sleep(settle_s)
                latest = await _everything(browser.context)
                break
        except (PlaywrightError, TimeoutError) as problem:
            log.info("profile.look_failed", problem=type(problem).__name__)
        await asyncio.sleep(LOOK_EVERY_S)
    kept = latest.only_of(place.domains)
    require_sign_in(kept, place, _CLOSED)
    return kept


async def _cookies(context: BrowserContext) -> list[Any]:
    async with asyncio.timeout(READ_DEADLINE_S):
        return list(await context.cookies())


async def _everything(context: BrowserContext) -> StorageState:
    async with asyncio.timeout(READ_DEADLINE_S):
        return StorageState.model_validate(await context.storage_state())
