"""Meeting links, parsed: which platform, which meeting, and the page a browser opens to join it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit, urlunsplit

from roomtone.bot.errors import UnsupportedMeeting

MAX_LINK_LENGTH = 4096
"""Longest meeting link accepted, in characters."""

_PRACTICE_PATH = re.compile(r"^/practice/(?P<meeting_id>[A-Za-z0-9_-]{1,64})/?$")
_ZOOM_HOST = re.compile(r"(^|\.)zoom\.(us|com)$|(^|\.)zoomgov\.com$")
_ZOOM_PATH = re.compile(r"^/(?:j/|wc/(?:join/)?)(?P<id>[0-9]{9,11})(?:/join)?/?$")
_KNOWN_HOSTS = (
    (re.compile(r"^meet\.google\.com$"), "Google Meet"),
    (re.compile(r"^teams\.(microsoft|live)\.(com|us)$"), "Microsoft Teams"),
)


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
        meeting_id: The platform's own id of the meeting.
        web_url: Absolute http(s) URL of the page at which a guest joins.
        passcode: The passcode as a person types it, where the link or the invitation tells it; else "".
    """

    platform: Platform
    meeting_id: str
    web_url: str
    passcode: str = ""


def parse_meeting_address(link: str) -> MeetingAddress:
    """The meeting that a link points to.

    Raises:
        UnsupportedMeeting: If it is not a URL, or no driver of this version joins such meetings.
    """
    parts = _split(link)
    host = (parts.hostname or "").lower()
    for pattern, name in _KNOWN_HOSTS:
        if pattern.search(host):
            raise UnsupportedMeeting(f"{name} meetings are not supported by this version of Roomtone")
    zoom = _ZOOM_PATH.match(parts.path) if _ZOOM_HOST.search(host) else None
    if zoom:
        kept = [f"{key}={value}" for key, value in _query(parts.query) if key in {"pwd", "tk"}]
        web_url = f"https://app.zoom.us/wc/{zoom['id']}/join" + ("?" + "&".join(kept) if kept else "")
        return MeetingAddress(Platform.ZOOM, zoom["id"], web_url)
    practice = _PRACTICE_PATH.match(parts.path)
    if practice and _is_loopback(host):
        web_url = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        return MeetingAddress(Platform.PRACTICE, practice["meeting_id"], web_url)
    if practice:
        raise UnsupportedMeeting("practice meetings are joined on this machine only (127.0.0.1 or localhost)")
    raise UnsupportedMeeting(
        f"no supported platform has meetings at this host: {host!r}; supported: Zoom, and practice meetings "
        "(http://127.0.0.1:PORT/practice/NAME)"
    )


def _query(query: str) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in query.split("&"))
    return [(key, value) for key, _, value in pairs if re.fullmatch(r"[A-Za-z0-9._%~-]+", value)]


def _split(link: str) -> SplitResult:
    link = link.strip()
    if not link or len(link) > MAX_LINK_LENGTH:
        raise UnsupportedMeeting(f"must be a URL of 1 to {MAX_LINK_LENGTH} characters")
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError as problem:
        raise UnsupportedMeeting(f"is not a valid URL: {problem}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UnsupportedMeeting("must be an http:// or https:// URL of a meeting")
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
