"""Small pages of Zoom's looks in a real browser, and the driver let loose on them."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import roomtone.session.browser.chromium as browsers
from roomtone.bot.request import BotRequest
from roomtone.session import arrival
from roomtone.session.page_watch import PageWatch
from roomtone.session.platforms.joining import End, JoiningMachine, JoinLimits, ReportAdmitted, ReportWaiting
from roomtone.session.platforms.zoom.driver import ZoomDriver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from playwright.async_api import Page, Route

    from roomtone.session.platforms.base import Notice, Observation

Report = ReportWaiting | ReportAdmitted | End
LINK = "https://zoom.us/j/81234567890"
LIMITS = JoinLimits(waiting_room_s=60.0, confirm_s=1.0)
IMPATIENT = JoinLimits(waiting_room_s=60.0, confirm_s=1.0, ignored_s=5.0)
_SHARED = Path(arrival.__file__).parent / "browser" / "js"
_DEAF = "globalThis.__roomtone = { send() {} };"


class CountingDriver(ZoomDriver):
    """Counts its looks at the page: how soon something is found, whatever time the machine takes for each."""

    looks = 0

    async def observe(self, page: Page) -> Observation:
        """Look, and count it."""
        self.looks += 1
        return await super().observe(page)


class Visit:
    """The driver on one page, driven by the joining machine.

    Attributes:
        reports: What the machine said, in order.
        notices: What the driver said, in order.
    """

    def __init__(self, page: Page, pages: dict[str, str]) -> None:
        self.page = page
        self.pages = pages
        self.driver = CountingDriver()
        self.reports: list[Report] = []
        self.notices: list[Notice] = []

    async def run(
        self,
        within_s: float,
        until: Callable[[Report], bool] | None = None,
        link: str = LINK,
        limits: JoinLimits = LIMITS,
    ) -> Report:
        """Open the link and go on until the machine says what is waited for; None: any report."""
        request = BotRequest(meeting_link=link, bot_name="Roomtone")
        done = asyncio.Event()

        def take(report: Report) -> None:
            self.reports.append(report)
            if until is None or until(report) or isinstance(report, End):
                done.set()

        await self.driver.open(self.page, request)
        machine = JoiningMachine(limits, time.monotonic())
        watch = PageWatch(self.driver, self.page, request, machine, take, on_notice=self.notices.append)
        async with asyncio.timeout(within_s), asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch.run(), name="page-watch")
            await done.wait()
            watching.cancel()
        return self.reports[-1]


@pytest.fixture
async def visit() -> Callable[[dict[str, str] | str], AbstractAsyncContextManager[Visit]]:
    """A maker of visits: pages by the path that they are served at, of every host of Zoom's; one for all."""

    @asynccontextmanager
    async def _open(pages: dict[str, str] | str) -> AsyncIterator[Visit]:
        by_path = {"": pages} if isinstance(pages, str) else pages
        scripts = [_DEAF, *((_SHARED / name).read_text() for name in ("shadow_roots.js",))]
        scripts += [path.read_text() for path in ZoomDriver.traits.page_scripts]
        options = browsers.BrowserOptions(init_scripts=scripts)

        async def serve(route: Route) -> None:
            path = route.request.url.split("/", 3)[3]
            body = next(
                (by_path[key] for key in by_path if key and path.startswith(key)), by_path.get("", "")
            )
            await route.fulfill(body=body, content_type="text/html; charset=utf-8")

        async with browsers.open_browser(options) as browser:
            await browser.context.route("**/*", serve)
            yield Visit(browser.page, by_path)

    return _open
