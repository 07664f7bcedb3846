"""Hands on the meeting's page for whoever wants something done there: one at a time, between two looks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from roomtone.session.browser.errors import PageSilent
from roomtone.session.browser.page_reads import answered
from roomtone.session.platforms.errors import NotPossible

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from roomtone.session.platforms.base import PlatformDriver

LONGEST_DEED_S = 15.0
"""Longest time for one thing done; the page is not looked at meanwhile."""
PICTURE_DEADLINE_S = 5.0
"""Longest wait for the page to take a picture."""

_Done = TypeVar("_Done")

_SHOW = """(picture) => globalThis.__roomtoneCamera?.show(picture) ?? false"""


class PageHands:
    """Does things on the page while the bot is in the meeting; its coroutines may be called concurrently.

    Args:
        driver: The platform's.

    Attributes:
        turn: Held by whoever has the page now; a driver's coroutines never run at the same time.
    """

    def __init__(self, driver: PlatformDriver) -> None:
        self.turn = asyncio.Lock()
        self._driver = driver
        self._page: Page | None = None
        self._limit: asyncio.Timeout | None = None

    def take(self, page: Page) -> None:
        """The bot is in the meeting that this page shows."""
        self._page = page

    def let_go(self) -> None:
        """The bot is about to leave: nothing more is begun, and what is being done is broken off."""
        self._page = None
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def send_message(self, text: str) -> None:
        """Write to everybody in the meeting's chat. Raises ``NotPossible`` and ``PageSilent``."""
        await self._do(lambda page: self._driver.send_message(page, text))

    async def show_camera(self, *, on: bool) -> None:
        """Turn the bot's camera on or off. Raises ``NotPossible`` and ``PageSilent``."""
        await self._do(lambda page: self._driver.show_camera(page, on=on))

    async def show_microphone(self, *, on: bool) -> None:
        """Open or close the bot's microphone. Raises ``NotPossible`` and ``PageSilent``."""
        await self._do(lambda page: self._driver.show_microphone(page, on=on))

    async def is_microphone_on(self) -> bool | None:
        """Whether it is open; None: the page does not say. Raises ``NotPossible`` and ``PageSilent``."""
        return await self._do(self._driver.is_microphone_on)

    async def set_picture(self, data_url: str | None) -> None:
        """Set what the bot's camera shows, when it is on; None: nothing, and the bot has no camera.

        Raises:
            NotPossible: If the bot is not in the meeting, or no frame of the page can show it.
            PageSilent: If the page does not answer in time.
        """
        await self._do(lambda page: _give_picture(page, data_url))

    async def _do(self, deed: Callable[[Page], Awaitable[_Done]]) -> _Done:
        async with self.turn:
            page = self._page
            if page is None:
                raise NotPossible("the bot is not in the meeting")
            try:
                async with asyncio.timeout(LONGEST_DEED_S) as self._limit:
                    return await deed(page)
            except TimeoutError:
                if self._page is None:
                    raise NotPossible("the bot is leaving the meeting") from None
                raise PageSilent(f"it was not done within {LONGEST_DEED_S:g} s") from None
            finally:
                self._limit = None


async def _give_picture(page: Page, data_url: str | None) -> None:
    taken: list[Any] = []
    problem: PageSilent | None = None
    for frame in page.frames:
        try:
            taken.append(await answered(frame.evaluate(_SHOW, data_url), PICTURE_DEADLINE_S))
        except PageSilent as silent:
            # A frame that comes and goes is not the client's; the main frame is asked too.
            problem = silent
    if any(taken):
        return
    if problem is not None:
        raise problem
    raise NotPossible("the bot has no camera in this meeting")
