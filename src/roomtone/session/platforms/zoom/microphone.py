"""Opens and closes the bot's microphone in a Zoom meeting."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from roomtone.session.platforms.errors import NotPossible
from roomtone.session.platforms.page_reading import find, press
from roomtone.session.platforms.zoom.audio import Sound, look_at_sound
from roomtone.session.platforms.zoom.frames import is_client_frame

if TYPE_CHECKING:
    from playwright.async_api import Page

CHANGED_WITHIN_S = 4.0
"""Longest wait for the button to say that the microphone was turned."""
PRESS_AGAIN_S = 2.0
"""A button that was pressed while the client was busy may not have heard it."""
PRESS_AGAIN_LOOKS = 3
"""So often it must have said the same since: a client that stood still with its machine had no time to
answer, and a second press would take back the first."""
_LOOK_EVERY_S = 0.05

_IN_CALL = ":is(.join-audio-container__btn, .join-audio-container button)"
_UNMUTE = f"[aria-label^='unmute my microphone' i], {_IN_CALL}[aria-label^='unmute' i]"
_MUTE = f"[aria-label^='mute my microphone' i], {_IN_CALL}[aria-label^='mute' i]"


async def show_microphone(page: Page, *, on: bool, within_s: float = CHANGED_WITHIN_S) -> None:
    """Press the audio button, if it is not as wanted, and see that it worked.

    Args:
        page: The meeting's page.
        on: What is wanted.
        within_s: See `CHANGED_WITHIN_S`.

    Raises:
        NotPossible: If the meeting's sound is not joined, or pressing the button does nothing.
        PageSilent: If the page does not answer in time.
    """
    wanted = Sound.OPEN if on else Sound.MUTED
    sound = await look_at_sound(page)
    if not on and sound in {Sound.OUTSIDE, Sound.UNKNOWN}:
        return
    ends_s = time.monotonic() + within_s
    pressed_s, looks = float("-inf"), PRESS_AGAIN_LOOKS
    while sound is not wanted:
        now_s = time.monotonic()
        if now_s >= ends_s:
            raise NotPossible(_why_not(sound, on=on))
        is_due = now_s - pressed_s >= PRESS_AGAIN_S and looks >= PRESS_AGAIN_LOOKS
        if sound in {Sound.OPEN, Sound.MUTED} and is_due:
            button = await find(page, _UNMUTE if on else _MUTE, is_client_frame, hidden=True)
            if button is not None:
                await press(button)
            pressed_s, looks = time.monotonic(), 0
        await asyncio.sleep(_LOOK_EVERY_S)
        sound = await look_at_sound(page)
        looks += 1


async def is_microphone_on(page: Page) -> bool | None:
    """What the audio button says; None: nothing about the microphone. Raises ``PageSilent``."""
    sound = await look_at_sound(page)
    return sound is Sound.OPEN if sound in {Sound.OPEN, Sound.MUTED, Sound.OUTSIDE} else None


def _why_not(sound: Sound, *, on: bool) -> str:
    """Why the button does not say what is wanted. Pure."""
    if sound in {Sound.OUTSIDE, Sound.CHANGING}:
        return "the bot has not joined the meeting's sound"
    if sound is Sound.UNKNOWN:
        return "the meeting's client has no microphone button"
    if on:
        return "the meeting's client did not open the microphone; the host may not allow it"
    return "the meeting's client did not close the microphone"
