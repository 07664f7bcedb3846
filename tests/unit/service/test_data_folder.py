"""The data folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from roomtone.service.data_folder import data_folder, node_name
from roomtone.service.errors import AlreadyServing, DataFolderUnusable

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_made_private_and_held(tmp_path: Path):
    """One server at a time: a second is told who holds the folder, and may have it afterwards."""
    path = tmp_path / "a" / "b"
    with data_folder(path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "sessions").is_dir()
        with pytest.raises(AlreadyServing, match=str(os.getpid())), data_folder(path):
            pass
    with data_folder(path):
        pass


def test_what_cannot_be_made_is_said(tmp_path: Path):
    """The message names the folder and the setting."""
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(DataFolderUnusable, match="ROOMTONE_DATA_DIR"),
        data_folder(tmp_path / "file" / "data"),
    ):
        pass


def test_a_full_disk_is_said(tmp_path: Path):
    """What cannot be written into the folder is told in the same way."""
    (tmp_path / "server.lock").symlink_to("/dev/full")
    with pytest.raises(DataFolderUnusable, match="No space left on device"), data_folder(tmp_path):
        pass


def test_a_node_keeps_its_name(tmp_path: Path):
    """The name is made once."""
    assert node_name(tmp_path) == node_name(tmp_path)
