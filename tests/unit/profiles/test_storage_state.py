"""Playwright's storage state, checked and reduced."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.profiles.errors import StateUnusable
from roomtone.profiles.storage_state import LONGEST_STATE_BYTES, StorageState, parse_storage_state

COOKIE = {
    "name": "zm_aid",
    "value": "secret",
    "domain": ".zoom.us",
    "path": "/",
    "expires": 1893456000.5,
    "httpOnly": True,
    "secure": True,
    "sameSite": "None",
}
ORIGIN = {"origin": "https://app.zoom.us", "localStorage": [{"name": "a", "value": "b"}]}


def test_a_state_comes_back_in_playwrights_own_spelling():
    """What Playwright wrote is what it is given again."""
    given_state = {"cookies": [COOKIE], "origins": [ORIGIN]}
    state = parse_storage_state(json.dumps(given_state), "file")
    assert state.as_playwright() == given_state
    assert parse_storage_state(state.as_bytes(), "file") == state


def test_what_newer_browsers_add_is_left_out():
    """Fields that Playwright does not take from everybody are no reason to refuse the file."""
    more = {
        "cookies": [{**COOKIE, "partitionKey": "https://x", "_crHasCrossSiteAncestor": False}],
        "origins": [],
    }
    assert parse_storage_state(json.dumps(more), "file").as_playwright()["cookies"] == [COOKIE]


@pytest.mark.parametrize(
    ("domain", "is_kept"),
    [
        ("zoom.us", True),
        (".zoom.us", True),
        ("us02web.zoom.us", True),
        ("ZOOM.us", True),
        ("evilzoom.us", False),
        ("zoom.us.evil.com", False),
        (".google.com", False),
        ("", False),
    ],
)
def test_only_the_platforms_own_is_kept(domain: str, is_kept: bool):
    """Cookies and storage of whatever else the person signed in to on the way are left out."""
    state = StorageState.model_validate(
        {
            "cookies": [{**COOKIE, "domain": domain}],
            "origins": [{"origin": f"https://{domain.lstrip('.')}:8443", "localStorage": []}],
        }
    ).only_of(("zoom.us",))
    assert (len(state.cookies), len(state.origins)) == ((1, 1) if is_kept else (0, 0))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON object"),
        ("[]", "no JSON object"),
        ("{}", "cookies: Field required"),
        (json.dumps({"cookies": [{"name": "a", "value": "the secret"}]}), "cookies.0.domain"),
        (json.dumps({"cookies": [{**COOKIE, "sameSite": "the secret"}]}), "cookies.0.sameSite"),
        (json.dumps({"cookies": [COOKIE], "origins": [{"localStorage": "the secret"}]}), "origins.0"),
    ],
)
def test_what_is_no_state_is_refused_without_its_values(text: str, says: str):
    """The message names the place and how to make a file that fits, and never a value."""
    with pytest.raises(StateUnusable, match=says) as refusal:
        parse_storage_state(text, "cookies.json")
    assert "secret" not in str(refusal.value)
    assert "cookies.json" in str(refusal.value)


@given(st.one_of(st.text(), st.binary()))
def test_any_text_is_a_state_or_refused(text):
    """Nothing else comes out of the parser."""
    try:
        parse_storage_state(text, "file")
    except StateUnusable:
        return


def test_a_state_that_no_session_takes_is_refused():
    """It has to fit into a session's first line."""
    state = StorageState.model_validate({"cookies": [{**COOKIE, "value": "x" * LONGEST_STATE_BYTES}]})
    with pytest.raises(StateUnusable, match="bytes long"):
        state.as_bytes()


def test_no_value_shows_in_what_a_log_would_print():
    """The words of a state for developers hold no cookie's value."""
    state = StorageState.model_validate({"cookies": [COOKIE], "origins": [{**ORIGIN, "localStorage": [{"name": "a", "value": "secret"}]}]})  # fmt: skip
    assert "secret" not in repr(state)
