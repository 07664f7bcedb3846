"""The servers' messages on the signalling socket, ``{evt, seq, body}``: one function an event. Pure."""

from __future__ import annotations

import base64
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Event = tuple[int, dict[str, Any]]
"""The number and the body; the socket adds ``seq``."""


class Evt(IntEnum):
    """Numbers of events. Those marked are our own choice: the facts give none."""

    KEEP_ALIVE = 0
    JOIN_RESULT = 4098
    LEAVE = 4103
    CONNECTED = 4130
    CHAT_FROM_CLIENT = 4135  # ours
    JOIN = 4301
    REJOIN = 4370
    CONSENT = 4372  # ours
    ROSTER = 7937
    ATTRIBUTES = 7938
    END = 7939
    HOLD = 7942
    CHAT = 7944
    CAPTION_STATUS = 7959
    CAPTION = 7985
    MEDIA_READY = 7996
    CAPTIONS_WANTED = 8200  # ours
    ACTIVE_SPEAKERS = 12033
    ASK_TO_UNMUTE = 12037
    OWN_AUDIO = 12289  # ours
    OWN_VIDEO = 12290  # ours
    ACTIVE_VIDEO = 16129
    MEDIA_NEGOTIATION = 32769


FIRST_USER_ID = 16_778_240
USER_ID_STEP = 1024
"""User ids are multiples of it: the low ten bits are the node's."""
END_RECONNECT = 5
END_REMOVED = 7
END_BY_HOST = 8
END_KICKED = 6
STATUS_WAITING_FOR_HOST = 3
STATUS_RUNNING = 5


def user_id(number: int) -> int:
    """The user id of the so-manieth user, from 0."""
    return FIRST_USER_ID + USER_ID_STEP * number


def encoded(text: str) -> str:
    """A text as the client's servers send it: UTF-8 in base64 without padding."""
    return base64.b64encode(text.encode()).decode("ascii").rstrip("=")


def decoded(text: object) -> str:
    """The text of a base64 field of the client, padded or not; what is none gives an empty text."""
    if not isinstance(text, str):
        return ""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return ""


def user(member: Mapping[str, Any], *, joined_audio: bool = True) -> dict[str, Any]:
    """A roster entry from the practice meeting's ``participant``."""
    return {
        "id": int(member["id"]),
        "dn2": encoded(member["name"]),
        "role": 1 if member["host"] else 0,
        "audio": "computer" if joined_audio else "",
        "muted": not member["microphone"],
        "bHold": False,
        "bVideoOn": bool(member["camera"]),
        "bShareOn": bool(member["sharing"]),
        "bGuest": not member["host"],
        "bCoHost": False,
        "caps": 5,
        "zoomID": encoded(f"zoom-{member['id']}"),
    }


def roster(
    *,
    add: Sequence[Mapping[str, Any]] = (),
    update: Iterable[Mapping[str, Any]] = (),
    remove: Iterable[int] = (),
    as_maps: bool = False,
) -> Event:
    """7937. Updates and removals as arrays, or as maps keyed by id."""
    updates, removals = list(update), [{"id": member_id} for member_id in remove]
    body: dict[str, Any] = {"add": list(add), "update": updates, "remove": removals}
    if as_maps:
        body["update"] = {str(entry["id"]): dict(entry) for entry in updates}
        body["remove"] = {str(entry["id"]): dict(entry) for entry in removals}
    return Evt.ROSTER, body


def attributes(*, running: bool = True, **more: Any) -> Event:
    """7938."""
    status = STATUS_RUNNING if running else STATUS_WAITING_FOR_HOST
    known = {"bCanUnmute": True, "bCanUnmuteVideo": True, "bAllowShowCount": True, "bLock": False}
    return Evt.ATTRIBUTES, {"confStatus": status, **known, "chatPriviledge": 1, "viewOnly": 0, **more}


def media_ready() -> list[Event]:
    """7996 for sound, shared screens and video."""
    return [(Evt.MEDIA_READY, {"bReady": True, "type": kind}) for kind in (1, 2, 3)]


def end(reason: int, sub_reason: int | None = None) -> Event:
    """7939."""
    return Evt.END, {"reason": reason} | ({} if sub_reason is None else {"subReason": sub_reason})


def hold(*, on: bool, initial: bool) -> Event:
    """7942."""
    return Evt.HOLD, {"bHold": on, "bInitial": initial}


def active_speakers(ids: Sequence[str]) -> Event:
    """12033: user ids, the loudest first."""
    return Evt.ACTIVE_SPEAKERS, {f"asn{place}": int(member_id) for place, member_id in enumerate(ids, 1)}


def active_video(user_id: int, *, video_on: bool) -> Event:
    """16129."""
    return Evt.ACTIVE_VIDEO, {"id": user_id, "bVideoOn": video_on}


def chat(message: Mapping[str, Any]) -> Event:
    """7944 from the practice meeting's ``chat``."""
    return Evt.CHAT, {
        "text": encoded(message["text"]),
        "senderName": encoded(message["name"]),
        "sn": encoded(f"zoom-{message['id']}"),
        "destNodeID": 0,
        "attendeeNodeID": int(message["id"]),
        "msgID": message["message_id"],
    }


def caption(number: int, user_id: int, text: str, *, done: bool) -> Event:
    """7985, the form of its body our choice."""
    body = {"msgId": f"caption-{number}", "userId": user_id, "text": text, "done": done, "time": number}
    return Evt.CAPTION, body
