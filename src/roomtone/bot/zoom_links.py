"""Zoom's links: every form that names a meeting, and the page of the web client that each leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from roomtone.bot.errors import UnsupportedMeeting
from roomtone.bot.link_text import query_values, split_link, unwrap

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_LABEL = r"(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?P<under>(?:{_LABEL}\.)*)(?P<domain>zoom\.us|zoom\.com|zoomgov\.com)")
_EVERYBODYS_HOST = re.compile(r"(?:|www\.|app\.|[a-z]{2,3}\d{2}web\.)")
_NUMBER = re.compile(r"[0-9]{9,11}")
_PERSONAL_NAME = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,64}")
_NUMBER_PATHS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"/[jws]/(?P<id>[^/]+)/?",
        r"/wc/join/(?P<id>[^/]+)/?",
        r"/wc/(?P<id>[0-9][^/]*)(?:/(?:join|start))?/?",
        r"/launch/j[cs]?/(?P<id>[^/]+)/?",
    )
)
_PERSONAL_PATH = re.compile(r"/my/(?P<name>[^/]+)/?", re.IGNORECASE)
_CONFERENCE_PATH = re.compile(r"/(?:join|j)/?", re.IGNORECASE)
_KEPT_PARAMETERS = ("pwd", "tk")

_REFUSED_HOST = re.compile(rf"(?:{_LABEL}\.)*events\.(?:zoom\.us|zoom\.com|zoomgov\.com)")
_EVENTS = "Zoom Events pages are for people who have registered: send the meeting's own link (https://zoom.us/j/...)"
_REFUSED_PATHS = tuple(
    (re.compile(pattern, re.IGNORECASE), problem)
    for pattern, problem in (
        (
            r"/(?:webinar|meeting)/(?:[^/]+/)?(?:register|attendee)\b",
            "this is a Zoom registration page: register, and send the join link that Zoom then mails",
        ),
        (r"/(?:rec|recording)(?:/|$)", "this is a Zoom recording, not a meeting"),
        (r"/clips(?:/|$)", "this is a Zoom clip, not a meeting"),
        (r"/(?:launch/chat|chat|team-chat|wc/(?:team-)?chat)(?:/|$)", "this is a Zoom chat, not a meeting"),
        (r"/(?:phone|zoomphone|wc/phone|pbx)(?:/|$)", "this is a Zoom Phone page, not a meeting"),
        (
            r"/(?:signin|login|signup|oauth|oauth2|saml|google_oauth_signin|switch_account|profile)(?:/|$)",
            "this is a Zoom sign-in page, not a meeting",
        ),
        (
            r"/test(?:/|$)",
            "this is Zoom's page for testing one's own computer: nobody is in its meetings",
        ),
        (r"/u/", "this is Zoom's list of telephone numbers, not a meeting"),
        (
            r"/meeting/[0-9 -]+/?$",
            "this is the host's own page of a Zoom meeting: send the link of its invitation (https://zoom.us/j/...)",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class ZoomMeeting:
    """One Zoom meeting, as its link names it.

    Attributes:
        meeting_id: The number (9 to 11 digits), or the personal name of a ``/my/`` link.
        web_url: The web client's page, with ``pwd`` and ``tk`` exactly as the link had them. Of a ``/my/``
            link it is that link's page, which leads on to a number.
        linked_passcode: What ``pwd`` says, decoded: mostly a hash, which the form takes too; "" without.
    """

    meeting_id: str
    web_url: str
    linked_passcode: str


def is_zoom_host(host: str) -> bool:
    """Whether a lower-case host name is Zoom's, a company's own at Zoom included."""
    return _HOST.fullmatch(host) is not None


def parse_zoom_link(parts: SplitResult) -> ZoomMeeting:
    """The meeting of a link whose host is Zoom's.

    Raises:
        UnsupportedMeeting: If no guest can join there, with what to send instead.
    """
    host = (parts.hostname or "").lower()
    if _REFUSED_HOST.fullmatch(host):
        raise UnsupportedMeeting(_EVENTS)
    path, query = _path_and_query(parts)
    for pattern, problem in _REFUSED_PATHS:
        if pattern.match(path):
            raise UnsupportedMeeting(problem)
    kept = [(key, _tidy(values[0])) for key in _KEPT_PARAMETERS if (values := query_values(query, key))]
    tail = "?" + "&".join(f"{key}={value}" for key, value in kept) if kept else ""
    linked_passcode = unquote(dict(kept).get("pwd", ""))
    personal = _PERSONAL_PATH.fullmatch(path)
    if personal and _PERSONAL_NAME.fullmatch(personal["name"]):
        web_url = f"https://{_host_at_zoom(host)}/my/{personal['name']}{tail}"
        return ZoomMeeting(personal["name"], web_url, linked_passcode)
    number = _number(path, query)
    return ZoomMeeting(number, f"https://{_web_client_host(host)}/wc/{number}/join{tail}", linked_passcode)


def to_web_client_url(url: str) -> str | None:
    """The web client's page for a page that a browser came to, such as ``/j/NUMBER`` behind a ``/my/`` link.

    None when the page is not Zoom's or names no meeting by its number (a registration, a sign-in, ``/my/``).
    """
    parts = split_link(unwrap(url))
    if parts is None or parts.username is not None or not is_zoom_host((parts.hostname or "").lower()):
        return None
    try:
        meeting = parse_zoom_link(parts)
    except UnsupportedMeeting:
        return None
    return meeting.web_url if _NUMBER.fullmatch(meeting.meeting_id) and "/wc/" in meeting.web_url else None


def _path_and_query(parts: SplitResult) -> tuple[str, str]:
    """Path and query, told apart where the ``?`` was encoded or left out."""
    path, query = re.sub(r"/{2,}", "/", parts.path), parts.query
    cut = re.search(r"%3f|&", path, re.IGNORECASE)
    if cut:
        path, query = path[: cut.start()], f"{path[cut.end() :]}&{query}"
    if re.search(r"(?:^|&|%26)(?:pwd|tk)%3d", query, re.IGNORECASE):
        query = re.sub(r"%3d", "=", re.sub(r"%26", "&", query, flags=re.IGNORECASE), flags=re.IGNORECASE)
    return path, query


def _number(path: str, query: str) -> str:
    written = next((match["id"] for p in _NUMBER_PATHS if (match := p.fullmatch(path))), None)
    if written is None and _CONFERENCE_PATH.fullmatch(path):
        written = next(iter(query_values(query, "confno")), None)
    if written is None:
        raise UnsupportedMeeting(
            "this Zoom page is no meeting: send a link such as https://zoom.us/j/NUMBER or https://zoom.us/my/NAME"
        )
    number = re.sub(r"[\s+\u00a0-]", "", unquote(written))
    if not _NUMBER.fullmatch(number):
        raise UnsupportedMeeting("a Zoom meeting's number has 9 to 11 digits: the link is cut or mistyped")
    return number


def _tidy(value: str) -> str:
    """A parameter's value with what a URL may not hold encoded, and everything else as it was."""
    value = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", value)
    return re.sub(
        r"[^A-Za-z0-9._~%!$()*+,;=:@/-]",
        lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode(errors="replace")),
        value,
    )


def _host_at_zoom(host: str) -> str:
    match = _HOST.fullmatch(host)
    if match is None:
        raise UnsupportedMeeting("this host is not Zoom's")
    if match["domain"] == "zoomgov.com":
        return host if match["under"] else "www.zoomgov.com"
    return f"{match['under']}zoom.us"


def _web_client_host(host: str) -> str:
    """Everybody's hosts share one web client; a company's own host keeps its accounts' rules, so it stays."""
    at_zoom = _host_at_zoom(host)
    under = at_zoom.removesuffix("zoom.us")
    return "app.zoom.us" if at_zoom.endswith("zoom.us") and _EVERYBODYS_HOST.fullmatch(under) else at_zoom
