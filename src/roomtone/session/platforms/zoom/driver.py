"""Takes Zoom's web client from link to leave, as a guest."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.bot.end_reasons import EndReason
from roomtone.session.browser.errors import PageSilent
from roomtone.session.platforms import page_reading
from roomtone.session.platforms.base import PlatformTraits, ScreenKind
from roomtone.session.platforms.closed_roots import note_closed_roots
from roomtone.session.platforms.dressing import dress
from roomtone.session.platforms.errors import NotPossible
from roomtone.session.platforms.screens import recognise
from roomtone.session.platforms.sweeping import sweep
from roomtone.session.platforms.zoom import camera, microphone, sending
from roomtone.session.platforms.zoom.attempts import Attempts
from roomtone.session.platforms.zoom.audio import SoundJoining
from roomtone.session.platforms.zoom.containers import DIALOG, SHOWN_CODE, WHOLE_PAGE
from roomtone.session.platforms.zoom.frames import is_client_frame
from roomtone.session.platforms.zoom.join_request import JoinRequest
from roomtone.session.platforms.zoom.leaving import leave_meeting
from roomtone.session.platforms.zoom.nuisances import EVERYWHERE, IN_CALL
from roomtone.session.platforms.zoom.passcodes import passcodes_of
from roomtone.session.platforms.zoom.screens import QUERIES, SCREENS
from roomtone.session.platforms.zoom.signals import PAGE_SCRIPTS, ZoomSignals
from roomtone.session.platforms.zoom.verdicts import Verdicts
from roomtone.session.platforms.zoom.view import zoom_dressing
from roomtone.session.platforms.zoom.way_in import WayIn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import Page

    from roomtone.bot.request import BotRequest
    from roomtone.session.capture.model import Signal
    from roomtone.session.platforms.base import Notice, Observation, StayNews
    from roomtone.session.platforms.dressing import Dressing

_HERE = Path(__file__).parent
_TO_BE_LEFT = {ScreenKind.CALL, ScreenKind.LOBBY, ScreenKind.PASSES}


async def _with_code(page: Page, seen: Observation) -> Observation:
    """The observation with Zoom's code in its detail, if the page shows one. Raises ``PageSilent``."""
    code = await page_reading.read_match(page, f"{DIALOG}, {WHOLE_PAGE}", SHOWN_CODE, is_client_frame)
    return replace(seen, detail=f"{seen.detail} (Zoom's code {code})") if code else seen


class ZoomDriver:
    """Driver of one stay in a Zoom meeting."""

    traits = PlatformTraits(
        pictures={"speaker_view": ("track", "screen"), "grid_view": ("screen", "track")},
        voices="separate",
        page_scripts=(_HERE / "settings.js", *PAGE_SCRIPTS),
        track_needs_video=True,
        media_shows_admission=False,
    )

    def __init__(self) -> None:
        self._signals = ZoomSignals("")
        self._dressing: Dressing | None = None
        self._request = JoinRequest()
        self._begin(Attempts())

    def _begin(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self._verdicts = Verdicts(attempts)
        self._way_in = WayIn(attempts, self._signals.forget_refusal)
        self._sound = SoundJoining()
        self._notices: list[Notice] = []

    async def open(self, page: Page, request: BotRequest) -> None:
        """Navigate to the web client's page. Raises ``PageUnreachable`` or ``MeetingMissing``."""
        self._signals = ZoomSignals(request.bot_name)
        self._begin(Attempts(passcodes_of(request.address)))
        self._dressing = zoom_dressing(request.bot_name) if request.video_required else None
        self._way_in.visits(request.address.web_url)
        self._request.watch(page)
        await page_reading.load(page, request.address.web_url)

    async def observe(self, page: Page) -> Observation:
        """Look at the page once. Raises ``PageSilent``."""
        began_s = time.monotonic()
        try:
            present = await page_reading.look(page, QUERIES, is_client_frame)
        except PageSilent:
            self._verdicts.unanswered(began_s)
            raise
        self._attempts.is_pending = self._request.is_pending
        seen = recognise(SCREENS, present)
        judged = self._verdicts.judge(
            seen,
            present,
            time.monotonic(),
            page.url,
            self._signals.refusal,
            is_heard_inside=self._signals.is_in_meeting,
        )
        if judged.kind is ScreenKind.CALL and self._dressing is not None:
            # Before anybody says that the bot is in: the recording begins with the meeting's look.
            await dress(page, self._dressing, is_client_frame)
        if judged.end_reason is EndReason.JOIN_REFUSED and judged.detail == seen.detail:
            return await _with_code(page, judged)
        return judged

    async def act(self, page: Page, observation: Observation, request: BotRequest) -> None:
        """Fill the form, answer the question, take the detour. Raises ``PageSilent``."""
        await sweep(page, EVERYWHERE, is_client_frame)
        notice = await self._way_in.act(page, observation.screen, request)
        if notice is not None:
            self._notices.append(notice)

    async def tend(self, page: Page, observation: Observation, _request: BotRequest) -> Sequence[Notice]:
        """Press away what lies in the way, and see to the sound. Raises ``PageSilent``."""
        notices, self._notices = self._notices, []
        if observation.kind is ScreenKind.OVER:
            return notices
        in_call = observation.kind is ScreenKind.CALL
        await sweep(page, IN_CALL if in_call else EVERYWHERE, is_client_frame)
        if in_call:
            notice = await self._sound.tend(page)
            notices += [notice] if notice is not None else []
        elif observation.kind in {ScreenKind.ASKS, ScreenKind.UNKNOWN}:
            await note_closed_roots(page)
        return notices

    async def send_message(self, page: Page, text: str) -> None:
        """Write to everybody, with the chat opened and closed. Raises ``NotPossible`` and ``PageSilent``."""
        await sending.send_message(page, text)

    async def show_camera(self, page: Page, *, on: bool) -> None:
        """Turn the bot's camera on or off. Raises ``NotPossible`` and ``PageSilent``."""
        await camera.show_camera(page, on=on)

    async def show_microphone(self, page: Page, *, on: bool) -> None:
        """Open or close the bot's microphone. Raises ``NotPossible`` and ``PageSilent``."""
        self._sound.may_be_open = on
        try:
            await microphone.show_microphone(page, on=on)
        except NotPossible:
            self._sound.may_be_open = False
            raise

    async def is_microphone_on(self, page: Page) -> bool | None:
        """Whether it is open. Raises ``PageSilent``."""
        return await microphone.is_microphone_on(page)

    async def leave(self, page: Page) -> None:
        """Leave the call, the waiting room, or what is on its way into one. Raises ``PageSilent``."""
        kind = (await self.observe(page)).kind
        is_lost = kind is ScreenKind.UNKNOWN and self._verdicts.was_in_meeting
        if kind in _TO_BE_LEFT or is_lost:
            await leave_meeting(page)

    def read_signal(self, message: dict[str, Any], at_s: float) -> Sequence[Signal | StayNews]:
        """Translate one message of ``signals.js``."""
        return self._signals.read(message, at_s)
