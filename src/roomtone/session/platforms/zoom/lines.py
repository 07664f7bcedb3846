"""What a negotiation says of media lines: whose sound or picture each one carries. Pure.

The client's media server gives a few lines to whoever is to be heard, and gives them to others later. Its
words are read by the names of their fields at any depth::

    {associate: [{mid, media_type: MainAudio, user_id: {node_id}, ssrcs: {rtp}}], delete: [mid]}
    {create: [{msid, media_type, user_id: {node_id}, ssrcs: {rtp}}]}
    {action: associate, line_id, type: MainAudio, user_id, ssrc}

Where no name that is known says whose a line is, the only participant's number in its entry does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomtone.session.platforms.zoom.fields import plain_text, whole_number
from roomtone.session.platforms.zoom.roster import NODE_BITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_DEPTH = 8
MOST_ASSIGNMENTS = 500
"""Of one message."""
MOST_NEGOTIATION_DEPTH = 4
MOST_FIELDS = 50
"""How deep, and how wide, a message is looked through for a line."""
LONGEST_NUMBER = 40
LONGEST_TEXT = 200_000
"""Of JSON within a message."""
LARGEST_LINE = 9999
"""A number that stands for a line under a name that may mean anything."""

# Names without their case and what stands between words; the surest first.
_LINE = ("mid", "lineid", "line", "mline", "lineindex", "linenumber", "mlineindex")
_STREAM = ("msid", "streamid")
_USER = ("userid", "useridnodeid", "nodeid")
_SSRC = ("ssrcs", "ssrc", "rtp")
_TYPE = ("mediatype", "type", "kind")
_VAGUE = ("id", "index", "idx", "no")
_WRAPPINGS = {"data", "body", "payload", "message", "params", "lines"}
"""Names under which a text may be a message of its own."""
_GIVING = {"associate", "create", "created", "add", "added", "assign", "attach", "update"}
_NUMBER_OF_A_PERSON = re.compile(r"(\d{7,16})(?:\.\d+)?", re.ASCII)
_MARKS = {"associate", "stream_request_msg_index", "stream_status_msg_index"}
_FREEING = {
    "delete",
    "deleted",
    "remove",
    "removed",
    "release",
    "free",
    "detach",
    "dissociate",
    "disassociate",
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A line is somebody's from now on.

    Attributes:
        number: Whose; None: nobody's.
        line: The line's id; empty: not said.
        stream_id: Of the ``MediaStream``; empty: not said.
        ssrcs: Its packets' sources; may be empty.
        is_share: A shared screen, or its sound, and no voice or camera.
        kind: ``audio`` or ``video``; empty when not said, as when a line is freed.
    """

    number: int | None
    line: str = ""
    stream_id: str = ""
    ssrcs: frozenset[int] = frozenset()
    is_share: bool = False
    kind: str = ""


def is_negotiation(body: dict[str, Any]) -> bool:
    """Whether a message is about media lines: it, or the first entry of one of its lists, names one."""
    return not _MARKS.isdisjoint(body) or _names_a_line(body, 0)


def assignments(body: Any, is_participant: Callable[[int], bool] | None = None) -> list[Assignment]:
    """The assignments in a message, in their order; a message that has none gives none.

    Args:
        body: The message.
        is_participant: Whether a number is of somebody else in the meeting; None: nobody is known.
    """
    found: list[Assignment] = []
    for assignment in _walk(body, "", 0, is_participant or (lambda _number: False)):
        found.append(assignment)
        if len(found) >= MOST_ASSIGNMENTS:
            break
    return found


def _names_a_line(value: Any, depth: int) -> bool:
    if depth > MOST_NEGOTIATION_DEPTH:
        return False
    if isinstance(value, list):
        return bool(value) and _names_a_line(value[0], depth + 1)
    if not isinstance(value, dict):
        return False
    if _is_about_a_line(value):
        return True
    inner = [_unwrapped(key, one) for key, one in list(value.items())[:MOST_FIELDS]]
    if all(isinstance(one, dict) for one in inner):
        inner = inner[:1]  # a map of entries
    return any(_names_a_line(one, depth + 1) for one in inner)


def _walk(value: Any, action: str, depth: int, is_participant: Callable[[int], bool]) -> Iterator[Assignment]:
    if depth > MOST_DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, action, depth + 1, is_participant)
    elif isinstance(value, dict):
        action = plain_text(value.get("action")).lower() or action
        assignment = _assignment(value, action, is_participant)
        if assignment is not None:
            yield assignment
            return
        for key, wrapped in value.items():
            inner = _unwrapped(key, wrapped)
            inner_action = str(key).lower()
            if inner_action in _FREEING and isinstance(inner, list):
                yield from (Assignment(None, line=line) for line in map(_line_id, inner) if line)
            if isinstance(inner, dict | list):
                known = inner_action in _FREEING or inner_action in _GIVING
                yield from _walk(inner, inner_action if known else action, depth + 1, is_participant)


def _unwrapped(key: Any, value: Any) -> Any:
    """A value, or what it holds where it is JSON in a text."""
    is_json = isinstance(value, str) and len(value) <= LONGEST_TEXT and value[:1] in {"{", "["}
    if not is_json or key not in _WRAPPINGS:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _assignment(
    fields: dict[str, Any], action: str, is_participant: Callable[[int], bool]
) -> Assignment | None:
    entry = {_plain_name(key): value for key, value in fields.items()}
    line = next((text for key in _LINE if (text := _line_id(entry.get(key)))), "")
    stream_id = next((text for key in _STREAM if (text := plain_text(entry.get(key)))), "")
    ssrcs = frozenset(number for key in _SSRC for number in _numbers(entry.get(key)))
    if action in _FREEING:
        return Assignment(None, line, stream_id, ssrcs) if line or stream_id or ssrcs else None
    media = next(
        (t for key in _TYPE if "audio" in (t := plain_text(entry.get(key)).lower()) or "video" in t), ""
    )
    number = next((n for key in _USER if (n := _user(entry.get(key)))), None)
    if not media and action not in _GIVING:
        return None
    if number is None:
        number = _only_participant(entry, is_participant)
    is_meant = number is not None and is_participant(number)
    if is_meant and not (line or stream_id or ssrcs):
        line = next((text for key in _VAGUE if (text := _small_number(entry.get(key)))), "")
    if not (line or stream_id or ssrcs) or not (is_meant or (media and any(key in entry for key in _USER))):
        return None
    kind = "" if not media else "audio" if "audio" in media else "video"
    return Assignment(number, line, stream_id, ssrcs, "share" in media, kind)


def _only_participant(entry: dict[str, Any], is_participant: Callable[[int], bool]) -> int | None:
    """The only participant whose number is in an entry, under whatever name; None: none, or several."""
    values = [value for key, value in entry.items() if key not in {*_LINE, *_STREAM, *_SSRC}]
    values += [inner for value in values if isinstance(value, dict) for inner in value.values()]
    texts = (str(value) for value in values if isinstance(value, str | int) and not isinstance(value, bool))
    matches = (_NUMBER_OF_A_PERSON.fullmatch(text) for text in texts if len(text) <= LONGEST_NUMBER)
    numbers = [int(match[1]) for match in matches if match and is_participant(int(match[1]))]
    return numbers[0] if len({number >> NODE_BITS for number in numbers}) == 1 else None


def _is_about_a_line(fields: dict[str, Any]) -> bool:
    entry = {_plain_name(key): value for key, value in fields.items()}
    names_line = any(key in entry for key in (*_LINE, *_STREAM, *_SSRC))
    return names_line and any(isinstance(entry.get(key), str) for key in (*_TYPE, "action"))


def _plain_name(key: Any) -> str:
    return "".join(one for one in str(key)[:40].lower() if one.isalnum())


def _small_number(value: Any) -> str:
    number = whole_number(value)
    return str(number) if number is not None and number <= LARGEST_LINE else ""


def _line_id(value: Any) -> str:
    number = whole_number(value)
    return str(number) if number is not None else plain_text(value)[:100]


def _user(value: Any) -> int | None:
    """A user's number: by itself, ``{node_id}``, or the first of two written with a dot between them."""
    if isinstance(value, dict):
        entry = {_plain_name(key): one for key, one in value.items() if not isinstance(one, dict)}
        return next((n for key in _USER[::-1] if (n := _user(entry.get(key)))), None)
    if isinstance(value, str):
        value = value.partition(".")[0]
    return whole_number(value) or None


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        value = [one for one in value.values() if not isinstance(one, dict)]
    for one in value if isinstance(value, list) else [value]:
        number = whole_number(one.get("rtp", one.get("ssrc")) if isinstance(one, dict) else one)
        if number:
            yield number
