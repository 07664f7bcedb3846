"""What a negotiation says of media lines: whose sound or picture each one carries. Pure.

The client's media server gives a few lines to whoever is to be heard, and gives them to others later. Its
words are read by the names of their fields at any depth::

    {associate: [{mid, media_type: MainAudio, user_id: {node_id}, ssrcs: {rtp}}], delete: [mid]}
    {create: [{msid, media_type, user_id: {node_id}, ssrcs: {rtp}}]}
    {action: associate, line_id, type: MainAudio, user_id, ssrc}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomtone.session.platforms.zoom.fields import plain_text, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_DEPTH = 8
MOST_ASSIGNMENTS = 500
"""Of one message."""

_LINE = ("mid", "line_id", "lineId", "lineID", "line", "mline", "mLine", "lineid")
_STREAM = ("msid", "stream_id", "streamId", "streamID")
_USER = ("user_id", "userId", "userID", "user_id.node_id", "node_id", "nodeId", "nodeID")
_SSRC = ("ssrcs", "ssrc", "rtp")
_TYPE = ("media_type", "mediaType", "type", "kind")
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
    if _is_about_a_line(body) or not _MARKS.isdisjoint(body):
        return True
    inner = (value for value in body.values() if value and isinstance(value, dict | list))
    firsts = (next(iter(value.values() if isinstance(value, dict) else value)) for value in inner)
    return any(isinstance(first, dict) and _is_about_a_line(first) for first in firsts)


def assignments(body: Any) -> list[Assignment]:
    """The assignments in a message, in their order; a message that has none gives none."""
    found: list[Assignment] = []
    for assignment in _walk(body, "", 0):
        found.append(assignment)
        if len(found) >= MOST_ASSIGNMENTS:
            break
    return found


def _walk(value: Any, action: str, depth: int) -> Iterator[Assignment]:
    if depth > MOST_DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, action, depth + 1)
    elif isinstance(value, dict):
        action = plain_text(value.get("action")).lower() or action
        assignment = _assignment(value, action)
        if assignment is not None:
            yield assignment
            return
        for key, inner in value.items():
            inner_action = str(key).lower()
            if inner_action in _FREEING and isinstance(inner, list):
                yield from (Assignment(None, line=line) for line in map(_line_id, inner) if line)
            if isinstance(inner, dict | list):
                known = inner_action in _FREEING or inner_action in {"associate", "create", "created", "add"}
                yield from _walk(inner, inner_action if known else action, depth + 1)


def _assignment(entry: dict[str, Any], action: str) -> Assignment | None:
    line = next((text for key in _LINE if (text := _line_id(entry.get(key)))), "")
    stream_id = next((text for key in _STREAM if (text := plain_text(entry.get(key)))), "")
    ssrcs = frozenset(number for key in _SSRC for number in _numbers(entry.get(key)))
    if not (line or stream_id or ssrcs):
        return None
    if action in _FREEING:
        return Assignment(None, line, stream_id, ssrcs)
    media = next(
        (t for key in _TYPE if "audio" in (t := plain_text(entry.get(key)).lower()) or "video" in t), ""
    )
    if not media or not any(key in entry for key in _USER):
        return None
    number = next((n for key in _USER if (n := _user(entry.get(key)))), None)
    kind = "audio" if "audio" in media else "video"
    return Assignment(number, line, stream_id, ssrcs, "share" in media, kind)


def _is_about_a_line(entry: dict[str, Any]) -> bool:
    names_line = any(key in entry for key in (*_LINE, *_STREAM, *_SSRC))
    return names_line and any(isinstance(entry.get(key), str) for key in _TYPE)


def _line_id(value: Any) -> str:
    number = whole_number(value)
    return str(number) if number is not None else plain_text(value)[:100]


def _user(value: Any) -> int | None:
    """A user's number: by itself, ``{node_id}``, or the first of two written with a dot between them."""
    if isinstance(value, dict):
        return next((n for key in _USER[::-1] if (n := _user(value.get(key)))), None)
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
