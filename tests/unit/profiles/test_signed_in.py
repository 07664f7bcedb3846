"""Whether somebody is signed in."""

from __future__ import annotations

import time
from typing import Any

import pytest

from roomtone.bot.meeting_address import Platform
from roomtone.bot.sign_ins import SIGN_INS, SignIn, missing_cookies, signed_in_until_s
from roomtone.profiles.errors import NotSignedIn
from roomtone.profiles.signed_in import missing_of, require_sign_in
from roomtone.profiles.storage_state import StorageState

PLACE = SignIn("https://example.com/signin", ("example.com",), ("account", "session"))
NOW_S = 1_700_000_000.0


def cookie(name: str, **changes: Any) -> dict[str, Any]:
    """A good cookie of the place, changed."""
    return {"name": name, "value": "x", "domain": ".example.com", "expires": -1, **changes}


@pytest.mark.parametrize(
    ("cookies", "missing"),
    [
        ([], ("account", "session")),
        ([cookie("account")], ("session",)),
        ([cookie("account"), cookie("session")], ()),
        ([cookie("account"), cookie("session", expires=NOW_S + 1)], ()),
        ([cookie("account"), cookie("session", expires=NOW_S - 1)], ("session",)),
        ([cookie("account"), cookie("session", value="")], ("session",)),
        ([cookie("account"), cookie("session", domain="www.example.com")], ()),
        ([cookie("account"), cookie("session", domain="example.org")], ("session",)),
        ([cookie("account"), cookie("session", domain="notexample.com")], ("session",)),
    ],
)
def test_which_cookies_are_missing(cookies: list[dict[str, Any]], missing: tuple[str, ...]):
    """A cookie counts that is the platform's, has a value and is not expired."""
    assert missing_cookies(cookies, PLACE, NOW_S) == missing


def test_until_when_the_cookies_say_it_is_good():
    """The first of them to expire counts, of one twice there the later; others do not."""
    cookies = [
        cookie("account", expires=NOW_S + 10),
        cookie("account", domain="www.example.com", expires=NOW_S + 30),
        cookie("session", expires=NOW_S + 20),
        cookie("other", expires=NOW_S + 1),
    ]
    assert signed_in_until_s(cookies, PLACE) == NOW_S + 20
    assert signed_in_until_s([cookie("account")], PLACE) is None


def test_a_state_of_nobody_is_refused():
    """None of the cookies: nobody; some: whoever asked is told which are missing."""
    state = StorageState.model_validate({"cookies": [cookie("account", expires=time.time() + 60)]})
    require_sign_in(state, PLACE, "nobody")
    assert missing_of(state, PLACE) == ("session",)
    with pytest.raises(NotSignedIn, match="nobody"):
        require_sign_in(StorageState(cookies=()), PLACE, "nobody")


def test_zooms_sign_in():
    """Zoom's cookies are known by name, on all of its hosts."""
    zoom = SIGN_INS[Platform.ZOOM]
    cookies = [cookie(name, domain="us05web.zoom.us") for name in ("zm_aid", "zm_haid", "_zm_ssid", "cred")]
    assert missing_cookies(cookies, zoom, NOW_S) == ()
    assert missing_cookies(cookies[3:], zoom, NOW_S) == ("zm_aid", "zm_haid", "_zm_ssid")
