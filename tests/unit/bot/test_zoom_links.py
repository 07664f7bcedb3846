"""Zoom's links."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.errors import UnsupportedMeeting
from roomtone.bot.meeting_address import Platform, meeting_link_of, parse_meeting_address
from roomtone.bot.zoom_links import to_web_client_url

PWD = "Zq7Vt0aBcD_e-f.1"
INVITATION = """Ada Lovelace is inviting you to a scheduled Zoom meeting.

Topic: Weekly review
Join Zoom Meeting
{link}

Meeting ID: {spaced}
Passcode: {passcode}

---

One tap mobile
+16465588656,,{number}#,,,,*123456# US

Dial by your location
Find your local number: https://us05web.zoom.us/u/kcXyZ
Meeting chat: https://zoom.us/launch/chat?src=direct_chat_link
Join by SIP: {number}@zoomcrc.com
Passcode: 987654
"""

numbers = st.integers(10**8, 10**11 - 1).map(str)
linked = st.text("abcXYZ0189._-", min_size=1, max_size=40).map(lambda text: text + "a.1")
passcodes = st.text("abXY09@_*!-", min_size=1, max_size=10).filter(lambda text: not text.startswith("**"))
open_hosts = st.sampled_from(
    ["zoom.us", "www.zoom.us", "app.zoom.us", "us02web.zoom.us", "eu01web.zoom.us", "zoom.com"]
)
paths = st.sampled_from(
    ["j/{}", "w/{}", "s/{}", "wc/{}/join", "wc/join/{}", "wc/{}/start", "wc/{}", "j/{}/", "launch/jc/{}"]
)
spellings = st.sampled_from([str, "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}-{1}".format])
wrappers = st.sampled_from(
    [
        lambda link: link,
        lambda link: link.replace("?pwd=", "?pwd%3D"),
        lambda link: link.replace("?pwd=", "?uname=x&from=addon&pwd="),
        lambda link: f"{link}#success",
        lambda link: f"<{link}>",
        lambda link: f"({link}).",
        lambda link: f"**{link}**",
        lambda link: f'<a href="{link.replace("&", "&amp;")}">join</a>',
        lambda link: f"[join]({link})",
        lambda link: link.removeprefix("https://"),
        lambda link: f"https://www.google.com/url?q={quote(link, safe='')}&sa=D&usg=AOv",
        lambda link: f"https://www.google.com/url?q={link.replace('?pwd=', '?pwd%3D')}&sa=D&usg=AOv",
        lambda link: (
            f"https://nam02.safelinks.protection.outlook.com/?url={quote(link, safe='')}&data=05%7C02"
        ),
        lambda link: f"https://urldefense.com/v3/__{link}__;!!Tok-en!sig$",
        lambda link: f"See https://example.com/a and {link}, tomorrow.",
    ]
)


@pytest.mark.parametrize(
    ("link", "meeting_id", "web_url"),
    [
        ("https://zoom.us/j/123456789", "123456789", "https://app.zoom.us/wc/123456789/join"),
        ("https://us05web.zoom.us/j/12345678901?pwd=aB.1", "12345678901", "https://app.zoom.us/wc/12345678901/join?pwd=aB.1"),
        ("https://zoom.us/w/98765432109?tk=a.B-c_D&pwd=x", "98765432109", "https://app.zoom.us/wc/98765432109/join?pwd=x&tk=a.B-c_D"),
        ("https://zoom.us/s/123456789?zak=secret", "123456789", "https://app.zoom.us/wc/123456789/join"),
        ("https://acme.zoom.us/j/123456789?pwd=x", "123456789", "https://acme.zoom.us/wc/123456789/join?pwd=x"),
        ("https://acme.zoom.com/wc/join/123456789", "123456789", "https://acme.zoom.us/wc/123456789/join"),
        ("https://zoomgov.com/j/1612345678", "1612345678", "https://www.zoomgov.com/wc/1612345678/join"),
        ("https://agency.zoomgov.com/j/1612345678", "1612345678", "https://agency.zoomgov.com/wc/1612345678/join"),
        ("https://ZOOM.us/J/123456789", "123456789", "https://app.zoom.us/wc/123456789/join"),
        ("https://zoom.us//j/123%20456%20789", "123456789", "https://app.zoom.us/wc/123456789/join"),
        ("https://zoom.us/j/123 4567 8901?pwd=x", "12345678901", "https://app.zoom.us/wc/12345678901/join?pwd=x"),
        ("https://zoom.us/j/123456789&pwd=x", "123456789", "https://app.zoom.us/wc/123456789/join?pwd=x"),
        ("https://zoom.us/j/123456789%3Fpwd%3Dx", "123456789", "https://app.zoom.us/wc/123456789/join?pwd=x"),
        ("https://zoom.us/join?confno=123456789&pwd=x", "123456789", "https://app.zoom.us/wc/123456789/join?pwd=x"),
        ("zoommtg://zoom.us/join?action=join&confno=123456789&pwd=x", "123456789", "https://app.zoom.us/wc/123456789/join?pwd=x"),
        ("https://app.zoom.us/wc/123456789/join?fromPWA=1&pwd=x&_x_zm_rtaid=y", "123456789", "https://app.zoom.us/wc/123456789/join?pwd=x"),
        ("https://zoom.us/j/123456789?pwd=a%3D%3D", "123456789", "https://app.zoom.us/wc/123456789/join?pwd=a%3D%3D"),
        ("https://zoom.us/j/123456789?pwd=50%", "123456789", "https://app.zoom.us/wc/123456789/join?pwd=50%25"),
        ("https://zoom.us/j/123456789?pwd=é", "123456789", "https://app.zoom.us/wc/123456789/join?pwd=%C3%A9"),
        ("https://zoom.us/my/ada.lovelace?pwd=x&mn=1", "ada.lovelace", "https://zoom.us/my/ada.lovelace?pwd=x"),
        ("https://acme.zoom.com/my/ada", "ada", "https://acme.zoom.us/my/ada"),
        ("http://zoom.us:80/j/123456789。明日", "123456789", "https://app.zoom.us/wc/123456789/join"),
    ],
)  # fmt: skip
def test_every_form_of_a_zoom_link(link: str, meeting_id: str, web_url: str):
    """Each form gives the meeting and the page of the web client, with what has to stay and nothing else."""
    address = parse_meeting_address(link)
    assert (address.platform, address.meeting_id, address.web_url) == (Platform.ZOOM, meeting_id, web_url)
    assert parse_meeting_address(address.web_url) == address


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("https://events.zoom.us/ev/AbC", "Zoom Events"),
        ("https://acme.events.zoom.us/j/123456789", "Zoom Events"),
        ("https://zoom.us/webinar/register/WN_AbC", "registration"),
        ("https://us02web.zoom.us/meeting/register/tJAbC", "registration"),
        ("https://zoom.us/rec/share/AbC", "recording"),
        ("https://zoom.us/clips/share/AbC", "clip"),
        ("https://zoom.us/launch/chat?src=direct_chat_link", "chat"),
        ("https://app.zoom.us/wc/team-chat", "chat"),
        ("https://zoom.us/phone/call", "Phone"),
        ("https://zoom.us/signin", "sign-in"),
        ("https://zoom.us/oauth/authorize?x=1", "sign-in"),
        ("https://zoom.us/test", "testing one's own computer"),
        ("https://us05web.zoom.us/u/kcXyZ", "telephone"),
        ("https://zoom.us/meeting/123456789", "host's own page"),
        ("https://zoom.us/", "no meeting"),
        ("https://zoom.us/j/", "no meeting"),
        ("https://zoom.us/my/..", "no meeting"),
        ("https://zoom.us/pricing", "no meeting"),
        ("https://zoom.us/j/12345678", "9 to 11 digits"),
        ("https://zoom.us/j/123456789012", "9 to 11 digits"),
        ("https://zoom.us/j/123456789@evil.com", "9 to 11 digits"),
        ("https://zoom.us/j/١٢٣٤٥٦٧٨٩", "9 to 11 digits"),
        ("https://zoom.us:8443/j/123456789", "port"),
        ("https://zoom.us.evil.com/j/123456789", "no supported platform"),
        ("https://evilzoom.us/j/123456789", "no supported platform"),
        ("https://evil.com/zoom.us/j/123456789", "no supported platform"),
        ("https://evil.com?zoom.us/j/123456789", "no supported platform"),
        ("https://evil.com#zoom.us/j/123456789", "no supported platform"),
        ("https://evil.com\\zoom.us/j/123456789", "no supported platform"),
        ("https://evil.com\\@zoom.us/j/123456789", "no supported platform"),
        ("https://zoom.us@evil.com/j/123456789", "user name"),
        ("https://ada:secret@zoom.us/j/123456789", "user name"),
        ("https://@zoom.us/j/123456789", "user name"),
        ("https://xn--zom-tqa.us/j/123456789", "no supported platform"),
        ("https://xn--acme-123.zoom.us/j/123456789", "no supported platform"),
        ("https://zoοm.us/j/123456789", "no supported platform"),  # noqa: RUF001 a Greek letter, on purpose
        ("https://ｚｏｏｍ.us/j/123456789", "URL"),  # noqa: RUF001 wide letters, on purpose
        ("https://www.google.com/url?q=https%3A%2F%2Fevil.com%2Fj%2F123456789", "no supported platform"),
        ("https://www.google.com/url?q=javascript%3Aalert", "no supported platform"),
    ],
)  # fmt: skip
def test_what_no_guest_can_join_is_refused(link: str, says: str):
    """Each kind of page has its own words, and none of them repeats the link."""
    with pytest.raises(UnsupportedMeeting, match=says) as refusal:
        parse_meeting_address(link)
    assert not any(
        piece in refusal.value.problem for piece in ("AbC", "evil", "123456789", "secret", "kcXyZ")
    )
    assert to_web_client_url(link) is None or says == "port"


@given(numbers, open_hosts, paths, spellings, linked, wrappers)
def test_any_meeting_through_any_form_and_wrapper(number, host, path, spelling, pwd, wrap):
    """Host, path, spelling of the number and wrapper never change which meeting it is, nor its passcode."""
    written = spelling([*number[:6]], number[6:]) if spelling is not str else number
    address = parse_meeting_address(wrap(f"https://{host}/{path.format(written)}?pwd={pwd}"))
    assert (address.platform, address.meeting_id, address.linked_passcode) == (Platform.ZOOM, number, pwd)
    assert address.web_url == f"https://app.zoom.us/wc/{number}/join?pwd={pwd}"
    assert parse_meeting_address(address.web_url) == address


@given(numbers, passcodes, st.booleans())
def test_an_invitation_is_taken_whole(number, passcode, with_pwd):
    """The one meeting of an invitation is found among its other links, with the passcode for people."""
    link = f"https://us05web.zoom.us/j/{number}" + (f"?pwd={PWD}" if with_pwd else "")
    spaced = f"{number[:3]} {number[3:-4]} {number[-4:]}"
    text = INVITATION.format(link=link, spaced=spaced, passcode=passcode, number=number)
    address = parse_meeting_address(text)
    assert (address.meeting_id, address.passcode) == (number, passcode)
    assert address.linked_passcode == (PWD if with_pwd else "")
    kept = meeting_link_of(text)
    assert kept.startswith(link + "#passcode=")
    assert parse_meeting_address(kept) == address
    assert meeting_link_of(kept) == kept


def test_an_invitation_with_two_meetings_is_refused():
    """Nobody guesses which meeting was meant."""
    text = "https://zoom.us/j/123456789 or https://zoom.us/j/987654321"
    with pytest.raises(UnsupportedMeeting, match="names 2 meetings"):
        parse_meeting_address(text)


def test_the_same_meeting_twice_is_one():
    """Of two links to one meeting, the one that carries a passcode is used."""
    text = "[https://zoom.us/j/123456789](https://zoom.us/j/123456789?pwd=x) and https://meet.google.com/abc-defg-hij"
    assert parse_meeting_address(text).linked_passcode == "x"
    assert meeting_link_of(text) == "https://zoom.us/j/123456789?pwd=x"


def test_a_text_without_a_joinable_link_tells_why_the_first_one_is_none():
    """What stands in front is what its sender meant."""
    with pytest.raises(UnsupportedMeeting, match="Google Meet meetings are not supported"):
        parse_meeting_address("Join https://meet.google.com/abc-defg-hij or see https://example.com/")


@pytest.mark.parametrize(
    ("line", "passcode"),
    [
        ("Passcode: *aB1@_*!-", "*aB1@_*!-"),
        ("Passcode: 123456.", "123456"),
        ("Meeting password:x", "x"),
        ("Kenncode: 4711", "4711"),
        ("Code secret : 4711", "4711"),
        ("Código de acceso: 4711", "4711"),
        ("パスコード: 4711", "4711"),
        ("**Passcode:** 4711", "4711"),
        ("**Passcode**: **4711**", "4711"),
        ("Passcode: **47", "**47"),
        ("Your passcode is a secret", ""),
        ("passcodes: many", ""),
    ],
)
def test_the_typed_passcode(line: str, passcode: str):
    """The passcode is read in the languages of Zoom's invitations, without what stands around it."""
    assert parse_meeting_address(f"https://zoom.us/j/123456789\n{line}").passcode == passcode


@pytest.mark.parametrize(
    ("page", "web_url"),
    [
        (
            "https://us02web.zoom.us/j/1234567890?pwd=x#success",
            "https://app.zoom.us/wc/1234567890/join?pwd=x",
        ),
        (
            "https://acme.zoom.us/wc/join/1234567890?pwd=x&prefer=1",
            "https://acme.zoom.us/wc/1234567890/join?pwd=x",
        ),
        ("https://app.zoom.us/wc/1234567890/join", "https://app.zoom.us/wc/1234567890/join"),
        ("zoommtg://zoom.us/join?confno=1234567890", "https://app.zoom.us/wc/1234567890/join"),
        ("https://zoom.us/my/ada", None),
        ("https://zoom.us/my/1234567890", None),
        ("https://zoom.us/webinar/register/WN_x", None),
        ("https://user@zoom.us/j/1234567890", None),
        ("https://example.com/j/1234567890", None),
        ("about:blank", None),
    ],
)
def test_the_web_client_for_a_landing_page(page: str, web_url: str | None):
    """Wherever a redirect led: the web client's page, or None where no meeting is named by its number."""
    assert to_web_client_url(page) == web_url


pieces = st.sampled_from(
    ["https://", "zoom.us", "us02web.", "/j/", "/my/", "123456789", "?pwd=", "%3D", "&", "#", "@", "\\", "evil.com", ":443",
     "[", "]", "%", "wc/", "join", " ", "\n", "Passcode: ", "google.com/url?q=", "urldefense.com/v3/__", "__;!!", "*", "é"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(pieces, max_size=14).map("".join)))
def test_no_text_breaks_the_parser_or_leaves_zoom(text: str):
    """Any text is parsed or refused, never another error; and a Zoom meeting's page is always at Zoom."""
    to_web_client_url(text)
    try:
        address = parse_meeting_address(text)
    except UnsupportedMeeting:
        return
    if address.platform is Platform.ZOOM:
        assert address.web_url.startswith(("https://app.zoom.us/", "https://us02web.zoom.us/", "https://zoom.us/", "https://evil.com.zoom.us/"))  # fmt: skip
    again = parse_meeting_address(address.web_url)
    assert (again.meeting_id, again.web_url, again.linked_passcode) == (
        address.meeting_id,
        address.web_url,
        address.linked_passcode,
    )
    assert parse_meeting_address(meeting_link_of(text)) == address
