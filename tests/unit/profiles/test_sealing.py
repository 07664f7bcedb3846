"""A profile's file."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.meeting_address import Platform
from roomtone.profiles.errors import ProfileDamaged, ProfileLocked
from roomtone.profiles.sealing import Profile, key_id, read_header, seal, unseal

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
PROFILE = Profile(
    name="zoom",
    platform=Platform.ZOOM,
    workspace="default",
    saved_at=datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC),
    key_id=key_id(KEY),
)
FILE = seal(PROFILE, b"the state", KEY)


@given(st.binary(max_size=500))
def test_what_was_sealed_comes_back(state: bytes):
    """With the key, header and state are what they were."""
    assert unseal(seal(PROFILE, state, KEY), "zoom", KEY) == (PROFILE, state)


def test_nothing_of_the_state_stands_in_the_file():
    """The header can be read without the key, the state cannot; and no two files are alike."""
    assert read_header(FILE, "zoom") == PROFILE
    assert b"state" not in FILE
    assert seal(PROFILE, b"the state", KEY) != FILE


def test_another_key_is_told_from_damage():
    """A profile from before the key was changed is not called damaged."""
    with pytest.raises(ProfileLocked, match="another key"):
        unseal(FILE, "zoom", OTHER_KEY)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("platform", "practice"),
        ("workspace", "another"),
        ("saved_at", "2027-03-14T15:09:26Z"),
        ("signed_in_until", "2036-03-14T15:09:26Z"),
    ],
)
def test_a_changed_header_is_noticed(field: str, value: str):
    """Whose a profile is cannot be changed without the key."""
    content = json.loads(FILE)
    content["profile"][field] = value
    with pytest.raises(ProfileDamaged, match="sign in again"):
        unseal(json.dumps(content).encode(), "zoom", KEY)


def test_a_renamed_file_is_noticed():
    """A file under another name is not what was written there."""
    with pytest.raises(ProfileDamaged):
        read_header(FILE, "other")


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_noticed(place: int, difference: int):
    """Whichever byte of a file is changed, what comes out is the truth or an error."""
    changed = bytearray(FILE)
    changed[place] ^= difference
    try:
        assert unseal(bytes(changed), "zoom", KEY) == (PROFILE, b"the state")
    except (ProfileDamaged, ProfileLocked):
        return


@given(st.binary(max_size=300))
def test_any_other_file_is_damaged(content: bytes):
    """What is no profile's file is refused as such."""
    with pytest.raises(ProfileDamaged):
        unseal(content, "zoom", KEY)
