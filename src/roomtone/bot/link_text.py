"""Links as people paste them: inside an invitation, in brackets, behind a mail scanner's wrapper."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_WRAPPERS = 5
"""Wrappers taken off one link at most; what is still wrapped then is judged as it stands."""

# White space, quotes and brackets; and Chinese, Japanese and Korean text follows a link without a space.
_ENDS_A_LINK = "\\s<>\"'`{}|\\\\^\\[\\]\u00ab\u00bb\u2018\u2019\u201c\u201d\u2026\u3000-\ud7af\uff00-\uffef"
_NATIVE_SCHEME = "zoommtg|zoomus"
_LINK = re.compile(
    rf"(?:https?|{_NATIVE_SCHEME})://(?:\[[0-9a-f:.]*\])?[^{_ENDS_A_LINK}]+"
    rf"|https?://\[[0-9a-f:.]*\]"
    # Without its scheme only where nothing but a Zoom link can be meant.
    rf"|(?<![\w@./\\:%=-])(?:[a-z0-9-]+\.)*zoom(?:gov)?\.(?:us|com)/[^{_ENDS_A_LINK}]+",
    re.IGNORECASE,
)
_SPACED_NUMBER = re.compile(
    r"(zoom(?:gov)?\.(?:us|com)(?::\d+)?/(?:j|w|s|wc|wc/join)/)"
    r"(\d{3})[ \u00a0](\d{3,4})[ \u00a0](\d{3,4})(?!\d)",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)*"
_PASSCODE = re.compile(
    r"(?<!\w)(?:pass(?:code|word)|kenncode|code secret|c[oó]digo de acceso|senha(?: de acesso)?"
    r"|codice d['\u2019]accesso|toegangscode|kod dost[eę]pu|код доступа|パスコード|密码|密碼|암호)"
    r"(?:\*\*)?[ \t\u00a0]*[:\uff1a](?:\*\*)?[ \t\u00a0]*(?P<bold>\*\*)?(?P<passcode>[^\s<>\"'`]{1,32})",
    re.IGNORECASE,
)
_PASSCODE_TRAILING = ".,;:)]"


def links_in(text: str) -> list[str]:
    """Every http(s) link in a text, in its order, unwrapped; a Zoom link without its scheme is given one.

    Numbers broken by spaces are joined, ``&amp;`` becomes ``&``, punctuation behind a link is no part of it.
    """
    text = _SPACED_NUMBER.sub(r"\1\2\3\4", text.replace("&amp;", "&"))
    found = []
    for match in _LINK.finditer(text):
        link = match[0].rstrip(_TRAILING)
        found.append(unwrap(link if re.match(r"[a-z]+://", link, re.IGNORECASE) else f"https://{link}"))
    return found


def passcode_in(text: str) -> str:
    """The passcode that an invitation tells, as a person types it; "" when it tells none.

    The first one counts: the passcode for people stands before the one for telephones and room systems.
    """
    match = _PASSCODE.search(text)
    if match is None:
        return ""
    passcode = match["passcode"].rstrip(_PASSCODE_TRAILING)
    if match["bold"]:
        return passcode.removesuffix("**") if passcode.endswith("**") else match["bold"] + passcode
    return passcode


def split_link(link: str) -> SplitResult | None:
    """The parts of an http(s) link with a host and a valid port; None for anything else."""
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname else None


def query_values(query: str, key: str) -> list[str]:
    """The values of one parameter, still percent-encoded and so exactly as they were sent."""
    pairs = (pair.partition("=") for pair in query.split("&"))
    return [value for name, _, value in pairs if name == key and value]


def unwrap(link: str) -> str:
    """The link behind redirects, mail scanners and the native client's scheme; without them, itself."""
    link = re.sub(rf"^(?:{_NATIVE_SCHEME})://", "https://", link, flags=re.IGNORECASE)
    for _ in range(MAX_WRAPPERS):
        parts = split_link(link)
        inner = _inner_link(parts) if parts else None
        if inner is None:
            break
        link = inner
    return link


def _inner_link(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").lower()
    for pattern, path, read in _WRAPPERS:
        if re.fullmatch(pattern, host) and re.match(path, parts.path):
            inner = read(parts)
            return inner if inner is not None and split_link(inner) else None
    return None


def _parameter(*names: str) -> Callable[[SplitResult], str | None]:
    def read(parts: SplitResult) -> str | None:
        return next((unquote(value) for name in names for value in query_values(parts.query, name)), None)

    return read


def _proofpoint_2(parts: SplitResult) -> str | None:
    """Version 2 writes ``-`` for ``%`` and ``_`` for ``/``."""
    value = next(iter(query_values(parts.query, "u")), None)
    return None if value is None else unquote(value.replace("-", "%").replace("_", "/"))


def _proofpoint_3(parts: SplitResult) -> str | None:
    """Version 3 has the link between ``__`` and ``__;``, a ``*`` for each character set aside in base64."""
    match = re.search(r"__(?P<link>.+?)__;(?P<aside>[A-Za-z0-9_-]*)!", parts.geturl())
    if match is None or "**" in match["link"]:
        return None
    try:
        aside = iter(base64.urlsafe_b64decode(match["aside"] + "=" * (-len(match["aside"]) % 4)).decode())
    except (binascii.Error, UnicodeDecodeError):
        return None
    return re.sub(r"\*", lambda _: next(aside, "*"), match["link"])


_WRAPPERS: tuple[tuple[str, str, Callable[[SplitResult], str | None]], ...] = (
    (r"(www\.)?google\.[a-z.]{2,6}", r"/url$", _parameter("q", "url")),
    (r"([a-z0-9-]+\.)*safelinks\.protection\.(outlook\.com|office365\.us)", r"/", _parameter("url")),
    (r"statics\.teams\.cdn\.(office|live)\.net", r"/.*safelinks", _parameter("url")),
    (r"urldefense\.proofpoint\.com", r"/v2/url$", _proofpoint_2),
    (r"urldefense\.(proofpoint\.)?com", r"/v3/", _proofpoint_3),
    (r"linkprotect\.cudasvc\.com", r"/url$", _parameter("a")),
    (r"slack-redir\.net", r"/link$", _parameter("url")),
    (r"(l|lm)\.facebook\.com", r"/l\.php$", _parameter("u")),
    (r"(www\.)?linkedin\.com", r"/redir/", _parameter("url")),
)
"""Wrappers that carry the link they lead to: host, path, and how the link is read out of them."""
