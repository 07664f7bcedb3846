"""Joins a Zoom meeting's sound where the client does not by itself, and keeps the bot's microphone closed.

Unless the bot speaks: then `microphone.py` has opened it.
"""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING

from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered
from roomtone.session.platforms.base import Notice
from roomtone.session.platforms.page_reading import client_frames, find, find_soon, press
from roomtone.session.platforms.zoom.frames import is_client_frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.async_api import Page

FIRST_TRY_S = 1.8
"""Clients that join the sound by themselves do so within this time; what is said meanwhile is lost."""
TRY_EVERY_S = 4.0
MOST_TRIES = 3
DIALOG_DEADLINE_S = 1.5
"""Longest wait for the question how the sound is to be joined."""

_FOOTER_BUTTONS = (
    ".join-audio-container__btn, .join-audio-container button, "
    "[aria-label*='my microphone' i], [aria-label='join audio' i]"
)
_JOIN_BUTTON = ".join-audio-container__btn, .join-audio-container button, button[aria-label='join audio' i]"
_BY_COMPUTER = (
    ".join-audio-by-voip__join-btn, "
    "button:text-matches('^\\\\s*(join audio by computer|join (with )?computer audio)\\\\s*$', 'i')"
)
_CLOSE_BUTTON = ".join-dialog__close, .join-dialog [aria-label*='close' i]"
_MUTE = "[aria-label='mute my microphone' i], .join-audio-container__btn[aria-label^='mute' i]"
_LABELS = """(selector) => {
  if (document.querySelector(".join-audio-container--loading")) return ["audio"];
  return [...document.querySelectorAll(selector)].map(
    (button) => (button.getAttribute("aria-label") || button.textContent || "").trim().toLowerCase());
}"""


class Sound(StrEnum):
    """What the call's audio button says."""

    UNKNOWN = "unknown"
    CHANGING = "changing"  # the client is about to say more
    OUTSIDE = "outside"  # nothing is heard
    OPEN = "open"  # joined, and the bot would be heard
    MUTED = "muted"  # joined


def sound_of(labels: Iterable[str]) -> Sound:
    """What the labels of the audio buttons say, in lower case; they name what a press would do. Pure."""
    said = [label.strip() for label in labels]
    if any("unmute" in label for label in said):
        return Sound.MUTED
    if any(label.startswith("mute") for label in said):
        return Sound.OPEN
    if any("join audio" in label for label in said):
        return Sound.OUTSIDE
    return Sound.CHANGING if said else Sound.UNKNOWN


class SoundJoining:
    """Sees to the sound of one stay.

    Attributes:
        may_be_open: Whether the bot speaks, so that its microphone is left open.
    """

    def __init__(self) -> None:
        self.may_be_open = False
        self._outside_s: float | None = None
        self._tried_s = float("-inf")
        self._tries = 0

    async def tend(self, page: Page) -> Notice | None:
        """Look at the audio button and press what it takes; a notice when the sound cannot be joined.

        Raises:
            PageSilent: If the page does not answer in time.
        """
        sound = await look_at_sound(page)
        if sound is Sound.OPEN and not self.may_be_open:
            await self._mute(page)
        if sound in {Sound.OPEN, Sound.MUTED}:
            self._outside_s = None
            if self._tries:
                # The client may have joined it by itself, just after it was asked to.
                await _close(page)
            self._tries = 0
        if sound is not Sound.OUTSIDE:
            return None
        now_s = time.monotonic()
        if self._outside_s is None:
            self._outside_s = now_s
        if now_s - self._outside_s < FIRST_TRY_S or now_s - self._tried_s < TRY_EVERY_S:
            return None
        if self._tries >= MOST_TRIES:
            await _close(page)
            return Notice("audio_not_joined", f"the meeting's sound was not joined in {MOST_TRIES} tries")
        self._tries += 1
        self._tried_s = now_s
        await self._join(page)
        return None

    async def _join(self, page: Page) -> None:
        button = await find(page, _BY_COMPUTER, is_client_frame)
        if button is None:
            footer = await find(page, _JOIN_BUTTON, is_client_frame, hidden=True)
            if footer is None:
                return
            await press(footer)
            button = await find_soon(page, _BY_COMPUTER, is_client_frame, within_s=DIALOG_DEADLINE_S)
        if button is not None:
            await press(button)

    async def _mute(self, page: Page) -> None:
        button = await find(page, _MUTE, is_client_frame, hidden=True)
        if button is not None:
            await press(button)


async def _close(page: Page) -> None:
    """Close the question how the sound is to be joined: it lies over the meeting."""
    button = await find(page, _CLOSE_BUTTON, is_client_frame)
    if button is not None:
        await press(button)


async def look_at_sound(page: Page) -> Sound:
    """What the call's audio button says now. Raises ``PageSilent``."""
    labels: list[str] = []
    for frame in [page.main_frame, *client_frames(page, is_client_frame)]:
        labels += await answered(frame.evaluate(_LABELS, _FOOTER_BUTTONS), READ_DEADLINE_S)
    return sound_of(labels)
