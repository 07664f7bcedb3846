"""How often the meeting's page is tried to be reached."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.request import BotRequest
from roomtone.session import arrival
from roomtone.session.platforms.errors import MeetingMissing, PageUnreachable

if TYPE_CHECKING:
    from playwright.async_api import Page

    from roomtone.session.platforms.base import PlatformDriver

REQUEST = BotRequest(meeting_link="https://zoom.us/j/81234567890")


class Site:
    """A driver whose page answers as scripted: None is a page, anything else is raised after its seconds."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.opened = 0

    async def open(self, _page, _request) -> None:
        """The next answer."""
        self.opened += 1
        answer = self.answers.pop(0)
        if answer is not None:
            after_s, problem = answer
            await asyncio.sleep(after_s)
            raise problem


async def arrive(site: Site, attempts: list[int], last_attempt_s: float = 60.0):
    """Open the meeting's page there, with pauses that are a hundred times shorter than in life."""
    return await arrival.open_meeting(
        cast("PlatformDriver", site),
        cast("Page", None),
        REQUEST,
        attempts.append,
        retry_after_s=(0.02, 0.04),
        last_attempt_s=last_attempt_s,
    )


async def test_a_site_that_refuses_is_tried_three_times():
    """A refused connection may be a restart: tried again, and told each time."""
    site = Site(*[(0.0, PageUnreachable("refused"))] * 3)
    attempts: list[int] = []
    ending = await arrive(site, attempts)
    assert (ending.reason, site.opened, attempts) == (EndReason.MEETING_UNREACHABLE, 3, [2, 3])


async def test_a_site_that_is_silent_is_tried_once():
    """Silence has taken all the time there is."""
    site = Site((0.2, PageUnreachable("no answer")))
    ending = await arrive(site, [], last_attempt_s=0.12)
    assert (ending.reason, site.opened) == (EndReason.MEETING_UNREACHABLE, 1)


async def test_a_page_that_comes_at_last_and_one_that_never_was():
    """The second attempt may succeed; a missing meeting is not tried again."""
    assert await arrive(Site((0.0, PageUnreachable("x")), None), []) is None
    missing = Site((0.0, MeetingMissing("404")))
    ending = await arrive(missing, [])
    assert (ending.reason, missing.opened) == (EndReason.MEETING_NOT_FOUND, 1)
