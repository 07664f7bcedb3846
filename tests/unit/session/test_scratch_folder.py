"""Temporary folders are gone with their process, however it dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from roomtone.session.scratch_folder import remove_abandoned, scratch_folder

PREFIX = "roomtone-scratch-"
HOLDER = f"""
import sys
from roomtone.session.scratch_folder import scratch_folder
with scratch_folder({PREFIX!r}) as folder:
    (folder / "cookies").write_text("personal")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def test_a_folder_is_private_and_gone_after_its_block():
    """Nobody else may look into it while it is there."""
    with scratch_folder(PREFIX) as folder:
        (folder / "file").touch()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_what_a_killed_process_left_is_removed_by_the_next():
    """While a process lives its folder is left alone; after SIGKILL the next one that makes a folder removes it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        with scratch_folder(PREFIX) as ours:
            assert (theirs / "cookies").exists()
            assert ours != theirs
        other.kill()
        other.wait()
        assert theirs.exists()
        with scratch_folder(PREFIX):
            assert not theirs.exists()


def test_a_link_and_other_names_are_left_alone(tmp_path: Path):
    """Nothing but folders with the prefix goes, and no link is followed."""
    kept = tmp_path / "something"
    kept.mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(kept)
    (tmp_path / f"{PREFIX}file").touch()
    assert remove_abandoned(PREFIX) == 0
    assert kept.exists()
