"""The way to the meeting's page: a browser with our scripts in it, and more than one try to load it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.bot.end_reasons import EndReason
from roomtone.session.browser.chromium import BrowserOptions
from roomtone.session.browser.composer_script import composer_script
from roomtone.session.browser.page_scripts import tap_script
from roomtone.session.browser.stream_script import stream_script
from roomtone.session.ending import Ending
from roomtone.session.platforms.errors import MeetingMissing, PageUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.async_api import Page

    from roomtone.bot.request import BotRequest
    from roomtone.config import Settings
    from roomtone.session.platforms.base import PlatformDriver, PlatformTraits

RETRY_AFTER_S = (2.0, 4.0)
"""Pauses before the second and the third attempt to load the page."""
LAST_ATTEMPT_S = 12.0
"""No attempt begins later than this after the first: a site that is silent once is not waited for again."""

_SHARED_SCRIPTS = Path(__file__).parent / "browser" / "js"
_OBSERVERS = (
    _SHARED_SCRIPTS / "shadow_roots.js",
    _SHARED_SCRIPTS / "connection_observer.js",
    _SHARED_SCRIPTS / "bot_camera.js",
)

log = structlog.get_logger(__name__)


def browser_options(
    settings: Settings,
    traits: PlatformTraits,
    link_url: str,
    *,
    video: bool,
    display: str | None,
    video_streams: bool = False,
    storage_state: Mapping[str, Any] | None = None,
) -> BrowserOptions:
    """How this session's browser is started.

    Args:
        settings: Of this process.
        traits: The platform's.
        link_url: ``PageLink.url``.
        video: Whether the recording has a picture.
        display: The X display to be on; None: none.
        video_streams: Whether participants' pictures are kept each by itself.
        storage_state: See ``Start.storage_state``.
    """
    scripts = [tap_script(link_url, video=video or video_streams)]
    if video:
        scripts.append(composer_script())
    if video_streams:
        scripts.append(stream_script())
    scripts += [script.read_text("utf-8") for script in _OBSERVERS]
    scripts += [path.read_text("utf-8") for path in traits.page_scripts]
    return BrowserOptions(
        executable=settings.chromium,
        more_flags=(*traits.browser_flags, *settings.chromium_args),
        display=display,
        init_scripts=scripts,
        storage_state=storage_state,
    )


async def open_meeting(
    driver: PlatformDriver,
    page: Page,
    request: BotRequest,
    on_retry: Callable[[int], None],
    *,
    retry_after_s: tuple[float, ...] = RETRY_AFTER_S,
    last_attempt_s: float = LAST_ATTEMPT_S,
) -> Ending | None:
    """Load the meeting's page, trying again when it cannot be reached.

    Args:
        driver: The platform's.
        page: An empty page.
        request: What was asked for.
        on_retry: Told the number of each attempt after the first.
        retry_after_s: Pauses between the attempts, one fewer than these.
        last_attempt_s: No attempt begins later than this after the first.

    Returns:
        None when the page is there, else why it is not.
    """
    attempts = len(retry_after_s) + 1
    began_s = time.monotonic()
    for attempt in range(1, attempts + 1):
        if attempt > 1:
            on_retry(attempt)
        try:
            await driver.open(page, request)
        except MeetingMissing as problem:
            return Ending(EndReason.MEETING_NOT_FOUND, str(problem))
        except PageUnreachable as problem:
            log.info("session.page_unreachable", attempt=attempt, problem=str(problem))
            if attempt == attempts or time.monotonic() - began_s > last_attempt_s:
                return Ending(EndReason.MEETING_UNREACHABLE, str(problem))
            await asyncio.sleep(retry_after_s[attempt - 1])
        else:
            return None
    return None
