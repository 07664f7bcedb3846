"""What is done on Zoom's screens on the way in: the form filled, questions answered, detours taken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from roomtone.bot.zoom_links import to_web_client_url
from roomtone.session.browser.page_reads import answered
from roomtone.session.platforms import page_reading
from roomtone.session.platforms.errors import PlatformError
from roomtone.session.platforms.page_reading import find, find_soon, press
from roomtone.session.platforms.zoom import form
from roomtone.session.platforms.zoom.frames import is_client_frame
from roomtone.session.platforms.zoom.way_in_screens import (
    DEVICE_PROMPT,
    ERROR_PAGE,
    JOIN_FORM,
    LAUNCH_PAGE,
    OTHER_ERROR_PAGE,
    PASSCODE_WRONG,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Page

    from roomtone.bot.request import BotRequest
    from roomtone.session.platforms.base import Notice
    from roomtone.session.platforms.zoom.attempts import Attempts

JOIN_AGAIN_S = 6.0
"""Join is pressed again when nothing came of it for so long."""
RELOAD_AFTER_S = 6.0
"""An error page is loaded again, once, after so long."""
RELOAD_DEADLINE_S = 6.0
LAUNCH_EVERY_S = 4.0
"""Between two presses of "Launch Meeting", by which the link to the browser's client appears."""
MOST_LAUNCHES = 3
PROMPT_DEADLINE_S = 1.0
"""Longest wait for the next of several questions about devices."""
_MOST_PROMPTS = 3

_ALLOW_BUTTONS = (
    ".allow-permission-prompt-container button, .no-permission-confirm-container button.continue, "
    "[role=dialog] button:text-is('Use microphone and camera')"
)
_REFUSE_BUTTONS = (
    ".pepc-permission-dialog__footer-button, "
    ":is(button, a, [role=button]):text-matches('^\\\\s*continue without (audio|camera|microphone)', 'i')"
)
_BROWSER_LINK = ":is(a, button, [role=button]):text-matches('^\\\\s*join from (your )?browser\\\\s*$', 'i')"
_LAUNCH_BUTTON = (
    ":is(a, button, [role=button])"
    ":text-matches('^\\\\s*(launch meeting|launch webinar|download now)\\\\s*$', 'i')"
)


class WayIn:
    """What one stay does on the way in.

    Args:
        attempts: What has been done with the form; written here, judged elsewhere.
        before_join: Called when Join is about to be pressed.
    """

    def __init__(self, attempts: Attempts, before_join: Callable[[], None]) -> None:
        self._attempts = attempts
        self._before_join = before_join
        self._visited: set[str] = set()
        self._presses = 0
        self._has_allowed = False
        self._launches = 0
        self._launched_s = float("-inf")
        self._error_s: float | None = None
        self._is_reloaded = False

    def visits(self, url: str) -> None:
        """The page is about to be loaded from here."""
        self._visited.add(url)

    async def act(self, page: Page, screen: str, request: BotRequest) -> Notice | None:
        """Do what the screen asks for. Raises ``PageSilent``.

        Returns:
            What the bot's owner should know of it.
        """
        if screen.startswith((JOIN_FORM, PASSCODE_WRONG)):
            return await self._join(page, request.bot_name)
        if screen == DEVICE_PROMPT:
            await self._answer_prompts(page)
        elif screen == LAUNCH_PAGE:
            await self._launch(page)
        elif screen in {ERROR_PAGE, OTHER_ERROR_PAGE}:
            await self._reload(page)
        return None

    async def _join(self, page: Page, name: str) -> Notice | None:
        attempts = self._attempts
        if attempts.joined_s is not None and time.monotonic() - attempts.joined_s < JOIN_AGAIN_S:
            return None
        if attempts.filled_s is None:
            await form.settle(page)
        await form.switch_devices_off(page)
        button = await form.find_join(page)
        afresh = attempts.filled_s is not None and button is not None and await form.is_disabled(button)
        notice = await form.type_name(page, name, afresh=afresh)
        if attempts.passcode is not None:
            attempts.is_typed = await form.type_passcode(page, attempts.passcode)
        attempts.has_email = await form.has_email(page)
        if attempts.filled_s is None:
            attempts.filled_s = time.monotonic()
        self._before_join()
        # What lies over a button may take a press by its place and do nothing with it.
        if await form.press_join(page, directly=self._presses % 2 == 1):
            self._presses += 1
            attempts.joined_s = time.monotonic()
        return notice

    async def _answer_prompts(self, page: Page) -> None:
        """Let the devices be used where that is a button, once; else go on without them.

        The question may come for both devices and once more for one. The browser has let them be used before.
        """
        for _ in range(_MOST_PROMPTS):
            button = None if self._has_allowed else await find(page, _ALLOW_BUTTONS, is_client_frame)
            self._has_allowed = True
            if button is None:
                button = await find_soon(page, _REFUSE_BUTTONS, is_client_frame, within_s=PROMPT_DEADLINE_S)
            if button is None:
                return
            await press(button)

    async def _launch(self, page: Page) -> None:
        """Go to the browser's client: by its address, else by its link, after a press on Launch."""
        url = to_web_client_url(page.url)
        if url is not None and url not in self._visited:
            await self._go(page, url)
            return
        link = await find(page, _BROWSER_LINK, is_client_frame)
        if link is not None:
            await press(link)
            return
        is_time = time.monotonic() - self._launched_s >= LAUNCH_EVERY_S
        if self._launches < MOST_LAUNCHES and is_time:
            button = await find(page, _LAUNCH_BUTTON, is_client_frame)
            if button is not None:
                self._launches += 1
                self._launched_s = time.monotonic()
                await press(button)

    async def _go(self, page: Page, url: str) -> None:
        self._visited.add(url)
        try:
            await page_reading.load(page, url)
        except PlatformError:
            return  # the next look says where the page is

    async def _reload(self, page: Page) -> None:
        """Some meetings have this page until their host comes."""
        now_s = time.monotonic()
        if self._error_s is None:
            self._error_s = now_s
        if self._is_reloaded or now_s - self._error_s < RELOAD_AFTER_S:
            return
        self._is_reloaded = True
        await answered(
            page.reload(wait_until="domcontentloaded", timeout=RELOAD_DEADLINE_S * 1000),
            RELOAD_DEADLINE_S + 1,
        )
