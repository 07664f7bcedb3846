"""The service's own words in an answer that says no, made fit to be shown. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.json_answers import parsed
from roomtone.speech.errors import UnreadableAnswer
from roomtone.speech.text_cleaning import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_CHARACTERS = 300
_TEXTS = ("err_msg", "message", "error_message", "error", "detail", "details", "msg", "description")
"""Where services have their words, the best first."""
_TAG = re.compile(r"<[^>]{0,500}>")
_LINK = re.compile(r"\b[a-z]{2,8}://\S+", re.IGNORECASE)
_MASKED_KEY = re.compile(r"\S*\*{3,}\S*")
_LEAST_SECRET = 4
_LONGEST_READ = 200_000
"""Of a body, in bytes: what is longer is no explanation, and reading it would hold everything up."""


def own_words(body: bytes, secrets: Iterable[str] = ()) -> str:
    """What the service says, on one line of at most ``MOST_CHARACTERS``; empty: nothing.

    Links are left out, since they may lead to the audio, and so are secrets and what looks like masked ones.

    Args:
        body: The answer's body: JSON of any shape, or text, or a page.
        secrets: What must not be shown, such as the key.
    """
    try:
        found = list(_texts(parsed(body[:_LONGEST_READ])))
    except UnreadableAnswer:
        found = [_TAG.sub(" ", body[:20_000].decode(errors="replace"))]
    return shown("; ".join(dict.fromkeys(found)), secrets)


def shown(text: str, secrets: Iterable[str] = ()) -> str:
    """A text of the service's, made fit to be shown; see ``own_words``."""
    text = text[:20_000]
    for secret in secrets:
        if len(secret) >= _LEAST_SECRET:
            text = text.replace(secret, "***")
    tidy = clean(_MASKED_KEY.sub("***", _LINK.sub("(a link)", text)))
    return tidy if len(tidy) <= MOST_CHARACTERS else tidy[: MOST_CHARACTERS - 1].rstrip() + "…"


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < 4:
        for name in _TEXTS:
            yield from _texts(value.get(name), depth + 1)
    elif isinstance(value, list) and depth < 4:
        for part in value[:3]:
            yield from _texts(part, depth + 1)
