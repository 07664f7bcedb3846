"""The check of Zoom's own client asks for the user's decision before anything else."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def run(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, with a cache folder of its own and no npm to be found."""
    return subprocess.run(
        [sys.executable, "-m", "tests.real_clients.zoom", *arguments],
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "PATH": str(cache)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_nothing_is_installed_before_the_user_has_decided(tmp_path: Path) -> None:
    """Without the decision the command says what is to be decided, and leaves nothing behind."""
    ended = run(tmp_path)
    assert ended.returncode == 2
    assert "--accept-terms" in ended.stderr
    assert "does not support bots" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_decision_is_remembered(tmp_path: Path) -> None:
    """Once decided, later runs go on to the package, and say what they need for it."""
    run(tmp_path, "--accept-terms")
    ended = run(tmp_path)
    assert ended.returncode == 2
    assert "npm is needed" in ended.stderr


def test_an_unknown_state_is_named(tmp_path: Path) -> None:
    """A name that no state has is refused before anything is done."""
    ended = run(tmp_path, "no_such_state")
    assert ended.returncode != 0
    assert "no_such_state" in ended.stderr
