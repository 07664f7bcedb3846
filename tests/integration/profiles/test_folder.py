"""Profiles in a real folder."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.meeting_address import Platform
from roomtone.config import Settings
from roomtone.profiles.errors import (
    KeyUnusable,
    ProfileDamaged,
    ProfileLocked,
    ProfileMisfit,
    ProfileMissing,
    ProfilesUnusable,
)
from roomtone.profiles.folder import ProfileFolder
from roomtone.profiles.storage_state import StorageState

if TYPE_CHECKING:
    from pathlib import Path

UNTIL_S = 4_000_000_000
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER_KEY = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="


def state(value: str = "secret") -> StorageState:
    """Of somebody who is signed in to Zoom."""
    return StorageState.model_validate(
        {
            "cookies": [
                {"name": name, "value": value, "domain": ".zoom.us", "expires": UNTIL_S}
                for name in ("zm_aid", "zm_haid", "_zm_ssid")
            ]
        }
    )


def mode(path: Path) -> int:
    """The permission bits."""
    return path.stat().st_mode & 0o777


def test_a_saved_profile_comes_back(tmp_path: Path):
    """Name, platform, workspace, dates and state; the files are their owner's alone and hold no secret."""
    old_mask = os.umask(0)
    try:
        ProfileFolder(tmp_path / "data").save("work", Platform.ZOOM, state(), "team")
    finally:
        os.umask(old_mask)
    folder = ProfileFolder(tmp_path / "data")
    profile, found = folder.open_state("work", Platform.ZOOM, "team")
    assert found == state()
    assert (profile.name, profile.platform, profile.workspace) == ("work", Platform.ZOOM, "team")
    assert profile.signed_in_until == datetime.fromtimestamp(UNTIL_S, UTC)
    assert folder.list_profiles() == [profile]
    assert mode(tmp_path / "data") == mode(tmp_path / "data" / "profiles") == 0o700
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert {path.name: mode(path) for path in files} == {"work.profile": 0o600, "profile.key": 0o600}
    assert not any(b"secret" in path.read_bytes() for path in files)


def test_a_profile_is_replaced_by_the_next_sign_in(tmp_path: Path):
    """The same name, platform and workspace: the newer state counts; another's name is not taken over."""
    folder = ProfileFolder(tmp_path)
    folder.save("zoom", Platform.ZOOM, state("old"))
    folder.save("zoom", Platform.ZOOM, state("new"))
    assert folder.open_state("zoom", Platform.ZOOM)[1] == state("new")
    with pytest.raises(ProfileMisfit, match="is for Zoom"):
        folder.save("zoom", Platform.PRACTICE, state())
    with pytest.raises(ProfileMisfit, match="another workspace"):
        folder.save("zoom", Platform.ZOOM, state(), "another")
    assert [path.name for path in (tmp_path / "profiles").iterdir()] == ["zoom.profile"]


def test_a_damaged_profile(tmp_path: Path):
    """It is listed by its name, cannot be opened, and can be replaced and removed."""
    folder = ProfileFolder(tmp_path)
    folder.save("zoom", Platform.ZOOM, state())
    path = tmp_path / "profiles" / "zoom.profile"
    content = json.loads(path.read_text())
    content["sealed"] = content["sealed"][:-8] + "AAAAAAA="
    path.write_text(json.dumps(content))
    with pytest.raises(ProfileDamaged, match="roomtone profile remove zoom"):
        folder.open_state("zoom", Platform.ZOOM)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ProfileDamaged):
        folder.header("zoom")
    assert folder.list_profiles() == ["zoom"]
    folder.save("zoom", Platform.ZOOM, state())
    assert folder.open_state("zoom", Platform.ZOOM)[1] == state()
    path.write_text("")
    folder.remove("zoom")
    assert folder.list_profiles() == []


def test_the_key(tmp_path: Path):
    """A setting goes before the file; another key, or none, opens nothing; one that others read is refused."""
    ProfileFolder(tmp_path, KEY).save("zoom", Platform.ZOOM, state())
    assert not (tmp_path / "profile.key").exists()
    assert ProfileFolder(tmp_path, KEY).open_state("zoom", Platform.ZOOM)[1] == state()
    with pytest.raises(ProfileLocked, match="ROOMTONE_PROFILE_KEY"):
        ProfileFolder(tmp_path, OTHER_KEY).open_state("zoom", Platform.ZOOM)
    with pytest.raises(ProfileLocked):
        ProfileFolder(tmp_path).open_state("zoom", Platform.ZOOM)
    assert not (tmp_path / "profile.key").exists()
    with pytest.raises(KeyUnusable, match=r"ROOMTONE_PROFILE_KEY.*openssl rand"):
        ProfileFolder(tmp_path, "short").open_state("zoom", Platform.ZOOM)
    (tmp_path / "profile.key").write_text(KEY)
    (tmp_path / "profile.key").chmod(0o640)
    with pytest.raises(KeyUnusable, match="chmod 600"):
        ProfileFolder(tmp_path).open_state("zoom", Platform.ZOOM)
    (tmp_path / "profile.key").chmod(0o600)
    assert ProfileFolder(tmp_path).open_state("zoom", Platform.ZOOM)[1] == state()


def test_a_key_is_made_once(tmp_path: Path):
    """Two who save their first profile at once use one key."""
    folders = [ProfileFolder(tmp_path) for _ in range(8)]
    start = threading.Barrier(len(folders))

    def save(number: int) -> None:
        start.wait()
        folders[number].save(f"p{number}", Platform.ZOOM, state(str(number)))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(len(folders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(len(folders)):
        assert ProfileFolder(tmp_path).open_state(f"p{number}", Platform.ZOOM)[1] == state(str(number))


@pytest.mark.parametrize("name", ["", ".", "../zoom", "a/b", "a\n", "-x", "x" * 65, "é"])
def test_a_name_that_leaves_the_folder_is_none(tmp_path: Path, name: str):
    """No name leads out of the folder, to read, write or delete."""
    folder = ProfileFolder(tmp_path / "data")
    (tmp_path / "zoom.profile").write_text("precious")
    with pytest.raises(ProfileMisfit, match="1 to 64"):
        folder.save(name, Platform.ZOOM, state())
    for refuse in (folder.header, folder.remove):
        with pytest.raises(ProfileMissing):
            refuse(name)
    assert not (tmp_path / "data").exists()


def test_what_an_api_client_is_told(tmp_path: Path):
    """Another workspace's profile is as one that is not there; trouble of the machine names no path."""
    folder = ProfileFolder(tmp_path)
    folder.save("zoom", Platform.ZOOM, state(), "team")
    assert folder.complaint("zoom", Platform.ZOOM, "team") is None
    missing = folder.complaint("nobody", Platform.ZOOM, "team")
    assert missing is not None
    assert missing == folder.complaint("zoom", Platform.ZOOM, "another")
    assert folder.complaint("zoom", Platform.PRACTICE, "team") is not None
    assert "another key" in str(ProfileFolder(tmp_path, KEY).complaint("zoom", Platform.ZOOM, "team"))
    (tmp_path / "profile.key").chmod(0o644)
    assert str(tmp_path) not in str(folder.complaint("zoom", Platform.ZOOM, "team"))


def test_a_folder_that_cannot_be_used(tmp_path: Path):
    """A file in the way is told with its place."""
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(ProfilesUnusable, match=str(tmp_path)):
        ProfileFolder(tmp_path / "data").save("zoom", Platform.ZOOM, state())


def test_the_settings_name_folder_and_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The environment's folder and key are used, and the key is not among the settings' words."""
    monkeypatch.setenv("ROOMTONE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ROOMTONE_PROFILE_KEY", KEY)
    settings = Settings()
    ProfileFolder.of(settings).save("zoom", Platform.ZOOM, state())
    assert ProfileFolder(tmp_path, KEY).open_state("zoom", Platform.ZOOM)[1] == state()
    assert KEY not in repr(settings)
