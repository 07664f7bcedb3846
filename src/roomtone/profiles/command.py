"""``roomtone profile``: sign in once, for bots that come as somebody with an account."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  the command line reads it at run time
from typing import TYPE_CHECKING

from cyclopts import App

from roomtone.profiles.folder import DEFAULT_WORKSPACE

if TYPE_CHECKING:
    from roomtone.bot.meeting_address import Platform
    from roomtone.bot.sign_ins import SignIn
    from roomtone.config import Settings
    from roomtone.profiles.sealing import Profile
    from roomtone.profiles.storage_state import StorageState

app = App(name="profile", help="Signed-in browser profiles: login, list, check, remove.")


@app.command
def login(
    platform: str,
    *,
    name: str | None = None,
    workspace: str = DEFAULT_WORKSPACE,
    from_file: Path | None = None,
) -> None:
    """Open a window to sign in to a platform, and keep what it leaves, encrypted.

    Args:
        platform: Where to sign in: zoom.
        name: What to call the profile; default: the platform's name. One of this name is replaced.
        workspace: The workspace of API keys whose bots may use it.
        from_file: A Playwright storage state (JSON) to import instead of opening a window.
    """
    from roomtone.config import load_settings
    from roomtone.profiles.folder import ProfileFolder

    where, place = _sign_in_of(platform)
    name = name or platform
    settings = load_settings()
    folder = ProfileFolder.of(settings)
    folder.check_replaceable(name, where, workspace)
    state = _read(from_file, place) if from_file else _ask(settings, place)
    _warn_of_missing(state, place)
    profile = folder.save(name, where, state, workspace)
    print(f"Kept the browser profile {name!r} ({_until(profile)}).")


@app.command(name="list")
def list_profiles() -> None:
    """Print every profile, without what is in it."""
    from roomtone.config import load_settings
    from roomtone.profiles.folder import ProfileFolder

    profiles = ProfileFolder.of(load_settings()).list_profiles()
    if not profiles:
        print("There are no browser profiles yet; make one with `roomtone profile login PLATFORM`.")
        return
    table = [("NAME", "PLATFORM", "WORKSPACE", "SAVED (UTC)", "STATE")]
    for profile in profiles:
        if isinstance(profile, str):
            table.append((profile, "", "", "", "damaged"))
        else:
            saved = f"{profile.saved_at:%Y-%m-%d %H:%M}"
            table.append((profile.name, profile.platform.label, profile.workspace, saved, _until(profile)))
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@app.command
def check(name: str) -> None:
    """Decrypt a profile and tell whether its cookies still mean signed in; exit code 1 when they do not.

    Nothing is asked of the platform, which may have ended the sign-in all the same; the next bot tells.

    Args:
        name: Of the profile.
    """
    from roomtone.bot.sign_ins import SIGN_INS
    from roomtone.config import load_settings
    from roomtone.profiles.errors import NotSignedIn
    from roomtone.profiles.folder import ProfileFolder
    from roomtone.profiles.signed_in import missing_of

    folder = ProfileFolder.of(load_settings())
    profile, state = folder.open_state(name, folder.header(name).platform)
    place = SIGN_INS.get(profile.platform)
    missing = missing_of(state, place) if place else ()
    if missing:
        raise NotSignedIn(
            f"the browser profile {name!r} is signed out (missing or expired: {', '.join(missing)}); sign in "
            f"again with `roomtone profile login {profile.platform.value} --name {name}`"
        )
    print(f"The browser profile {name!r} can be used: {len(state.cookies)} cookies, {_until(profile)}.")


@app.command
def remove(name: str) -> None:
    """Delete a profile. The account stays signed in at the platform until it is signed out there.

    Args:
        name: Of the profile.
    """
    from roomtone.config import load_settings
    from roomtone.profiles.folder import ProfileFolder

    ProfileFolder.of(load_settings()).remove(name)
    print(f"Removed the browser profile {name!r}.")


def _sign_in_of(platform: str) -> tuple[Platform, SignIn]:
    from roomtone.bot.errors import InvalidRequest
    from roomtone.bot.sign_ins import SIGN_INS

    for known, place in SIGN_INS.items():
        if platform.lower() in {known.value, known.label.lower()}:
            return known, place
    raise InvalidRequest("PLATFORM", f"must be one of: {', '.join(known.value for known in SIGN_INS)}")


def _read(file: Path, place: SignIn) -> StorageState:
    from roomtone.profiles.errors import StateUnusable
    from roomtone.profiles.signed_in import require_sign_in
    from roomtone.profiles.storage_state import parse_storage_state

    try:
        text = file.read_bytes()
    except OSError as problem:
        raise StateUnusable(f"{file} cannot be read: {problem.strerror}") from None
    state = parse_storage_state(text, str(file)).only_of(place.domains)
    require_sign_in(state, place, f"{file} is of nobody who is signed in to {place.domains[0]}")
    return state


def _ask(settings: Settings, place: SignIn) -> StorageState:
    from roomtone.profiles.window import display_of, sign_in

    display_of(os.environ)
    sys.stderr.write("Sign in in the window that opens; it closes by itself.\n")
    return asyncio.run(sign_in(place, executable=settings.chromium, more_flags=settings.chromium_args))


def _warn_of_missing(state: StorageState, place: SignIn) -> None:
    from roomtone.profiles.signed_in import missing_of

    missing = missing_of(state, place)
    if missing:
        sys.stderr.write(
            f"Missing of the cookies that mean signed in: {', '.join(missing)}. Bots may come as guests.\n"
        )


def _until(profile: Profile) -> str:
    until = profile.signed_in_until
    if until is None:
        return "signed in"
    return f"signed in until {until:%Y-%m-%d %H:%M} UTC" if until > datetime.now(UTC) else "expired"
