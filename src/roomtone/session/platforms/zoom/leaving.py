"""Leaves a Zoom meeting, its waiting room or a refusal, so that no ghost stays in the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.session.platforms.page_reading import find, find_soon, press
from roomtone.session.platforms.zoom.frames import is_client_frame

if TYPE_CHECKING:
    from playwright.async_api import Page

LEAVE_BUTTONS = (
    ".footer__leave-btn-container button, button.footer__leave-btn, "
    ":is(#wc-footer, #foot-bar, body) button[aria-label='Leave' i]"
)
CONFIRM_BUTTON = (
    "button.leave-meeting-options__btn--danger, button:text-is('Leave Meeting'):not([role=dialog] *)"
)
WAITING_ROOM_LEAVE_BUTTONS = (
    "button.leave-btn, button.wr-leave-btn, .waiting-room-container button:text-is('Leave'), "
    ".dialog-reconnect-container button:text-is('Leave')"
)
CONFIRM_DEADLINE_S = 2.0
"""Longest wait for the question whether the bot really wants to leave."""


async def press_leave(page: Page) -> bool:
    """Press Leave and confirm it; False: there was nothing to press. Raises ``PageSilent``.

    The call's bar is in the document behind a waiting room too, and may be faded out in the call.
    """
    button = await find(page, WAITING_ROOM_LEAVE_BUTTONS, is_client_frame)
    if button is None:
        button = await find(page, LEAVE_BUTTONS, is_client_frame, hidden=True)
    if button is None:
        return False
    await press(button)
    confirm = await find_soon(page, CONFIRM_BUTTON, is_client_frame, within_s=CONFIRM_DEADLINE_S)
    if confirm is not None:
        await press(confirm)
    return True
