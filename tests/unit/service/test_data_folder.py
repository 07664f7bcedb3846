"""The data folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from roomtone.service.data_folder import data_folder, link_key, node_name
from roomtone.service.errors import AlreadyServing, DataFolderUnusable, LinkKeyUnusable

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


def test_the_key_of_links_is_made_once_and_private(tmp_path: Path):
    """It is 32 bytes that stay the same until the file is removed; only its owner may read it."""
    key = link_key(tmp_path / "new")
    path = tmp_path / "new" / "media-links.key"
    assert (len(key), link_key(tmp_path / "new")) == (32, key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["media-links.key"]
    path.unlink()
    assert link_key(tmp_path / "new") != key


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe nonsense", b"A" * 5])
def test_a_damaged_key_of_links_is_named(tmp_path: Path, content: bytes):
    """The message says which file, and what to do."""
    (tmp_path / "media-links.key").write_bytes(content)
    with pytest.raises(LinkKeyUnusable, match=r"media-links\.key.*delete it"):
        link_key(tmp_path)
