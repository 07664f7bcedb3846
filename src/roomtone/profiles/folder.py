"""The profiles of a data folder: one encrypted file each."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.request import PROFILE_NAME
from roomtone.bot.sign_ins import SIGN_INS, signed_in_until_s
from roomtone.profiles.errors import (
    ProfileDamaged,
    ProfileError,
    ProfileLocked,
    ProfileMisfit,
    ProfileMissing,
    ProfilesUnusable,
)
from roomtone.profiles.key import profile_key
from roomtone.profiles.sealing import Profile, key_id, read_header, seal, unseal
from roomtone.profiles.storage_state import StorageState, parse_storage_state
from roomtone.profiles.whole_file import write_over

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roomtone.bot.meeting_address import Platform
    from roomtone.config import Settings

FOLDER_NAME = "profiles"
SUFFIX = ".profile"
DEFAULT_WORKSPACE = "default"
"""The workspace of profiles that name none, as it is of API keys."""

log = structlog.get_logger(__name__)


class ProfileFolder:
    """The profiles of one data folder; several processes may use it at once.

    Files are read when they are asked for, so that a profile that is signed in again serves the next bot.
    Their mode is 0600, their folder's 0700.

    Args:
        data_dir: The data folder; it is made when the first profile is saved.
        configured_key: ``ROOMTONE_PROFILE_KEY``; None: the key is a file in the data folder.
    """

    def __init__(self, data_dir: Path, configured_key: str | None = None) -> None:
        self._data_dir = data_dir.expanduser().absolute()
        self._folder = self._data_dir / FOLDER_NAME
        self._configured_key = configured_key

    @classmethod
    def of(cls, settings: Settings) -> ProfileFolder:
        """The profiles of a process with these settings."""
        key = settings.profile_key
        return cls(settings.data_dir, key.get_secret_value() if key is not None else None)

    def save(
        self, name: str, platform: Platform, state: StorageState, workspace: str = DEFAULT_WORKSPACE
    ) -> Profile:
        """Keep a state under a name; a profile of this name, platform and workspace is replaced.

        The file is there whole or not at all.

        Raises:
            ProfileMisfit: If the name cannot be one, or is another platform's or workspace's.
            StateUnusable: If the state is too long.
            KeyUnusable: If there is a key that cannot be used.
            ProfilesUnusable: If the folder cannot be written.
        """
        self.check_replaceable(name, platform, workspace)
        content = state.as_bytes()
        with self._trouble():
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            key = profile_key(self._data_dir, self._configured_key, make=True)
            profile = Profile(
                name=name,
                platform=platform,
                workspace=workspace,
                saved_at=datetime.now(UTC).replace(microsecond=0),
                signed_in_until=_signed_in_until(state, platform),
                key_id=key_id(key),
            )
            write_over(self._path(name), seal(profile, content, key))
        return profile

    def check_replaceable(self, name: str, platform: Platform, workspace: str) -> None:
        """Raise ``ProfileMisfit`` if this name cannot be one, or is another platform's or workspace's."""
        if re.fullmatch(PROFILE_NAME, name) is None:
            raise ProfileMisfit(
                "a profile's name has 1 to 64 letters, digits, dots, dashes and underscores, and begins with "
                "a letter or digit"
            )
        with contextlib.suppress(ProfileMissing, ProfileDamaged):
            self._check_fits(self.header(name), platform, workspace)

    def list_profiles(self) -> list[Profile | str]:
        """Every profile by name, without its state; of a damaged one only the name."""
        with self._trouble():
            names = sorted(path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"*{SUFFIX}"))
        found: list[Profile | str] = []
        for name in names:
            try:
                found.append(self.header(name))
            except ProfileDamaged:
                found.append(name)
            except ProfileMissing:
                continue  # removed meanwhile
        return found

    def header(self, name: str) -> Profile:
        """A profile without its state.

        Raises:
            ProfileMissing: If there is none of this name.
            ProfileDamaged: If its file is none.
            ProfilesUnusable: If it cannot be read.
        """
        return read_header(self._content(name), name)

    def open_state(
        self, name: str, platform: Platform, workspace: str | None = None
    ) -> tuple[Profile, StorageState]:
        """A profile and a copy of its state.

        Args:
            name: Of the profile.
            platform: That it has to be for.
            workspace: That it has to be for; None: any.

        Raises:
            ProfileMissing: If there is none of this name.
            ProfileMisfit: If it is for another platform or workspace.
            ProfileLocked: If the key is another, or gone.
            ProfileDamaged: If its file was changed.
            KeyUnusable: If the key cannot be used.
            ProfilesUnusable: If something cannot be read.
        """
        content = self._content(name)
        self._check_fits(read_header(content, name), platform, workspace)
        with self._trouble():
            try:
                key = profile_key(self._data_dir, self._configured_key)
            except FileNotFoundError:
                raise ProfileLocked(name) from None
        profile, state = unseal(content, name, key)
        return profile, parse_storage_state(state, f"the browser profile {name!r}")

    def complaint(self, name: str, platform: Platform, workspace: str) -> str | None:
        """Why bots of a workspace cannot use this profile on this platform; None when they can.

        It tells nothing of another workspace's profiles, not even that there are some.
        """
        try:
            self.open_state(name, platform, workspace)
        except (ProfileMissing, ProfileMisfit):
            return f"there is no profile of this name for {platform.label}; see `roomtone profile list`"
        except (ProfileLocked, ProfileDamaged) as problem:
            return str(problem)
        except ProfileError as problem:
            # Its text has paths of this machine in it.
            log.warning("profile.unusable", problem=str(problem))
            return "the server cannot open its profiles; its log says why"
        return None

    def remove(self, name: str) -> None:
        """Delete a profile, damaged or not; bots that have their copy keep it.

        Raises:
            ProfileMissing: If there is none of this name.
            ProfilesUnusable: If it cannot be deleted.
        """
        with self._trouble(), self._missing(name):
            self._path(name).unlink()

    def _content(self, name: str) -> bytes:
        with self._trouble(), self._missing(name):
            return self._path(name).read_bytes()

    def _path(self, name: str) -> Path:
        if re.fullmatch(PROFILE_NAME, name) is None:
            raise ProfileMissing(name)
        return self._folder / f"{name}{SUFFIX}"

    @staticmethod
    def _check_fits(profile: Profile, platform: Platform, workspace: str | None) -> None:
        if profile.platform is not platform:
            raise ProfileMisfit(
                f"the browser profile {profile.name!r} is for {profile.platform.label}, not {platform.label}"
            )
        if workspace is not None and profile.workspace != workspace:
            raise ProfileMisfit(f"the browser profile {profile.name!r} is of another workspace")

    @contextlib.contextmanager
    def _missing(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise ProfileMissing(name) from None

    @contextlib.contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise ProfilesUnusable(str(self._folder), problem.strerror or str(problem)) from None


def _signed_in_until(state: StorageState, platform: Platform) -> datetime | None:
    sign_in = SIGN_INS.get(platform)
    until_s = signed_in_until_s((c.model_dump() for c in state.cookies), sign_in) if sign_in else None
    try:
        return datetime.fromtimestamp(until_s, UTC).replace(microsecond=0) if until_s is not None else None
    except (OverflowError, ValueError, OSError):
        return None
