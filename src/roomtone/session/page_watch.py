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
    JoinEvent,
    JoiningMachine,
    Looked,
    LookFailed,
    ReportAdmitted,
    ReportWaiting,
    Sensed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Page

    from roomtone.bot.request import BotRequest
    from roomtone.session.platforms.base import PlatformDriver, StayNews

LOOK_EVERY_S = 0.25
"""On the way in."""
WATCH_EVERY_S = 1.0
"""In the meeting: the signalling says first what happens, a look costs about a millisecond of the page."""
LOBBY_EVERY_S = 0.5
"""In the lobby, where minutes pass."""

log = structlog.get_logger(__name__)


class PageWatch:
    """One page's way in and stay; `run` is a task, the rest is called on the same loop.

    Args:
        driver: The platform's.
        page: The meeting's page, opened.
        request: What was asked for.
        machine: Decides.
        on_report: Told `ReportWaiting`, `ReportAdmitted` and `End`; must not block.
    """

    def __init__(
        self,
        driver: PlatformDriver,
        page: Page,
        request: BotRequest,
        machine: JoiningMachine,
        on_report: Callable[[ReportWaiting | ReportAdmitted | End], None],
    ) -> None:
        self._driver = driver
        self._page = page
        self._request = request
        self._machine = machine
        self._on_report = on_report
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
            await self._step()
            try:
                async with asyncio.timeout(self._pause_s()):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    async def _step(self) -> None:
        event: JoinEvent
        try:
            observation = await self._driver.observe(self._page)
            event = Looked(observation, time.monotonic())
            if observation.screen != self._last_screen:
                self._last_screen = observation.screen
                log.info("session.screen", screen=observation.screen, evidence=observation.evidence)
        except PageSilent as problem:
            log.info("session.look_failed", problem=str(problem))
            event = LookFailed(time.monotonic())
        for command in self._machine.handle(event):
            if isinstance(command, Act):
                await self._act(command)
            else:
                self._report(command)

    async def _act(self, command: Act) -> None:
        log.info("session.acting", screen=command.observation.screen)
        try:
            await self._driver.act(self._page, command.observation, self._request)
        except PageSilent as problem:
            # Not an event of its own: the next look tells whether the page still answers.
            log.info("session.act_failed", screen=command.observation.screen, problem=str(problem))

    def _report(self, command: Command) -> None:
        assert not isinstance(command, Act), "news never asks for an action"
        self._on_report(command)

    def _pause_s(self) -> float:
        if self._machine.is_in_meeting:
            return WATCH_EVERY_S
        return LOBBY_EVERY_S if self._machine.state == "in_lobby" else LOOK_EVERY_S
