"""The machine's hands, on a driver that follows a script."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.request import BotRequest
from roomtone.session.browser.errors import PageSilent
from roomtone.session.page_watch import PageWatch
from roomtone.session.platforms.base import (
    Notice,
    Observation,
    PlatformDriver,
    PlatformTraits,
    ScreenKind,
    StayFact,
    StayNews,
)
from roomtone.session.platforms.joining import End, JoiningMachine, JoinLimits, ReportAdmitted, ReportWaiting

FORM = Observation("form", ScreenKind.ASKS)
LOBBY = Observation("lobby", ScreenKind.LOBBY)
CALL = Observation("call", ScreenKind.CALL, evidence=("leave", "tiles"))
ENDED = Observation("ended", ScreenKind.OVER, EndReason.MEETING_ENDED, "it ended")
REQUEST = BotRequest(meeting_link="http://127.0.0.1:1/practice/a")


class ScriptedDriver:
    """A page that shows one screen after the other; None: it does not answer."""

    traits = PlatformTraits(pictures={}, voices="separate")

    def __init__(self, *screens: Observation | None) -> None:
        self.screens = list(screens)
        self.acted: list[str] = []
        self.tended: list[str] = []

    async def open(self, _page: Any, _request: BotRequest) -> None:
        """Nothing to open."""

    async def observe(self, _page: Any) -> Observation:
        """The next screen; the last one stays."""
        screen = self.screens.pop(0) if len(self.screens) > 1 else self.screens[0]
        if screen is None:
            raise PageSilent("no answer")
        return screen

    async def act(self, _page: Any, observation: Observation, _request: BotRequest) -> None:
        """Note it; the first time it does not work."""
        self.acted.append(observation.screen)
        if len(self.acted) == 1:
            raise PageSilent("not clickable")

    async def tend(self, _page: Any, observation: Observation, _request: BotRequest) -> tuple[Notice, ...]:
        """The same notice each time."""
        self.tended.append(observation.screen)
        return (Notice("odd", "something is odd"),)

    async def leave(self, _page: Any) -> None:
        """Nothing to leave."""

    def read_signal(self, _message: dict[str, Any], _at_s: float) -> tuple[()]:
        """Nothing to read."""
        return ()


def watching(driver: ScriptedDriver, **limits: float) -> tuple[PageWatch, list[object]]:
    """A watch over the driver, and what it reports."""
    loop = asyncio.get_running_loop()
    reports: list[object] = []
    machine = JoiningMachine(JoinLimits(waiting_room_s=60, **limits), loop.time())
    return PageWatch(
        cast("PlatformDriver", driver), cast("Any", None), REQUEST, machine, reports.append
    ), reports


async def test_a_way_in_and_its_end():
    """Screens lead to actions and reports; a failed action and a failed look are no end."""
    driver = ScriptedDriver(FORM, None, LOBBY, CALL, CALL, ENDED)
    watch, reports = watching(driver, confirm_s=0.0)
    async with asyncio.timeout(60):
        await watch.run()
    assert driver.acted == ["form"]
    assert reports == [ReportWaiting(), ReportAdmitted(("page",)), End(EndReason.MEETING_ENDED, "it ended")]


async def test_a_new_screen_is_tended_at_every_look_in_the_meeting():
    """What is asked there, and the sound, do not wait for the pace of a long stay."""
    driver = ScriptedDriver(CALL, CALL, CALL, ENDED)
    watch, _ = watching(driver, confirm_s=0.0)
    async with asyncio.timeout(60):
        await watch.run()
    assert driver.tended == ["call"] * 3


async def _removed() -> float:
    """A stay that the host ends, heard 0.3 s after a look; how long it then takes to be over, in seconds."""
    watch, reports = watching(ScriptedDriver(CALL))
    loop = asyncio.get_running_loop()
    watch.hear(StayNews(StayFact.ADMITTED, loop.time()))
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(watch.run(), name="watch")
        await asyncio.sleep(0.3)
        assert reports == [ReportAdmitted(("page", "signalling"))]
        began_s = loop.time()
        watch.hear(StayNews(StayFact.REMOVED, loop.time()))
        await running
    assert isinstance(reports[-1], End)
    assert reports[-1].reason is EndReason.REMOVED_BY_HOST
    return loop.time() - began_s


async def test_news_is_looked_after_at_once():
    """In the meeting, where looks are a second apart, news brings the next look forward or ends the stay itself."""
    # A machine that stands still takes its time once; a stay that waits for the next look takes it always.
    for _ in range(5):
        took_s = await _removed()
        if took_s < 0.5:
            break
    assert took_s < 0.5


async def test_a_page_that_never_answers_is_given_up():
    """Looks that all fail end in a bound that is the machine's."""
    watch, reports = watching(ScriptedDriver(None), unresponsive_s=0.5)
    async with asyncio.timeout(60):
        await watch.run()
    assert [report.reason for report in reports if isinstance(report, End)] == [EndReason.PAGE_UNRESPONSIVE]
