"""Errors of browser profiles.

ProfileError
├── ProfileMissing    there is no profile of this name
├── ProfileMisfit     a profile of another platform or workspace has the name
├── ProfileDamaged    its file is not what was written
├── ProfileLocked     it was encrypted with another key
├── KeyUnusable       the key is no key, or others can read it
├── ProfilesUnusable  the folder cannot be read or written
├── StateUnusable     a file is no storage state
├── NotSignedIn       nobody has signed in
└── NoDisplay         there is no display to show a window on
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class ProfileError(RoomtoneError):
    """The root of what can go wrong with a browser profile; its text tells the operator what to do."""


class ProfileMissing(ProfileError):
    """There is no profile of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no browser profile {name!r}; make it with `roomtone profile login`")


class ProfileMisfit(ProfileError):
    """The profile of this name is for something else."""


class ProfileDamaged(ProfileError):
    """A profile's file is not what was written."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the browser profile {name!r} is damaged; remove it with `roomtone profile remove {name}` "
            "and sign in again"
        )


class ProfileLocked(ProfileError):
    """A profile was encrypted with another key than the present one."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the browser profile {name!r} was encrypted with another key; give that key "
            "(ROOMTONE_PROFILE_KEY, or profile.key in the data folder), or sign in again"
        )


class KeyUnusable(ProfileError):
    """The key of the profiles cannot be used."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")


class ProfilesUnusable(ProfileError):
    """The folder of the profiles cannot be read or written."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"the browser profiles in {path} cannot be used: {problem}")


class StateUnusable(ProfileError):
    """A file that should be a Playwright storage state is none."""


class NotSignedIn(ProfileError):
    """Nobody has signed in, so there is nothing to keep."""


class NoDisplay(ProfileError):
    """There is no display on which a window could be shown."""

    def __init__(self) -> None:
        super().__init__(
            "there is no display to show the sign-in window on (DISPLAY is not set); run this at a desktop "
            "or with `ssh -X`, or import a file made elsewhere with --from-file"
        )
