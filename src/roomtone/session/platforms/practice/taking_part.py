"""What the bot does in a practice meeting besides listening: it writes, shows its camera, speaks."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from roomtone.session.browser.errors import PageSilent
from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered, read_page
from roomtone.session.platforms import page_reading
from roomtone.session.platforms.errors import NotPossible, Unconfirmed
from roomtone.session.platforms.message_parts import message_parts

if TYPE_CHECKING:
    from playwright.async_api import Page

LONGEST_MESSAGE = 5000
"""What the page's box has room for."""
SHOWN_WITHIN_S = 3.0
"""Longest wait for the page to show what was done."""
_LOOK_EVERY_S = 0.05

_N_MESSAGES = "() => document.querySelectorAll('#chat-messages > .chat-message').length"
_HAS_MESSAGE = """([text, before]) => [...document.querySelectorAll("#chat-messages > .chat-message")]
  .slice(before).some((line) => line.querySelector(".chat-text")?.textContent === text)"""
_PRESSED = "(selector) => document.querySelector(selector)?.getAttribute('aria-pressed') ?? ''"
_CAMERA, _MICROPHONE = "#camera", "#microphone"


async def send_message(page: Page, text: str) -> None:
    """Write a message and see that the chat shows it.

    Raises:
        NotPossible: If there is no chat, or it does not show the message (``Unconfirmed``).
        PageSilent: If the page does not answer before the message is sent.
    """
    for part in message_parts(text, LONGEST_MESSAGE):
        box = await page_reading.find(page, "#chat-text")
        if box is None:
            raise NotPossible("the meeting has no chat")
        before = await read_page(page, _N_MESSAGES)
        # A box of one line: it would drop the ends of lines and glue their words together.
        line = " ".join(part.split())
        await page_reading.fill(box, line)
        try:
            await answered(box.press("Enter", timeout=READ_DEADLINE_S * 1000), READ_DEADLINE_S + 1)
            await _until(page, _HAS_MESSAGE, [line, before], awaited=True)
        except (PageSilent, TimeoutError):
            raise Unconfirmed("the meeting's chat does not show the message") from None


async def show_camera(page: Page, *, on: bool) -> None:
    """Press the camera's button until it says what is wanted. Raises ``NotPossible`` and ``PageSilent``."""
    await _turn(page, _CAMERA, "camera", on=on)


async def show_microphone(page: Page, *, on: bool) -> None:
    """Press the microphone's button; as of `show_camera`."""
    await _turn(page, _MICROPHONE, "microphone", on=on)


async def is_microphone_on(page: Page) -> bool | None:
    """What the microphone's button says; None: there is none. Raises ``PageSilent``."""
    pressed = await read_page(page, _PRESSED, argument=_MICROPHONE)
    return None if pressed == "" else pressed == "true"


async def _turn(page: Page, selector: str, what: str, *, on: bool) -> None:
    wanted = "true" if on else "false"
    is_on = await read_page(page, _PRESSED, argument=selector)
    if is_on == "":
        raise NotPossible(f"the meeting has no {what} button")
    if is_on == wanted:
        return
    await page_reading.click(page.locator(selector))
    try:
        await _until(page, _PRESSED, selector, awaited=wanted)
    except TimeoutError:
        state = "on" if on else "off"
        raise NotPossible(f"the meeting's page did not turn the {what} {state}") from None


async def _until(page: Page, expression: str, argument: object, *, awaited: object) -> None:
    """Look until the page says what is awaited. Raises ``TimeoutError`` and ``PageSilent``."""
    ends_s = time.monotonic() + SHOWN_WITHIN_S
    while await read_page(page, expression, argument=argument) != awaited:
        if time.monotonic() >= ends_s:
            raise TimeoutError
        await asyncio.sleep(_LOOK_EVERY_S)
