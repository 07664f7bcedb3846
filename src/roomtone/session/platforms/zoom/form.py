"""Fills Zoom's join form, React's or the classic one, and presses Join."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered
from roomtone.session.platforms.base import Notice
from roomtone.session.platforms.page_reading import find, press, type_text
from roomtone.session.platforms.zoom.containers import (
    EMAIL_BOX,
    FORM_BOX,
    JOIN_BUTTON,
    NAME_BOX,
    PASSCODE_BOX,
)
from roomtone.session.platforms.zoom.frames import is_client_frame

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

SETTLED_S = 1.2
"""A form is made anew while its page loads; one that stood still for so long stays."""
SETTLE_DEADLINE_S = 4.0
_LOOK_EVERY_S = 0.2
_MEDIA_TOGGLES = (
    ("#preview-audio-control-button", re.compile(r"\s*mute", re.IGNORECASE)),
    ("#preview-video-control-button", re.compile(r"\s*stop", re.IGNORECASE)),
)
"""Buttons of the preview, and how their labels begin while microphone and camera are on: they name what a
press would do."""
_LABEL = "(button) => button.getAttribute('aria-label') || button.innerText"
_IS_DISABLED = """(button) => button.disabled || button.getAttribute("aria-disabled") === "true"
  || button.classList.contains("disabled") || button.classList.contains("zm-btn--disabled")"""


async def settle(page: Page) -> None:
    """Wait until the form has stood still under one address; not for long. Raises ``PageSilent``."""
    ends_s = time.monotonic() + SETTLE_DEADLINE_S
    url, since_s = page.url, time.monotonic()
    while (now_s := time.monotonic()) < ends_s and now_s - since_s < SETTLED_S:
        await asyncio.sleep(_LOOK_EVERY_S)
        is_there = await find(page, f"{FORM_BOX}, {JOIN_BUTTON}", is_client_frame) is not None
        if page.url != url or not is_there:
            url, since_s = page.url, time.monotonic()


async def switch_devices_off(page: Page) -> None:
    """Come without microphone and camera. Raises ``PageSilent``."""
    for selector, is_on in _MEDIA_TOGGLES:
        toggle = await find(page, selector, is_client_frame)
        if toggle is None:
            continue
        label = await answered(toggle.evaluate(_LABEL), READ_DEADLINE_S)
        if is_on.match(label or ""):
            await press(toggle)


async def type_name(page: Page, name: str, *, afresh: bool) -> Notice | None:
    """Put the bot's name into the form; a notice when Zoom keeps another.

    Args:
        page: The meeting's page.
        name: The bot's.
        afresh: Also when it stands there already: the form may not have noticed it.

    Raises:
        PageSilent: If the page does not answer in time.
    """
    box = await find(page, NAME_BOX, is_client_frame)
    if box is None or (await _held(box) == name and not afresh):
        return None
    if not await answered(box.is_editable(timeout=READ_DEADLINE_S * 1000), READ_DEADLINE_S):
        return Notice(
            "name_fixed", "Zoom does not let the name be changed; the bot joins under its account's name"
        )
    await type_text(box, name)
    return None


async def type_passcode(page: Page, passcode: str) -> bool:
    """Put a passcode into the form; False: it asks for none. Raises ``PageSilent``."""
    box = await find(page, PASSCODE_BOX, is_client_frame)
    if box is None:
        return False
    await type_text(box, passcode)
    return True


async def has_email(page: Page) -> bool:
    """Whether the form has an e-mail address, or asks for none. Raises ``PageSilent``."""
    box = await find(page, EMAIL_BOX, is_client_frame)
    return box is None or bool((await _held(box)).strip())


async def press_join(page: Page, *, directly: bool) -> bool:
    """Press Join; False: it is not there, or not to be pressed yet.

    Args:
        page: The meeting's page.
        directly: By the element's own click, whatever a press by its place did before.

    Raises:
        PageSilent: If the page does not answer in time.
    """
    button = await find_join(page)
    if button is None or await is_disabled(button):
        return False
    if directly:
        await answered(button.evaluate("(element) => element.click()"), READ_DEADLINE_S)
    else:
        await press(button)
    return True


async def find_join(page: Page) -> Locator | None:
    """Zoom's Join, by its class; else by its word, beside the form's boxes. Raises ``PageSilent``."""
    button = await find(page, JOIN_BUTTON, is_client_frame)
    if button is None and await find(page, FORM_BOX, is_client_frame) is not None:
        button = await find(page, "button:text-is('Join')", is_client_frame)
    return button


async def is_disabled(button: Locator) -> bool:
    """Whether a button of Zoom's does nothing now; mostly a class alone says so. Raises ``PageSilent``."""
    return bool(await answered(button.evaluate(_IS_DISABLED), READ_DEADLINE_S))


async def _held(box: Locator) -> str:
    return str(await answered(box.input_value(timeout=READ_DEADLINE_S * 1000), READ_DEADLINE_S))
