"""The same states without our page scripts: what the driver makes of the page, when it hears nothing else.

``python -m tests.real_clients.zoom.page_alone STATE PACKAGE`` is one look, in a process of its own as every
browser of ours has; its last line is the word.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from roomtone.bot.errors import RoomtoneError
from roomtone.child_process import ChildGroup
from roomtone.session.browser.chromium import BrowserOptions, open_browser
from roomtone.session.page_watch import PageWatch
from roomtone.session.platforms.joining import (
    End,
    JoiningMachine,
    JoinLimits,
    ReportAdmitted,
    ReportWaiting,
)
from roomtone.session.platforms.zoom.driver import ZoomDriver
from tests.real_clients.zoom.service import Service, serving
from tests.real_clients.zoom.states import STATES
from tests.real_clients.zoom.visit import request_of

if TYPE_CHECKING:
    from tests.real_clients.zoom.state import State

LONGEST_S = 45.0
START_S = 45.0
CONFIRM_S = 2.0
"""The page alone is believed sooner than in a stay: the ends come seconds after the entry."""


async def read_page_alone(state: State, package: Path) -> str:
    """Bring a client to a state, in a process of its own, and only look at it.

    Returns:
        ``waiting`` or ``admitted``, if that was awaited and came; else the end reason; ``nothing`` if neither
        came in time; ``failed: ...`` if the look itself failed.
    """
    command = [sys.executable, "-m", "tests.real_clients.zoom.page_alone", state.name, str(package)]
    child = await ChildGroup.start(command, stdout=asyncio.subprocess.PIPE)
    assert child.stdout is not None
    try:
        async with asyncio.timeout(LONGEST_S + START_S):
            said = (await child.stdout.read()).decode().split("\n")
    except TimeoutError:
        return "failed: no answer"
    finally:
        await child.stop()
    return next((line for line in reversed(said) if line), "failed: no word")


async def _read(state: State, package: Path) -> str:
    service = Service(package, state.scene)
    request = request_of(state)
    driver = ZoomDriver()
    found: asyncio.Queue[str] = asyncio.Queue(maxsize=100)

    def on_report(report: ReportWaiting | ReportAdmitted | End) -> None:
        if isinstance(report, End):
            found.put_nowait(str(report.reason))
        elif _word(report) == state.alone:
            found.put_nowait(_word(report))

    async with serving(service) as flags, open_browser(BrowserOptions(more_flags=tuple(flags))) as browser:
        try:
            await driver.open(browser.page, request)
            machine = JoiningMachine(JoinLimits(waiting_room_s=60, confirm_s=CONFIRM_S), time.monotonic())
            watch = PageWatch(driver, browser.page, request, machine, on_report)
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(watch.run(), name=f"watch {state.name}")
                try:
                    async with asyncio.timeout(LONGEST_S):
                        return await found.get()
                except TimeoutError:
                    return "nothing"
                finally:
                    watching.cancel()
        except (RoomtoneError, PlaywrightError) as problem:
            return f"failed: {type(problem).__name__}"


def _word(report: ReportWaiting | ReportAdmitted) -> str:
    return "waiting" if isinstance(report, ReportWaiting) else "admitted"


def _main(name: str, package: str) -> None:
    state = next(state for state in STATES if state.name == name)
    print(asyncio.run(_read(state, Path(package))))


if __name__ == "__main__":
    _main(*sys.argv[1:])
