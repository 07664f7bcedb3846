"""The stand-in in a real Chromium, reached by its flags as a bot reaches it."""

from __future__ import annotations

import asyncio

import pytest
from tests.standins.zoom.standin import NUMBER

from roomtone.session.browser.chromium import BrowserOptions, open_browser

pytestmark = pytest.mark.browser


async def test_a_person_joins_and_leaves(zoom):
    """The certificate is trusted by its key alone, on every host; name, Join, the meeting, Leave, confirmed."""
    async with zoom(title="Weekly review", clock="bot_admitted") as meeting:
        options = BrowserOptions(more_flags=tuple(meeting.standin.chromium_args))
        async with asyncio.timeout(60), open_browser(options) as browser:
            page = browser.page
            _, _, query = meeting.standin.url.partition("?")
            await page.goto(f"https://app.zoom.us/wc/{NUMBER}/join?{query}")
            assert await page.evaluate("isSecureContext && crossOriginIsolated")
            await page.locator("#input-for-name").press_sequentially("Robin", delay=30)
            await page.locator("button.preview-join-button").click()
            await meeting.until("page_meeting_shown")
            await meeting.until("guest_joined_audio")
            assert await page.title() == "Weekly review"
            await page.mouse.move(200, 200)
            await page.locator('button[aria-label="Leave"]').click()
            await page.locator("button.leave-meeting-options__btn--danger").click()
            await meeting.until("guest_left")
            await page.wait_for_url("**/postattendee*")
        assert "guest_said_goodbye" in meeting.happened
        assert "guest_vanished" not in meeting.happened
