"""Meeting links, parsed: which platform, which meeting, and the page a browser opens to join it."""

from __future__ import annotations

import functools
import ipaddress
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlunsplit

from roomtone.bot.errors import UnsupportedMeeting
from roomtone.bot.link_text import links_in, passcode_in, query_values, split_link
from roomtone.bot.zoom_links import is_zoom_host, parse_zoom_link

if TYPE_CHECKING:
    from urllib.parse import SplitResult

MAX_LINK_LENGTH = 4096
"""Longest meeting link accepted, in characters."""

MAX_INVITATION_LENGTH = 20_000
"""Longest text around a meeting link accepted, in characters."""

_PRACTICE_PATH = re.compile(r"^/practice/(?P<meeting_id>[A-Za-z0-9_-]{1,64})/?$")
_OTHER_PLATFORMS = (
    (re.compile(r"meet\.google\.com"), "Google Meet"),
    (re.compile(r"teams\.(?:microsoft|live)\.(?:com|us)"), "Microsoft Teams"),
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Platform(StrEnum):
    """A web client that a session can join; the value is what stands in session events."""

    PRACTICE = "practice"
    ZOOM = "zoom"

    @property
    def label(self) -> str:
        """The platform's name in API answers (``GMeet``, ``Zoom``, ``Teams``)."""
        return {"practice": "Practice", "zoom": "Zoom"}[self.value]


@dataclass(frozen=True, slots=True)
class MeetingAddress:
    """One meeting, found by a link.

    Attributes:
        platform: Whose web client is to be driven.
        meeting_id: The platform's own id of the meeting. Of a Zoom ``/my/NAME`` link it is the name, for the
            number is not known before the page has been opened.
        web_url: Absolute http(s) URL of the page at which a guest joins. Of a Zoom ``/my/NAME`` link it is
            that page, which leads on to the meeting (``zoom_links.to_web_client_url``).
        passcode: The passcode as a person types it, where an invitation around the link told it; else "".
        linked_passcode: What the link itself says about the passcode, decoded; it stands in ``web_url`` too.
            On Zoom mostly a hash, which can be typed into the form in place of the passcode; "" without.
    """

    platform: Platform
    meeting_id: str
    web_url: str
    passcode: str = ""
    linked_passcode: str = ""


def parse_meeting_address(text: str) -> MeetingAddress:
    """The meeting that a link, or the one joinable link of an invitation, points to.

    Raises:
        UnsupportedMeeting: If there is no such link, or no driver of this version joins such meetings. Its
            words never repeat the link.
    """
    return _find(text)[1]


def meeting_link_of(text: str) -> str:
    """The link to keep of a text that ``parse_meeting_address`` takes: parsed, it gives the same address.

    A lone link stays as it was sent. Of an invitation its link is left, with the passcode as ``#passcode=``.

    Raises:
        UnsupportedMeeting: As ``parse_meeting_address`` does.
    """
    link, address = _find(text)
    if not re.search(r"\s", text.strip()):
        return text.strip()
    passcode = f"#passcode={quote(address.passcode, safe='')}" if address.passcode else ""
    return link.partition("#")[0] + passcode


@functools.lru_cache(maxsize=1024)  # every reading of a bot's row comes here
def _find(text: str) -> tuple[str, MeetingAddress]:
    text = text.strip()
    if not text or len(text) > MAX_INVITATION_LENGTH:
        raise UnsupportedMeeting(f"must be a URL of 1 to {MAX_LINK_LENGTH} characters")
    found: dict[tuple[Platform, str], tuple[str, MeetingAddress]] = {}
    refusals: list[UnsupportedMeeting] = []
    for link in links_in(text):
        try:
            address = _parse_link(link)
        except UnsupportedMeeting as refusal:
            refusals.append(refusal)
            continue
        known = found.get((address.platform, address.meeting_id))
        if known is None or (address.linked_passcode and not known[1].linked_passcode):
            found[address.platform, address.meeting_id] = (link, address)
    if len(found) > 1:
        raise UnsupportedMeeting(f"names {len(found)} meetings: send the link of one")
    if not found:
        raise (
            refusals[0] if refusals else UnsupportedMeeting("must be an http:// or https:// URL of a meeting")
        )
    link, address = next(iter(found.values()))
    return link, replace(address, passcode=address.passcode or passcode_in(text))


def _parse_link(link: str) -> MeetingAddress:
    if len(link) > MAX_LINK_LENGTH:
        raise UnsupportedMeeting(f"must be a URL of 1 to {MAX_LINK_LENGTH} characters")
    parts = split_link(link)
    if parts is None:
        raise UnsupportedMeeting("is not a valid URL")
    if parts.username is not None or parts.password is not None:
        raise UnsupportedMeeting("must be a URL without a user name or password")
    host = (parts.hostname or "").lower()
    if is_zoom_host(host):
        return _zoom_address(parts)
    for pattern, name in _OTHER_PLATFORMS:
        if pattern.fullmatch(host):
            raise UnsupportedMeeting(f"{name} meetings are not supported by this version of Roomtone")
    return _practice_address(parts, host)


def _zoom_address(parts: SplitResult) -> MeetingAddress:
    if parts.port not in {None, _DEFAULT_PORTS[parts.scheme]}:
        raise UnsupportedMeeting("Zoom has no meetings at this port")
    zoom = parse_zoom_link(parts)
    passcode = next((unquote(value) for value in query_values(parts.fragment, "passcode")), "")
    return MeetingAddress(Platform.ZOOM, zoom.meeting_id, zoom.web_url, passcode, zoom.linked_passcode)


def _practice_address(parts: SplitResult, host: str) -> MeetingAddress:
    practice = _PRACTICE_PATH.match(parts.path)
    if practice and _is_loopback(host):
        web_url = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        return MeetingAddress(Platform.PRACTICE, practice["meeting_id"], web_url)
    if practice:
        raise UnsupportedMeeting("practice meetings are joined on this machine only (127.0.0.1 or localhost)")
    raise UnsupportedMeeting(
        "no supported platform has meetings at this host; supported: Zoom (https://zoom.us/j/NUMBER), and "
        "practice meetings (http://127.0.0.1:PORT/practice/NAME)"
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
