"""Takes the practice meeting's web client from link to leave."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.session.platforms import page_reading
from roomtone.session.platforms.base import PlatformTraits, ScreenKind
from roomtone.session.platforms.practice import taking_part
from roomtone.session.platforms.practice.screens import JOIN_FORM, SCREENS
from roomtone.session.platforms.practice.signals import PracticeSignals
from roomtone.session.platforms.screens import evidence_queries, recognise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import Page

    from roomtone.bot.request import BotRequest
    from roomtone.session.capture.model import Signal
    from roomtone.session.platforms.base import Notice, Observation, StayNews

_SHARED_SCRIPTS = Path(__file__).parents[2] / "browser" / "js"
_QUERIES = evidence_queries(SCREENS)


class PracticeDriver:
    """Driver of one stay in a practice meeting."""

    traits = PlatformTraits(
        pictures={"speaker_view": ("track", "screen"), "grid_view": ("screen", "track")},
        voices="separate",
        page_scripts=(_SHARED_SCRIPTS / "socket_observer.js", Path(__file__).with_name("signals.js")),
    )

    def __init__(self) -> None:
        self._signals = PracticeSignals("")

    async def open(self, page: Page, request: BotRequest) -> None:
        """Navigate to the meeting's page. Raises ``PageUnreachable`` or ``MeetingMissing``."""
        self._signals = PracticeSignals(request.bot_name)
        await page_reading.load(page, request.address.web_url)

    async def observe(self, page: Page) -> Observation:
        """Look at the page once. Raises ``PageSilent``."""
        return recognise(SCREENS, await page_reading.look(page, _QUERIES))

    async def act(self, page: Page, observation: Observation, request: BotRequest) -> None:
        """Type the bot's name and press Join. Raises ``PageSilent``."""
        if observation.screen != JOIN_FORM:
            return
        name_box = page.locator('#name, input[placeholder="Your name"]').first
        await page_reading.fill(name_box, request.bot_name)
        await page_reading.click(page.locator("#join").or_(page.get_by_role("button", name="Join")).first)

    async def tend(self, _page: Page, _observation: Observation, _request: BotRequest) -> Sequence[Notice]:
        """Nothing: the practice meeting puts nothing in the way."""
        return ()

    async def send_message(self, page: Page, text: str) -> None:
        """Write into the chat. Raises ``NotPossible`` and ``PageSilent``."""
        await taking_part.send_message(page, text)

    async def show_camera(self, page: Page, *, on: bool) -> None:
        """Turn the bot's camera on or off. Raises ``NotPossible`` and ``PageSilent``."""
        await taking_part.show_camera(page, on=on)

    async def show_microphone(self, page: Page, *, on: bool) -> None:
        """Open or close the bot's microphone. Raises ``NotPossible`` and ``PageSilent``."""
        await taking_part.show_microphone(page, on=on)

    async def is_microphone_on(self, page: Page) -> bool | None:
        """Whether it is open. Raises ``PageSilent``."""
        return await taking_part.is_microphone_on(page)

    async def leave(self, page: Page) -> None:
        """Press Leave, in the call or in the lobby; elsewhere nothing is to be left. Raises `PageSilent`."""
        if (await self.observe(page)).kind in {ScreenKind.CALL, ScreenKind.LOBBY}:
            await page_reading.click(page.get_by_role("button", name="Leave").first)

    def read_signal(self, message: dict[str, Any], at_s: float) -> Sequence[Signal | StayNews]:
        """Translate one message of ``signals.js``."""
        return self._signals.read(message, at_s)
