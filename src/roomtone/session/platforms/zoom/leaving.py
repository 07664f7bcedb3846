"""Leaves a Zoom meeting, or its waiting room, so that no ghost stays in the roster."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from roomtone.session.browser.errors import PageSilent
from roomtone.session.browser.page_reads import answered
from roomtone.session.platforms.page_reading import find, find_soon, press
from roomtone.session.platforms.zoom.frames import is_client_frame

if TYPE_CHECKING:
    from playwright.async_api import Page

CONFIRM_DEADLINE_S = 3.5
"""Longest wait for the question whether the bot really wants to leave the call."""
ROOM_CONFIRM_DEADLINE_S = 0.7
"""The same in the waiting room, where most builds have no such question."""
GONE_DEADLINE_S = 1.5
"""Longest wait for the page to show that the bot has left."""
BLANK_DEADLINE_S = 1.5
_LOOK_EVERY_S = 0.1

_WAITING_ROOM_BUTTONS = (
    "button.leave-btn, button.wr-leave-btn, .waiting-room-container button:text-is('Leave'), "
    ".dialog-reconnect-container button:text-is('Leave')"
)
_CALL_BUTTONS = (
    ".footer__leave-btn-container button, button.footer__leave-btn, button[aria-label='Leave' i], "
    "#wc-footer button:text-is('Leave'), #foot-bar button:text-is('Leave')"
)


_CONFIRM_BUTTON = (
    "button.leave-meeting-options__btn--danger, "
    ":is([class*=leave-meeting-options], [role=dialog]) "
    "button:text-matches('^\\\\s*leave (meeting|webinar)\\\\s*$', 'i')"
)

log = structlog.get_logger(__name__)


async def leave_meeting(page: Page) -> None:
    """Press Leave, confirm it, and see that it worked; else the page itself is left. Raises ``PageSilent``.

    The call's bar may be faded out, and stands in the document behind a waiting room too.
    """
    if await _press_leave(page) and await _is_gone(page):
        return
    log.info("session.leave_unconfirmed")
    await answered(page.goto("about:blank", timeout=BLANK_DEADLINE_S * 1000), BLANK_DEADLINE_S)


async def _press_leave(page: Page) -> bool:
    within_s = ROOM_CONFIRM_DEADLINE_S
    button = await find(page, _WAITING_ROOM_BUTTONS, is_client_frame)
    if button is None:
        within_s = CONFIRM_DEADLINE_S
        button = await find(page, _CALL_BUTTONS, is_client_frame, hidden=True)
    if button is None:
        return False
    await press(button)
    # The question may stand in the bar, and be faded out with it.
    confirm = await find_soon(page, _CONFIRM_BUTTON, is_client_frame, within_s=within_s, hidden=True)
    if confirm is not None:
        await press(confirm)
    return True


async def _is_gone(page: Page) -> bool:
    """Whether the buttons by which one leaves go away; a page that is being left answers nothing."""
    ends_s = time.monotonic() + GONE_DEADLINE_S
    every = f"{_WAITING_ROOM_BUTTONS}, {_CALL_BUTTONS}"
    while time.monotonic() < ends_s:
        try:
            if await find(page, every, is_client_frame, hidden=True) is None:
                return True
        except PageSilent:
            return True
        await asyncio.sleep(_LOOK_EVERY_S)
    return False
