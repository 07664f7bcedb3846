"""``roomtone serve``: the whole service in one process."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

import structlog

from roomtone.config import Settings, load_settings
from roomtone.log_setup import set_up_logging
from roomtone.service.server import serve_until_stopped

log = structlog.get_logger(__name__)

_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


def serve(*, host: str | None = None, port: int | None = None, data_dir: Path | None = None) -> None:
    """Serve the API, run the bots, finish their recordings and deliver webhooks, until SIGTERM or Ctrl-C.

    Prints one line with its URL once it answers. The first signal lets the bots leave and finishes their
    recordings, a second one makes it quick.

    Parameters
    ----------
    host
        Address to listen on (ROOMTONE_HOST).
    port
        Port to listen on, 0 for a free one (ROOMTONE_PORT).
    data_dir
        Folder of everything that is kept (ROOMTONE_DATA_DIR).
    """
    # Sessions are child processes and read the same variables.
    for name, value in (("HOST", host), ("PORT", port), ("DATA_DIR", data_dir)):
        if value is not None:
            os.environ[f"ROOMTONE_{name}"] = str(value)
    settings = load_settings()
    set_up_logging(settings.log_level)
    _warn_of_what_is_missing(settings)
    asyncio.run(serve_until_stopped(settings, _announce))


def _announce(url: str) -> None:
    sys.stdout.write(f"Roomtone listens on {url}\n")
    sys.stdout.flush()


def _warn_of_what_is_missing(settings: Settings) -> None:
    browsers = [str(settings.chromium)] if settings.chromium else list(_BROWSERS)
    playwright_own = Path.home() / ".cache" / "ms-playwright"
    if not any(map(shutil.which, browsers)) and (
        settings.chromium or not list(playwright_own.glob("chromium*"))
    ):
        log.warning("server.no_browser", help="bots will fail; run `roomtone doctor`")
    if shutil.which("ffmpeg") is None:
        log.warning("server.no_ffmpeg", help="recordings stay fragmented MP4; run `roomtone doctor`")
