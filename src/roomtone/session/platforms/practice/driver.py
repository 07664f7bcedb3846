"""Takes the practice meeting's web client from link to leave."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.session.platforms import page_reading
from roomtone.session.platforms.base import PlatformTraits
from roomtone.session.platforms.practice.screens import JOIN_FORM, SCREENS
from roomtone.session.platforms.practice.signals import PracticeSignals
from roomtone.session.platforms.screens import evidence_queries, recognise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import Page

    from roomtone.bot.request import BotRequest
    from roomtone.session.capture.model import Signal
    from roomtone.session.platforms.base import Observation, StayNews

_SHARED_SCRIPTS = Path(__file__).parents[2] / "browser" / "js"
_QUERIES = evidence_queries(SCREENS)


class PracticeDriver:
    """Driver of one stay in a practice meeting."""

    traits = PlatformTraits(
        pictures={"speaker_view": ("track", "screen"), "grid_view": ("screen",)},
        voices="separate",
        page_scripts=(_SHARED_SCRIPTS / "socket_observer.js", Path(__file__).with_name("signals.js")),
    )

    def __init__(self) -> None:
        self._signals = PracticeSignals()

    async def open(self, page: Page, request: BotRequest) -> None:
        """Navigate to the meeting's page. Raises ``PageUnreachable`` or ``MeetingMissing``."""
        await page_reading.load(page, request.address.web_url)

    async def observe(self, page: Page) -> Observation:
        """Look at the page once. Raises ``PageNotAnswering``."""
        return recognise(SCREENS, await page_reading.look(page, _QUERIES))

    async def act(self, page: Page, observation: Observation, request: BotRequest) -> None:
        """Type the bot's name and press Join. Raises ``PageNotAnswering``."""
        if observation.screen != JOIN_FORM:
            return
        timeout_ms = page_reading.ACTION_DEADLINE_S * 1000
        name_box = page.locator('#name, input[placeholder="Your name"]').first
        join = page.locator("#join").or_(page.get_by_role("button", name="Join", exact=True)).first
        await page_reading.within(
            page_reading.ACTION_DEADLINE_S, name_box.fill(request.bot_name, timeout=timeout_ms)
        )
        await page_reading.within(page_reading.ACTION_DEADLINE_S, join.click(timeout=timeout_ms))

    async def leave(self, page: Page) -> None:
        """Press Leave. Raises ``PageNotAnswering``."""
        timeout_ms = page_reading.ACTION_DEADLINE_S * 1000
        leave = page.locator("#leave").or_(page.get_by_role("button", name="Leave", exact=True)).first
        await page_reading.within(page_reading.ACTION_DEADLINE_S, leave.click(timeout=timeout_ms))

    def read_signal(self, message: dict[str, Any], at_s: float) -> Sequence[Signal | StayNews]:
        """Translate one message of ``signals.js``."""
        return self._signals.read(message, at_s)
