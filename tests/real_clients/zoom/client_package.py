"""The package with the client's user interface: installed by npm from our lock, outside the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

VERSION = "6.2.0"
LICENCE_FILE = "LICENSE.md"
INSTALL_TIMEOUT_S = 300
_LOCK = Path(__file__).parent / "package"

TERMS = f"""\
This check runs the user interface that Zoom publishes as the npm package @zoom/meetingsdk {VERSION}.

Its README says that the SDK is reserved for human use and does not support bots or AI notetakers, and its
licence file points to Zoom's terms of use:
  https://zoom.us/docs/en-us/zoom_api_license_and_tou.html
Here the package talks only to a service of ours on this machine: no account, key or meeting of Zoom's is
used, nothing reaches Zoom, and nothing of the package is copied into the repository or passed on. Whether
its terms let you use it so is your decision, not ours.

If you have decided that they do, say so once for all later runs:
  ./dev check-zoom-client --accept-terms
"""


class PackageMissing(Exception):
    """The package is not there and cannot be installed; the text says what to do."""


def cache_folder() -> Path:
    """Where the package and what the check saw are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "roomtone" / "zoom-client"


def terms_accepted() -> bool:
    """Whether the user has decided about the package's terms."""
    return (cache_folder() / "terms-accepted").exists()


def accept_terms() -> None:
    """Remember the user's decision."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    (cache_folder() / "terms-accepted").write_text(f"@zoom/meetingsdk {VERSION}\n", "utf-8")


def install() -> Path:
    """The package's ``dist`` folder; installed if it is not there yet. None of its scripts is run.

    Raises:
        PackageMissing: If npm is missing or fails.
    """
    folder = cache_folder() / "package"
    dist = folder / "node_modules" / "@zoom" / "meetingsdk" / "dist"
    lock = _LOCK / "package-lock.json"
    installed = folder / "package-lock.json"
    if dist.is_dir() and installed.exists() and installed.read_bytes() == lock.read_bytes():
        return dist
    npm = shutil.which("npm")
    if npm is None:
        raise PackageMissing("npm is needed to install the package: sudo apt-get install npm")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(_LOCK / name, folder / name)
    command = [npm, "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"]
    try:
        run = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        raise PackageMissing(f"npm did not finish within {INSTALL_TIMEOUT_S} s") from None
    if run.returncode != 0 or not dist.is_dir():
        raise PackageMissing("npm could not install the package:\n" + run.stderr[-2000:])
    return dist
