"""Whether a storage state is that of somebody who is signed in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from roomtone.bot.sign_ins import missing_cookies
from roomtone.profiles.errors import NotSignedIn

if TYPE_CHECKING:
    from roomtone.bot.sign_ins import SignIn
    from roomtone.profiles.storage_state import StorageState


def missing_of(state: StorageState, place: SignIn) -> tuple[str, ...]:
    """The names of the cookies that mean signed in and are missing, empty or expired now."""
    return missing_cookies([cookie.model_dump() for cookie in state.cookies], place, time.time())


def require_sign_in(state: StorageState, place: SignIn, otherwise: str) -> None:
    """Raise ``NotSignedIn`` with this text if none of the cookies that mean signed in is there."""
    if len(missing_of(state, place)) == len(place.cookies):
        raise NotSignedIn(otherwise)
