"""What of Zoom's client is in a recording of the screen: the people and what they show, and nothing else."""

from __future__ import annotations

import pytest
from tests.integration.session.platforms.zoom.zoom_pages import IN_CALL, dialog

from roomtone.session.platforms.dressing import dress
from roomtone.session.platforms.zoom.view import zoom_dressing

pytestmark = pytest.mark.browser

STAGE = (
    '<div class="speaker-active-container__video-frame"><div class="video-avatar__avatar">'
    '<div class="video-avatar__avatar-footer"><span>Ada</span></div></div></div>'
)
HIDDEN = {
    "#wc-footer": "",
    ".suspension-video-container__talking-indicator": "Talking: Ada",
    ".single-suspension-container__talking-indicator": "Talking: Ada",
    ".last-chat-message-tip__container": "Ada to Everyone: hello",
    ".relative-tooltip": "Chat is here",
    ".notification-message-wrap": "Use hardware acceleration",
    ".live-transcription-subtitle__overlay-container": "hello everybody",
    "[role=dialog]": "",
}
OPACITY = (
    """(selector) => [...document.querySelectorAll(selector)].map((one) => getComputedStyle(one).opacity)"""
)


async def test_bars_tips_and_marks_are_not_in_the_picture_and_can_still_be_read(visit):
    """They are transparent and rendered; the people's tiles stay as they were."""
    tips = "".join(
        f'<div class="{selector[1:]}">{words}</div>' for selector, words in HIDDEN.items() if words
    )
    async with visit(IN_CALL + STAGE + tips + dialog("Notes", "are taken")) as one:
        await one.page.goto("https://app.zoom.us/wc/81234567890/join")
        await dress(one.page, zoom_dressing("Roomtone"))
        for selector, words in HIDDEN.items():
            assert set(await one.page.evaluate(OPACITY, selector)) == {"0"}, selector
            box = await one.page.locator(selector).first.bounding_box()
            assert box is not None, selector
            assert box["height"] > 0 or not words, selector
        assert await one.page.evaluate(OPACITY, ".speaker-active-container__video-frame") == ["1"]
