"""Looks at the page, asks the joining machine, and does what it says: the machine's hands."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from roomtone.session.browser.errors import PageSilent
from roomtone.session.platforms.joining import (
    Act,
    Command,
    End,
    Handled,
    JoinEvent,
    JoiningMachine,
    Looked,
    LookFailed,
    ReportAdmitted,
    ReportWaiting,
    Sensed,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from roomtone.bot.request import BotRequest
    from roomtone.session.platforms.base import Notice, Observation, PlatformDriver, StayNews

LOOK_EVERY_S = 0.25
"""On the way in."""
WATCH_EVERY_S = 1.0
"""In the meeting: the signalling says first what happens, a look costs about a millisecond of the page."""
LOBBY_EVERY_S = 0.5
"""In the lobby, where minutes pass."""

TEND_EVERY_S = 2.0
"""Notices that keep sound and picture from the bot are answered this often."""
TEND_SOON_S = 1.0
"""So often while a screen is new: what is asked there, and the sound, should not wait."""
NEW_S = 8.0
"""So long a screen is new."""
MOST_SCREENS_PICTURED = 12
"""Pictures of screens on the way in that are kept; more, and the page goes round in circles."""

log = structlog.get_logger(__name__)


class PageWatch:
    """One page's way in and stay; `run` is a task, the rest is called on the same loop.

    Args:
        driver: The platform's.
        page: The meeting's page, opened.
        request: What was asked for.
        machine: Decides.
        on_report: Told `ReportWaiting`, `ReportAdmitted` and `End`; must not block.
        on_notice: Told what does not end the stay, once for each code; must not block.
        picture: Keeps a picture of the page under a name; awaited at each new screen on the way in.
        turn: Held while it looks and acts: others use the page too; None: nobody does.
    """

    def __init__(
        self,
        driver: PlatformDriver,
        page: Page,
        request: BotRequest,
        machine: JoiningMachine,
        on_report: Callable[[ReportWaiting | ReportAdmitted | End], None],
        on_notice: Callable[[Notice], None] = lambda _: None,
        picture: Callable[[Page, str], Awaitable[None]] | None = None,
        turn: asyncio.Lock | None = None,
    ) -> None:
        self._driver = driver
        self._page = page
        self._request = request
        self._machine = machine
        self._on_report = on_report
        self._on_notice = on_notice
        self._picture = picture
        self._turn = turn or asyncio.Lock()
        self._noticed: set[str] = set()
        self._tended_s = float("-inf")
        self._screen_s = float("-inf")
        self._screens = 0
        self._wake = asyncio.Event()
        self._last_screen = ""

    def hear(self, event: StayNews | Sensed) -> None:
        """The signalling, the roster or the media said something; the page is looked at right after news."""
        for command in self._machine.handle(event):
            self._report(command)
        if not isinstance(event, Sensed):
            self._wake.set()

    async def run(self) -> None:
        """Look, decide, act; returns when the machine has ended the stay."""
        while self._machine.state != "over":
            async with self._turn:
                await self._step()
            try:
                async with asyncio.timeout(self._pause_s()):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    async def _step(self) -> None:
        event: JoinEvent
        observation: Observation | None = None
        began_s = time.monotonic()
        try:
            observation = await self._driver.observe(self._page)
            event = Looked(observation, time.monotonic())
        except PageSilent as problem:
            log.info("session.look_failed", problem=str(problem))
            event = LookFailed(time.monotonic(), began_s)
        if observation is not None and observation.screen != self._last_screen:
            await self._on_new_screen(observation)
        for command in self._machine.handle(event):
            if isinstance(command, Act):
                await self._act(command)
            else:
                self._report(command)
        if observation is not None and self._machine.state != "over":
            await self._tend(observation)

    async def _on_new_screen(self, observation: Observation) -> None:
        self._last_screen = observation.screen
        self._screen_s = time.monotonic()
        log.info("session.screen", screen=observation.screen, evidence=observation.evidence)
        if self._picture is None or self._machine.is_in_meeting or self._screens >= MOST_SCREENS_PICTURED:
            return
        self._screens += 1
        await self._picture(self._page, f"{self._screens:02d}-{observation.screen}")

    async def _tend(self, observation: Observation) -> None:
        now_s = time.monotonic()
        every_s = TEND_SOON_S if now_s - self._screen_s < NEW_S else TEND_EVERY_S
        if now_s - self._tended_s < every_s:
            return
        self._tended_s = now_s
        try:
            notices = await self._driver.tend(self._page, observation, self._request)
        except PageSilent as problem:
            log.info("session.tend_failed", problem=str(problem))
            self._handled(problem)
            return
        self._handled()
        for notice in notices:
            if notice.code not in self._noticed:
                self._noticed.add(notice.code)
                self._on_notice(notice)

    async def _act(self, command: Act) -> None:
        log.info("session.acting", screen=command.observation.screen)
        try:
            await self._driver.act(self._page, command.observation, self._request)
        except PageSilent as problem:
            # No end of its own: the next look tells whether the page still answers.
            log.info("session.act_failed", screen=command.observation.screen, problem=str(problem))
            self._handled(problem)
        else:
            self._handled()

    def _handled(self, problem: PageSilent | None = None) -> None:
        silent_s = 0.0 if problem is None else problem.waited_s
        if problem is None or silent_s:
            self._machine.handle(Handled(time.monotonic(), silent_s))

    def _report(self, command: Command) -> None:
        assert not isinstance(command, Act), "news never asks for an action"
        self._on_report(command)

    def _pause_s(self) -> float:
        if self._machine.is_in_meeting:
            return WATCH_EVERY_S
        return LOBBY_EVERY_S if self._machine.state == "in_lobby" else LOOK_EVERY_S
