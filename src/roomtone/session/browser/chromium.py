"""Finding, starting and ending the browser of a session."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import structlog
from playwright._impl._driver import compute_driver_executable
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

from roomtone.child_process import Launcher
from roomtone.session.browser.errors import BrowserMissing, BrowserNotStarted
from roomtone.session.browser.flags import NO_SANDBOX, command_line, lacks_sandbox, person_flags
from roomtone.session.browser.process_tree import ProcessTree, adopt_orphans, on_exit
from roomtone.session.scratch_folder import scratch_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    import psutil
    from playwright.async_api import BrowserContext, Page, Playwright, StorageState

START_DEADLINE_S = 30.0
CLOSE_DEADLINE_S = 3.0
PROFILE_PREFIX = "roomtone-profile-"
"""Of the temporary folder with the browser's profile."""
PERMISSIONS = ("microphone", "camera", "local-network-access")
_BROWSERS = ("/usr/bin/chromium", "playwright", "google-chrome", "google-chrome-stable", "chromium-browser")
_MARK_VARIABLE = "BROWSER_OF_SESSION"
_NODE_VARIABLE = "PLAYWRIGHT_NODEJS_PATH"
# The driver allocates little and keeps nothing; without this 20 MB of its garbage lie about.
_NODE_ARGUMENTS = ("--max-semi-space-size=1",)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """How a browser is started.

    Attributes:
        executable: The browser; None: the first one found.
        more_flags: The operator's flags, last on the command line.
        display: ``DISPLAY`` to be shown on, full screen; None: headless.
        width: Of the page, pixels.
        height: Of the page, pixels.
        init_scripts: JavaScript to run in every frame before the page's own, in order.
        storage_state: The cookies and web storage to begin with, as Playwright writes them; None: none.
        for_person: A window with its bars, for somebody who signs in, without what only a bot needs.
    """

    executable: Path | None = None
    more_flags: tuple[str, ...] = ()
    display: str | None = None
    width: int = 1280
    height: int = 720
    init_scripts: Sequence[str] = ()
    storage_state: Mapping[str, Any] | None = field(default=None, repr=False)
    for_person: bool = False


class Browser:
    """A running browser with one page. Made by ``open_browser``.

    Attributes:
        context: Its only context.
        page: Its first page.
    """

    def __init__(self, context: BrowserContext, page: Page, tree: ProcessTree) -> None:
        self.context = context
        self.page = page
        self._tree = tree
        self._died = asyncio.Event()
        self._cause = ""
        context.on("close", lambda _: self.gone("disconnected"))
        page.on("crash", lambda _: self.gone("page_crashed"))
        page.on("close", lambda _: self.gone("page_closed"))

    async def died(self) -> str:
        """Wait until the browser or its page is gone, and say how.

        ``exited``, ``disconnected``, ``page_crashed`` or ``page_closed``; closing it on
        purpose counts too. Any number may wait.
        """
        await self._died.wait()
        return self._cause

    @property
    def is_alive(self) -> bool:
        """Whether it still runs, as far as is known."""
        return not self._died.is_set()

    def processes(self) -> list[psutil.Process]:
        """Its living processes, the automation driver's among them."""
        return self._tree.processes()

    async def kill(self) -> None:
        """Kill every process of it and reap them; ``open_browser`` does so by itself when its block ends."""
        await self._tree.kill()

    def gone(self, cause: str) -> None:
        """Take note that it is gone; the first cause stays."""
        if not self._died.is_set():
            self._cause = cause
            self._died.set()
            _log.info("browser.gone", cause=cause)


def find_browser(named: Path | None, playwright_path: str = "") -> Path:
    """The browser to use.

    Args:
        named: The operator's choice.
        playwright_path: Where Playwright would have its own.

    Raises:
        BrowserMissing: If the named one, or every usual place, has none.
    """
    if named is not None:
        found = shutil.which(str(named))
        if found is None:
            raise BrowserMissing((str(named),))
        return Path(found)
    for name in _BROWSERS:
        found = shutil.which(playwright_path if name == "playwright" else name)
        if found is not None:
            return Path(found)
    raise BrowserMissing(_BROWSERS)


@contextlib.asynccontextmanager
async def open_browser(options: BrowserOptions) -> AsyncIterator[Browser]:
    """A browser with a profile of its own, gone with all its processes and files when the block ends.

    Closed politely first, for at most three seconds, then killed; also when cancelled. If this process dies,
    the kernel kills the browser.

    Raises:
        BrowserMissing: If there is none.
        BrowserNotStarted: If it does not start within 30 s.
    """
    adopt_orphans()
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(scratch_folder(PROFILE_PREFIX))
        tree = ProcessTree(mark=str(folder))
        stack.push_async_callback(tree.kill)
        driver = await _start_driver(folder, tree, stack)
        browser, chromium = await _start_browser(driver, options, folder, tree)
        stack.push_async_callback(_close, browser)
        if chromium.pid is not None:
            stack.enter_context(on_exit(chromium.pid, lambda: browser.gone("exited")))
        yield browser


def _environment_of(folder: Path) -> dict[str, str]:
    """What every process of a browser has in its environment: a mark, and where its temporary files go."""
    return {_MARK_VARIABLE: str(folder), "TMPDIR": str(folder)}


async def _start_driver(folder: Path, tree: ProcessTree, stack: contextlib.AsyncExitStack) -> Playwright:
    node = Launcher(compute_driver_executable()[0], folder, "node", _NODE_ARGUMENTS)
    changed = {_NODE_VARIABLE: node.path, **_environment_of(folder)}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)  # the driver's program and environment can be chosen in no other way
    try:
        async with asyncio.timeout(START_DEADLINE_S):
            driver = await async_playwright().start()
    except TimeoutError:
        raise BrowserNotStarted("the automation driver did not start in time") from None
    except Exception as problem:  # what a driver that cannot run raises has no type of its own
        raise BrowserNotStarted("the automation driver did not start; run `roomtone doctor`") from problem
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if node.pid is not None:
            tree.add_root(node.pid)
    stack.push_async_callback(_stop, driver)
    # What the driver kills on its way out is ours to reap, and can be recognised only while it lives.
    stack.callback(tree.processes)
    return driver


async def _start_browser(
    driver: Playwright, options: BrowserOptions, folder: Path, tree: ProcessTree
) -> tuple[Browser, Launcher]:
    found = find_browser(options.executable, driver.chromium.executable_path)
    chromium = Launcher(str(found), folder, "chromium")
    started_s = time.monotonic()
    try:
        context = await _launch(driver, options, folder, chromium.path)
    except PlaywrightError as error:
        raise BrowserNotStarted(f"{found} did not start: {_cause_of(error)}") from None
    if options.storage_state is not None:
        await _set_storage_state(context, options.storage_state)
    for script in options.init_scripts:
        await context.add_init_script(script)
    page = context.pages[0] if context.pages else await context.new_page()
    _log.info(
        "browser.started", seconds=round(time.monotonic() - started_s, 2), headless=options.display is None
    )
    tree.processes()  # remember also those that leave for a session of their own
    return Browser(context, page, tree), chromium


async def _set_storage_state(context: BrowserContext, state: Mapping[str, Any]) -> None:
    """Give it the cookies, and each origin its storage, for which pages are opened that reach no network."""
    try:
        async with asyncio.timeout(START_DEADLINE_S):
            await context.set_storage_state(cast("StorageState", state))
    except (PlaywrightError, TimeoutError) as problem:
        # Its text may hold what was to be set.
        raise BrowserNotStarted(f"it does not take the browser profile ({type(problem).__name__})") from None


async def _launch(driver: Playwright, options: BrowserOptions, folder: Path, path: str) -> BrowserContext:
    """Start it with its sandbox, or without where the machine gives it nothing to build one with."""
    is_root = os.geteuid() == 0
    if options.for_person:
        flags = person_flags(is_root=is_root, more=options.more_flags)
    else:
        flags = command_line(
            size=(options.width, options.height),
            kiosk=options.display is not None,
            is_root=is_root,
            more=options.more_flags,
        )
    try:
        return await _launch_as(driver, options, folder, path, flags, sandbox=NO_SANDBOX not in flags)
    except PlaywrightError as error:
        if is_root or not lacks_sandbox(error.message):
            raise
    _log.warning("browser.unsandboxed", remedy="see `roomtone doctor`")
    return await _launch_as(driver, options, folder, path, flags, sandbox=False)


async def _launch_as(
    driver: Playwright, options: BrowserOptions, folder: Path, path: str, flags: list[str], *, sandbox: bool
) -> BrowserContext:
    kiosk = options.display is not None and not options.for_person
    windowed = kiosk or options.for_person
    environment: dict[str, str | float | bool] = {
        name: value for name, value in os.environ.items() if not name.startswith("ROOMTONE_")
    }
    environment |= _environment_of(folder)
    if options.display is not None:
        environment["DISPLAY"] = options.display
    return await driver.chromium.launch_persistent_context(
        folder / "profile",
        executable_path=path,
        headless=not windowed,
        chromium_sandbox=sandbox,
        args=flags,
        # Its banner would be in the picture.
        ignore_default_args=["--enable-automation"] if kiosk else None,
        env=environment,
        bypass_csp=not options.for_person,
        permissions=[] if options.for_person else list(PERMISSIONS),
        locale=None if options.for_person else "en-US",
        no_viewport=windowed or None,
        viewport=None if windowed else {"width": options.width, "height": options.height},
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
        timeout=START_DEADLINE_S * 1000,
    )


def _cause_of(error: PlaywrightError) -> str:
    lines = [line.strip() for line in error.message.splitlines() if line.strip()]
    telling = [line for line in lines if "[err]" in line or "rror" in line]
    return " / ".join([*lines[:1], *telling[-2:]])[:500]


async def _close(browser: Browser) -> None:
    if not browser.is_alive:
        return
    try:
        async with asyncio.timeout(CLOSE_DEADLINE_S):
            await browser.context.close()
    except (TimeoutError, PlaywrightError):
        _log.warning("browser.killed", reason="did not close in time")


async def _stop(driver: Playwright) -> None:
    try:
        async with asyncio.timeout(CLOSE_DEADLINE_S):
            await driver.stop()
    except (TimeoutError, PlaywrightError):
        _log.warning("browser.driver_killed", reason="did not stop in time")
