"""Fills Zoom's join form, React's or the classic one, and presses Join."""

from __future__ import annotations

import re
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

_AUDIO_TOGGLE = "#preview-audio-control-button"
_VIDEO_TOGGLE = "#preview-video-control-button"
_IS_DISABLED = """(button) => button.disabled || button.getAttribute("aria-disabled") === "true"
  || button.classList.contains("disabled") || button.classList.contains("zm-btn--disabled")"""


async def switch_devices_off(page: Page) -> None:
    """Come without microphone and camera. Raises ``PageSilent``.

    Zoom's labels name what a press would do: "Mute" stands on an open microphone.
    """
    for selector, would_switch_off in ((_AUDIO_TOGGLE, r"^\s*mute"), (_VIDEO_TOGGLE, r"^\s*stop")):
        toggle = await find(page, selector, is_client_frame)
        if toggle is None:
            continue
        label = await answered(
            toggle.evaluate("(button) => button.getAttribute('aria-label') || button.innerText"),
            READ_DEADLINE_S,
        )
        if re.match(would_switch_off, label or "", re.IGNORECASE):
            await press(toggle)


async def type_name(page: Page, name: str) -> Notice | None:
    """Put the bot's name into the form; a notice when Zoom keeps another. Raises ``PageSilent``."""
    box = await find(page, NAME_BOX, is_client_frame)
    if box is None:
        return None
    if await answered(box.input_value(timeout=READ_DEADLINE_S * 1000), READ_DEADLINE_S) == name:
        return None
    if not await answered(box.is_editable(timeout=READ_DEADLINE_S * 1000), READ_DEADLINE_S):
        return Notice(
            "name_fixed", "Zoom does not let the name be changed; the bot joins under its account's name"
        )
    await type_text(box, name)
    return None


async def type_passcode(page: Page, passcode: str) -> None:
    """Put a passcode into the form, if it asks for one. Raises ``PageSilent``."""
    box = await find(page, PASSCODE_BOX, is_client_frame)
    if box is not None:
        await type_text(box, passcode)


async def email_is_missing(page: Page) -> bool:
    """Whether the form asks for an e-mail address and none is in it. Raises ``PageSilent``."""
    box = await find(page, EMAIL_BOX, is_client_frame)
    if box is None:
        return False
    held: str = await answered(box.input_value(timeout=READ_DEADLINE_S * 1000), READ_DEADLINE_S)
    return not held.strip()


async def press_join(page: Page) -> bool:
    """Press Join; False: it is not there, or not to be pressed yet. Raises ``PageSilent``."""
    button = await _join_button(page)
    if button is None or await answered(button.evaluate(_IS_DISABLED), READ_DEADLINE_S):
        return False
    await press(button)
    return True


async def _join_button(page: Page) -> Locator | None:
    """Zoom's Join, by its class; else a button of that word beside one of the form's boxes."""
    button = await find(page, JOIN_BUTTON, is_client_frame)
    if button is None and await find(page, FORM_BOX, is_client_frame) is not None:
        button = await find(page, "button:text-is('Join')", is_client_frame)
    return button
