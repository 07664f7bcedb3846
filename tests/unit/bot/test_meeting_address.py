"""Meeting links."""

from __future__ import annotations

import pytest

from roomtone.bot.errors import UnsupportedMeeting
from roomtone.bot.meeting_address import Platform, parse_meeting_address


@pytest.mark.parametrize(
    ("link", "meeting_id", "web_url"),
    [
        ("http://127.0.0.1:8710/practice/weekly", "weekly", "http://127.0.0.1:8710/practice/weekly"),
        (" http://localhost/practice/a_b-1/ ", "a_b-1", "http://localhost/practice/a_b-1/"),
        ("https://[::1]:9/practice/x?name=Eve#top", "x", "https://[::1]:9/practice/x"),
        ("http://meet.localhost:1/practice/x", "x", "http://meet.localhost:1/practice/x"),
    ],
)
def test_a_practice_link_is_parsed(link: str, meeting_id: str, web_url: str):
    """A practice link on a loopback host gives platform, id and the page to open."""
    address = parse_meeting_address(link)
    assert (address.platform, address.meeting_id, address.web_url) == (Platform.PRACTICE, meeting_id, web_url)


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("", "URL"),
        ("hello", "http"),
        ("ftp://127.0.0.1/practice/x", "http"),
        ("http://", "http"),
        ("http://127.0.0.1:99999/practice/x", "URL"),
        ("http://[::1/practice/x", "URL"),
        ("http://127.0.0.1/practice/", "host"),
        ("http://127.0.0.1/practice/a/b", "host"),
        ("http://10.0.0.1/practice/x", "this machine only"),
        ("http://127.0.0.1.example.com/practice/x", "this machine only"),
        ("https://example.com/j/1", "no supported platform"),
        ("https://us02web.zoom.us/j/123", "9 to 11 digits"),
        ("https://meet.google.com/abc-defg-hij", "Google Meet"),
        ("https://teams.microsoft.com/l/meetup-join/x", "Microsoft Teams"),
        ("http://127.0.0.1/practice/" + "x" * 5000, "characters"),
    ],
)
def test_any_other_link_is_refused_with_its_reason(link: str, says: str):
    """A link that cannot be joined is refused, and the message says why."""
    with pytest.raises(UnsupportedMeeting, match=says) as refusal:
        parse_meeting_address(link)
    assert refusal.value.field == "meeting_link"
