"""Takes Zoom's web client from link to leave, as a guest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.session.platforms import page_reading
from roomtone.session.platforms.base import PlatformTraits, ScreenKind
from roomtone.session.platforms.screens import evidence_queries, recognise
from roomtone.session.platforms.zoom import form
from roomtone.session.platforms.zoom.frames import is_client_frame
from roomtone.session.platforms.zoom.leaving import press_leave
from roomtone.session.platforms.zoom.passcodes import passcodes_of
from roomtone.session.platforms.zoom.screens import JOIN_FORM, SCREENS
from roomtone.session.platforms.zoom.signals import PAGE_SCRIPTS, ZoomSignals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import Page

    from roomtone.bot.request import BotRequest
    from roomtone.session.capture.model import Signal
    from roomtone.session.platforms.base import Notice, Observation, StayNews

_QUERIES = evidence_queries(SCREENS)


class ZoomDriver:
    """Driver of one stay in a Zoom meeting."""

    traits = PlatformTraits(
        pictures={"speaker_view": ("track", "screen"), "grid_view": ("screen", "track")},
        voices="separate",
        page_scripts=PAGE_SCRIPTS,
        track_needs_video=True,
    )

    def __init__(self) -> None:
        self._signals = ZoomSignals("")
        self._notices: list[Notice] = []

    async def open(self, page: Page, request: BotRequest) -> None:
        """Navigate to the web client's page. Raises ``PageUnreachable`` or ``MeetingMissing``."""
        self._signals = ZoomSignals(request.bot_name)
        await page_reading.load(page, request.address.web_url)

    async def observe(self, page: Page) -> Observation:
        """Look at the page once. Raises ``PageSilent``."""
        return recognise(SCREENS, await page_reading.look(page, _QUERIES, is_client_frame))

    async def act(self, page: Page, observation: Observation, request: BotRequest) -> None:
        """Fill the form and press Join. Raises ``PageSilent``."""
        if observation.screen == JOIN_FORM:
            await form.switch_devices_off(page)
            if (notice := await form.type_name(page, request.bot_name)) is not None:
                self._notices.append(notice)
            for passcode in passcodes_of(request.address)[:1]:
                await form.type_passcode(page, passcode)
            await form.press_join(page)

    async def tend(self, _page: Page, _observation: Observation, _request: BotRequest) -> Sequence[Notice]:
        """What the page needs while the stay lasts. Raises ``PageSilent``."""
        notices, self._notices = self._notices, []
        return notices

    async def leave(self, page: Page) -> None:
        """Leave the call, the waiting room or what connects. Raises ``PageSilent``."""
        if (await self.observe(page)).kind in {ScreenKind.CALL, ScreenKind.LOBBY, ScreenKind.PASSES}:
            await press_leave(page)

    def read_signal(self, message: dict[str, Any], at_s: float) -> Sequence[Signal | StayNews]:
        """Translate one message of ``signals.js``."""
        return self._signals.read(message, at_s)
