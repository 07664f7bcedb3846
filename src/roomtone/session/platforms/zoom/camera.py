"""Turns the bot's camera on and off in a Zoom meeting."""

from __future__ import annotations

import asyncio
import time
from enum import StrEnum
from typing import TYPE_CHECKING

from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered
from roomtone.session.platforms.errors import NotPossible
from roomtone.session.platforms.page_reading import find, press
from roomtone.session.platforms.zoom.frames import is_client_frame

if TYPE_CHECKING:
    from playwright.async_api import Page

CHANGED_WITHIN_S = 6.0
"""Longest wait for the button to say that the camera was turned."""
_LOOK_EVERY_S = 0.15

_BUTTON = (
    ":is(#wc-footer, #foot-bar) .send-video-container__btn, .send-video-container__btn, "
    "button[aria-label='start my video' i], button[aria-label='stop my video' i]"
)
_LABEL = """(button) => [button.getAttribute("aria-label") || button.innerText || "",
  button.disabled || button.getAttribute("aria-disabled") === "true"
    || button.classList.contains("send-video-container--disabled")]"""


class Camera(StrEnum):
    """What the call's camera button says."""

    UNKNOWN = "unknown"
    OFF = "off"
    ON = "on"


def camera_of(label: str) -> Camera:
    """What the label of the camera's button says; it names what a press would do. Pure."""
    words = label.strip().lower()
    if words.startswith("stop"):
        return Camera.ON
    return Camera.OFF if words.startswith("start") else Camera.UNKNOWN


async def show_camera(page: Page, *, on: bool, within_s: float = CHANGED_WITHIN_S) -> None:
    """Press the camera's button, if it is not as wanted, and see that it worked.

    Args:
        page: The meeting's page.
        on: What is wanted.
        within_s: See `CHANGED_WITHIN_S`.

    Raises:
        NotPossible: If there is no such button, or pressing it does nothing.
        PageSilent: If the page does not answer in time.
    """
    wanted = Camera.ON if on else Camera.OFF
    camera, is_disabled = await _look(page)
    if camera is wanted:
        return
    if camera is Camera.UNKNOWN and not on:
        return
    if camera is Camera.UNKNOWN:
        raise NotPossible("the meeting's client has no camera button")
    if is_disabled:
        raise NotPossible("the meeting's client does not let the bot use a camera")
    button = await find(page, _BUTTON, is_client_frame, hidden=True)
    if button is not None:
        await press(button)
    ends_s = time.monotonic() + within_s
    while time.monotonic() < ends_s:
        if (await _look(page))[0] is wanted:
            return
        await asyncio.sleep(_LOOK_EVERY_S)
    raise NotPossible(f"the meeting's client did not turn the camera {wanted}; the host may not allow it")


async def _look(page: Page) -> tuple[Camera, bool]:
    button = await find(page, _BUTTON, is_client_frame, hidden=True)
    if button is None:
        return Camera.UNKNOWN, False
    label, is_disabled = await answered(button.evaluate(_LABEL), READ_DEADLINE_S)
    return camera_of(str(label)), bool(is_disabled)
