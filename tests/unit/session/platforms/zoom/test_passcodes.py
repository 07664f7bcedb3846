"""Which passcodes are typed, in which order."""

from __future__ import annotations

from roomtone.bot.meeting_address import parse_meeting_address
from roomtone.session.platforms.zoom.passcodes import passcodes_of


def _of(text: str) -> tuple[str, ...]:
    return passcodes_of(parse_meeting_address(text))


def test_the_plain_passcode_comes_first_and_the_hash_without_its_suffix_last():
    """An invitation's own words are what a person would type; what stands in the link follows, in both forms."""
    link = "https://zoom.us/j/81234567890?pwd=aBc123.1"
    assert _of(f"Join: {link}\nPasscode: 445566") == ("445566", "aBc123.1", "aBc123")
    assert _of(link) == ("aBc123.1", "aBc123")
    assert _of("https://zoom.us/j/81234567890?pwd=aBc123") == ("aBc123",)


def test_nothing_is_typed_where_nothing_is_known():
    """A link without a passcode gives none."""
    assert _of("https://zoom.us/j/81234567890") == ()
