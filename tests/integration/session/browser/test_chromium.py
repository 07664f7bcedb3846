"""Starting, watching and ending a real browser."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest
from tests.integration.session.browser.conftest import BLOCK_PAGE

from roomtone.session.browser.chromium import PROFILE_PREFIX, BrowserOptions, open_browser
from roomtone.session.browser.errors import BrowserMissing, BrowserNotStarted, PageSilent
from roomtone.session.browser.page_reads import dom_snapshot, read_page, screenshot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.session.browser.conftest import PageServer

pytestmark = pytest.mark.browser

TICK_S = 0.02


def _own_descendants() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


async def test_nothing_is_left_of_a_closed_browser():
    """After the block no process is left, not even a zombie, and no file."""
    before = {one.pid for one in _own_descendants()}
    async with open_browser(BrowserOptions()) as browser:
        assert browser.is_alive
        assert len(browser.processes()) > 3
        [folder] = {
            Path(value.split("=", 1)[1]).parent
            for one in browser.processes()
            for value in one.cmdline()
            if value.startswith("--user-data-dir=")
        }
        assert folder.exists()
    assert {one.pid for one in _own_descendants()} <= before
    assert not folder.exists()


async def test_a_killed_browser_leaves_no_temporary_file(monkeypatch: pytest.MonkeyPatch):
    """What browser and driver put aside lies in the session's own folder, and goes with it."""
    # Short: a socket's path has room for a hundred characters only.
    with tempfile.TemporaryDirectory(prefix="t-") as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        monkeypatch.setenv("TMPDIR", place)
        async with open_browser(BrowserOptions()) as browser:
            await browser.kill()
            assert [one.name.startswith(PROFILE_PREFIX) for one in Path(place).iterdir()] == [True]
        assert list(Path(place).iterdir()) == []


async def _ticks_until(noticing: asyncio.Task[str], process: psutil.Process) -> int:
    """Ticks from the process's end to the notice of it: a machine that stands still makes none."""
    ticks = 0
    while not noticing.done():
        with contextlib.suppress(psutil.NoSuchProcess):
            ticks -= process.status() != psutil.STATUS_ZOMBIE
        ticks += 1
        await asyncio.sleep(TICK_S)
    return ticks


@pytest.mark.parametrize("victim", ["chromium", "node"])
async def test_a_killed_browser_is_noticed_within_a_second(victim: str):
    """Kill -9 of the browser or its driver wakes whoever waits for it, and everything else of it ends too."""
    before = {one.pid for one in _own_descendants()}
    async with open_browser(BrowserOptions()) as browser:
        process = next(
            one
            for one in browser.processes()
            if (victim == "node" and "run-driver" in one.cmdline())
            or (
                victim == "chromium" and one.name() == "chromium" and "--type=" not in " ".join(one.cmdline())
            )
        )
        process.kill()
        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            noticing = tasks.create_task(browser.died(), name="noticing")
            ticks = await _ticks_until(noticing, process)
        assert ticks < 1.0 / TICK_S
        cause = noticing.result()
        assert cause in {"exited", "disconnected", "page_closed"}
        assert not browser.is_alive
        with pytest.raises(PageSilent):
            await read_page(browser.page, "1 + 1")
    assert {one.pid for one in _own_descendants()} <= before


async def test_a_crashed_page_is_noticed():
    """The death of the page's own process is told though the browser lives on."""
    async with open_browser(BrowserOptions()) as browser:
        renderers = [one for one in browser.processes() if "--type=renderer" in one.cmdline()]
        for one in renderers:
            one.send_signal(signal.SIGKILL)
        async with asyncio.timeout(5):
            assert await browser.died() == "page_crashed"


async def test_the_browser_dies_with_its_session(tmp_path: Path):
    """Kill -9 of the process that opened it ends the browser, driver and all."""
    program = tmp_path / "session.py"
    program.write_text(
        "import asyncio\n"
        "from roomtone.session.browser.chromium import BrowserOptions, open_browser\n"
        "async def main():\n"
        "    async with open_browser(BrowserOptions()) as browser:\n"
        "        print('pids', *(one.pid for one in browser.processes()), flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    session = await asyncio.create_subprocess_exec(
        sys.executable, program, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert session.stdout is not None
    line = b""
    async with asyncio.timeout(30):
        while not line.startswith(b"pids"):
            line = await session.stdout.readline()
    pids = [int(word) for word in line.split()[1:]]
    assert len(pids) > 3
    session.kill()
    await session.wait()

    def living() -> list[int]:
        # Zombies may be left to whoever inherits them; this process does when it has opened a browser before.
        return [
            pid
            for pid in pids
            if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        ]

    async with asyncio.timeout(5):
        while living():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_cancelled_session_leaves_nothing():
    """Cancelling in the middle of the start or of the stay ends the browser."""
    before = {one.pid for one in _own_descendants()}
    opened = asyncio.Event()

    async def stay() -> None:
        async with open_browser(BrowserOptions()):
            opened.set()
            await asyncio.sleep(60)

    async def reached(stage: str) -> None:
        while not (  # noqa: ASYNC110
            opened.is_set()
            if stage == "stay"
            else any(stage in " ".join(_command(one)) for one in _own_descendants() if one.pid not in before)
        ):
            await asyncio.sleep(0.01)

    for stage in ("run-driver", "--type=", "stay"):
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            staying = tasks.create_task(stay(), name="stay")
            await reached(stage)
            staying.cancel()
        assert {one.pid for one in _own_descendants()} <= before, stage


async def test_a_busy_page_runs_into_the_deadline_and_not_the_session(pages: PageServer):
    """A page whose main thread is blocked answers no read, and every read gives up in time."""
    async with open_browser(BrowserOptions()) as browser:
        await browser.page.goto(pages.page("/"))
        held = pages.hold("/held")
        await read_page(browser.page, BLOCK_PAGE)
        async with asyncio.timeout(20):
            await held.asked.wait()
            for read in (
                read_page(browser.page, "document.title", 0.4),
                screenshot(browser.page, 0.4),
                dom_snapshot(browser.page, 0.4),
            ):
                with pytest.raises(PageSilent):
                    await read
        held.released.set()
        assert await read_page(browser.page, "(n) => n + 1", 20.0, argument=41) == 42
        assert (await screenshot(browser.page)).startswith(b"\x89PNG")
        assert "/meeting.js" in await dom_snapshot(browser.page)
        with pytest.raises(PageSilent, match="wrong"):
            await read_page(browser.page, "() => { throw new Error('wrong'); }")


async def test_a_missing_browser_is_told_with_what_to_install(tmp_path: Path):
    """The error names the place looked at and the command to install one; nothing is left running."""
    with pytest.raises(BrowserMissing, match="apt-get install chromium"):
        async with open_browser(BrowserOptions(executable=tmp_path / "chromium")):
            pass


async def test_a_browser_that_does_not_start_is_told():
    """A program that is no browser is an error, not a hang."""
    with pytest.raises(BrowserNotStarted, match="/bin/false did not start"):
        async with open_browser(BrowserOptions(executable=Path("/bin/false"))):
            pass


@contextlib.asynccontextmanager
async def _display() -> AsyncIterator[str]:
    read_end, write_end = os.pipe()
    server = await asyncio.create_subprocess_exec(
        "Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x720x24", "-nolisten", "tcp",
        pass_fds=(write_end,), stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write_end)
    try:
        with os.fdopen(read_end, "rb") as numbers:
            line = await asyncio.to_thread(numbers.readline)
        yield f":{line.decode().strip()}"
    finally:
        server.kill()
        await server.wait()


async def _grabbed(display: str) -> np.ndarray:
    """What stands on the display: 720 lines of 1280 colours."""
    grabber = await asyncio.create_subprocess_exec(
        "ffmpeg", "-loglevel", "error", "-f", "x11grab", "-draw_mouse", "0", "-video_size", "1280x720",
        "-i", display, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    raw, _ = await grabber.communicate()
    return np.frombuffer(raw, np.uint8).reshape(720, 1280, 3)


async def test_a_driver_that_cannot_run_is_told(monkeypatch: pytest.MonkeyPatch):
    """A driver without its libraries ends at once: that is a browser that did not start, not an unknown error."""
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", "/bin/false")
    before = {one.pid for one in _own_descendants()}
    with pytest.raises(BrowserNotStarted, match="roomtone doctor"):
        async with open_browser(BrowserOptions()):
            pass
    assert {one.pid for one in _own_descendants()} <= before


async def test_on_a_display_the_page_fills_it(pages: PageServer):
    """Full screen there is the page and nothing else: no toolbar, no banner, no border."""
    address = pages.put("/green", "<!doctype html><body style='margin:0;background:#00ff00'></body>")
    async with _display() as display, open_browser(BrowserOptions(display=display)) as browser:
        await browser.page.goto(address)
        # A pixel more than the display, see flags.py.
        assert await read_page(browser.page, "[innerWidth, innerHeight]") == [1281, 721]
        assert await read_page(browser.page, "navigator.webdriver") is True
        async with asyncio.timeout(20):
            while not np.all(await _grabbed(display) == (0, 255, 0)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_an_operators_flag_reaches_the_browser(pages: PageServer):
    """A flag of the operator is on the command line, and the browser says honestly what it is."""
    pages.page("/mapped")
    rule = f"--host-resolver-rules=MAP meet.example 127.0.0.1:{pages.port}"
    async with open_browser(BrowserOptions(more_flags=(rule,))) as browser:
        await browser.page.goto("http://meet.example/mapped")
        assert await read_page(browser.page, "location.host") == "meet.example"
        assert await read_page(browser.page, "navigator.webdriver") is True
