"""Opens the chat of Zoom's client and closes it again, so that it is in the picture as short as can be."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from roomtone.session.browser.errors import PageSilent
from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered
from roomtone.session.platforms.errors import NotPossible
from roomtone.session.platforms.page_reading import client_frames, find, find_soon, press
from roomtone.session.platforms.zoom.frames import is_client_frame

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

OPENED_WITHIN_S = 1.5
"""After so long the chat's button is pressed again, if it still says that it would open the chat."""
MENU_WITHIN_S = 1.5
"""Longest wait for the menu of the bar."""
_MOST_TRIES = 3
_LOOK_EVERY_S = 0.1

_NO_BOX_OF_A_THREAD = ":not(.new-chat-item--input *, .chat-rtf-box__edit *)"
EDITOR = ", ".join(
    selector + _NO_BOX_OF_A_THREAD
    for selector in (
        ".chat-box__chat-textarea",
        ".tiptap.ProseMirror",
        ".chat-container .ProseMirror",
        ".chat-container [contenteditable=true]",
        "[contenteditable=true]:has(> p[data-placeholder^='Type message' i])",
        "textarea[placeholder^='Type message' i]",
        "textarea[title='chat message' i]",
    )
)
"""Where a new message is typed: a plain box in older builds, a rich one in newer."""
DISABLED = ".chat-container__chat-disabled"
"""Stands in the editor's place while nobody may write; its label says why."""

_OPEN = "[aria-label^='open the chat panel' i]"
_CLOSE = "[aria-label^='close the chat panel' i]"
_CLOSE_IN_PANEL = ".chat-header__header [aria-label='Close' i], .chat-header__header [class*=close]"
_MORE = (
    "[aria-label^='more meeting control' i] button, button[aria-label^='more meeting control' i], "
    "#moreButton button, :is(#wc-footer, #foot-bar) button:text-matches('^\\\\s*more\\\\s*$', 'i')"
)
_IN_MORE = (
    ":is(.more-button__pop-menu, [role=menu], .dropdown-menu) "
    ":is(a, button, [role=menuitem]):text-matches('^\\\\s*chat\\\\s*\\\\d*\\\\s*$', 'i')"
)
_IS_HERE = "(s) => [...document.querySelectorAll(s)].some((element) => element.checkVisibility())"
_NO_CHAT = "the meeting has no chat, or none for guests"

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_chat(page: Page) -> AsyncIterator[None]:
    """The chat is open while this lasts; one that stood open before stays so.

    Raises:
        NotPossible: If the meeting has no chat, or it does not open.
        PageSilent: If the page does not answer in time.
    """
    if await _is_open(page):
        yield
        return
    await _open_by_bar(page)
    try:
        yield
    except (NotPossible, PageSilent):
        await _close(page)
        raise
    await _close(page)


async def is_here(page: Page, selector: str) -> bool:
    """Whether the client renders something, of whatever size and opacity. Raises ``PageSilent``."""
    for frame in [page.main_frame, *client_frames(page, is_client_frame)]:
        if await answered(frame.evaluate(_IS_HERE, selector), READ_DEADLINE_S):
            return True
    return False


async def _is_open(page: Page) -> bool:
    return await is_here(page, f"{EDITOR}, {DISABLED}")


async def _open_by_bar(page: Page) -> None:
    for _ in range(_MOST_TRIES):
        button = await find(page, _OPEN, is_client_frame, hidden=True)
        if button is not None:
            await press(button)
        elif await find(page, _CLOSE, is_client_frame, hidden=True) is None:
            await _open_by_menu(page)
        ends_s = time.monotonic() + OPENED_WITHIN_S
        while time.monotonic() < ends_s:
            if await _is_open(page):
                return
            await asyncio.sleep(_LOOK_EVERY_S)
    raise NotPossible("the meeting's client did not open its chat")


async def _open_by_menu(page: Page) -> None:
    more = await find(page, _MORE, is_client_frame, hidden=True)
    if more is None:
        raise NotPossible(_NO_CHAT)
    await press(more)
    item = await find_soon(page, _IN_MORE, is_client_frame, within_s=MENU_WITHIN_S)
    if item is None:
        await press(more)
        raise NotPossible(_NO_CHAT)
    await press(item)


async def _close(page: Page) -> None:
    """What was sent is sent: a chat that does not close is no reason to say that it was not."""
    try:
        button = await find(page, _CLOSE, is_client_frame, hidden=True)
        if button is None:
            button = await find(page, _CLOSE_IN_PANEL, is_client_frame)
        if button is not None:
            await press(button)
    except PageSilent as problem:
        log.info("session.chat_not_closed", problem=str(problem))
