"""The browser that baselines are measured with: the one that bots would use."""

from __future__ import annotations

import shutil
from pathlib import Path

from roomtone.staging.errors import StagingError

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
PLAYWRIGHT_OWN = ".cache/ms-playwright/chromium-*/chrome-linux*/chrome"


def browser_path(named: Path | None) -> Path:
    """The named browser, else the first one found.

    Raises:
        StagingError: If there is none.
    """
    names = NAMES if named is None else (str(named),)
    for name in names:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    own = sorted(Path.home().glob(PLAYWRIGHT_OWN)) if named is None else []
    if own:
        return own[-1]
    raise StagingError("no Chromium was found; run `roomtone doctor`")
