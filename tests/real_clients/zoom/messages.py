"""What the meeting's gateway says, in the words of the client's own socket. Pure."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from tests.real_clients.zoom.sealing import MEETING_KEY, seal

MEETING_NUMBER = "85012345678"
TOPIC = "Weekly review"
OWN_ID = 16_778_240
"""The bot's own user id; ids are multiples of 1024, what is below them tells one person's streams apart."""
HOST_ID = OWN_ID + 1024
GUEST_ID = OWN_ID + 2048
GATEWAY_HOST = "rwg.zoom.us"
JOIN_AUDIO, MUTE, CAMERA, CHAT = 8203, 8193, 12297, 4135
"""Numbers of what the client tells: sound joined, microphone opened or closed, camera too, a chat message."""
EVERYONE = 0
"""The receiver of a chat message that is everybody."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the gateway: its event number and its body."""

    event: int
    body: dict[str, Any]

    def encode(self, number: int) -> str:
        """The envelope that goes over the socket.

        Args:
            number: The sender's count of messages.
        """
        return json.dumps({"evt": self.event, "seq": number, "body": self.body})


def encoded(text: str) -> str:
    """A text as the client writes names, topics and chat: base64 of UTF-8."""
    return base64.b64encode(text.encode()).decode()


def connected() -> Message:
    """The greeting on a fresh socket."""
    return Message(
        4130,
        {"ABtoken": "token", "conID": "connection", "confID": "conference", "reportDomain": "log.zoom.us"},
    )


def joined(result: int = 0, **more: Any) -> Message:
    """The answer to a join: admission to the meeting or its waiting room, or the refusal's number."""
    return Message(
        4098,
        more
        | {
            "res": result,
            "userID": OWN_ID,
            "participantID": OWN_ID,
            "participantIDStr": "1",
            "zoomID": encoded("bot"),
            "conID": "connection",
            "confID": "conference",
            "mn": MEETING_NUMBER,
            "ABtoken": "token",
            "reportDomain": "log.zoom.us",
            "meetingtoken": "token",
            "meetingTopic": encoded(TOPIC),
            "svcUrl": GATEWAY_HOST,
            "useWBAudio": False,
            "useWBVideo": False,
            "role": 0,
        },
    )


def attributes(**changed: Any) -> Message:
    """The meeting's attributes; without arguments those of an open meeting."""
    open_meeting = {
        "confStatus": 5,
        "bCanUnmute": True,
        "bCanUnmuteVideo": True,
        "bAllowShowCount": True,
        "bLock": False,
        "chatPriviledge": 1,
        "viewOnly": 0,
    }
    return Message(7938, changed or open_meeting)


def meeting_key() -> Message:
    """The key of an encrypted meeting, among its attributes."""
    return attributes(encryptKey=base64.b64encode(MEETING_KEY).decode())


def media_ready() -> tuple[Message, ...]:
    """Sound, desk share and video are ready."""
    return tuple(Message(7996, {"bReady": True, "type": kind}) for kind in (1, 2, 3))


def user(user_id: int, name: str, **changed: Any) -> dict[str, Any]:
    """One row of the roster."""
    return {
        "id": user_id,
        "dn2": encoded(name),
        "role": 0,
        "audio": "computer",
        "muted": False,
        "bHold": False,
        "bVideoOn": False,
        "bShareOn": False,
        "bGuest": True,
        "bCoHost": False,
        "caps": 0,
        "zoomID": encoded(name),
    } | changed


def roster(
    *added: dict[str, Any], updated: tuple[dict[str, Any], ...] = (), removed: tuple[int, ...] = ()
) -> Message:
    """A change of the roster; the client needs all three lists."""
    return Message(
        7937, {"add": list(added), "update": list(updated), "remove": [{"id": one} for one in removed]}
    )


def talking(*user_ids: int) -> Message:
    """Who talks now; nobody: silence."""
    return Message(12033, {f"asn{place}": one for place, one in enumerate(user_ids, start=1)})


def caption(user_id: int, change: int, text: str, number: int = 1) -> Message:
    """A caption of what somebody says, or a change of it: 1 closes it, 2 begins it."""
    return Message(
        7983,
        {
            "msgType": change,
            "source": 4,
            "content": encoded(text),
            "msgId": f"caption-{number}",
            "nodeId": user_id,
            "keyNodeId": 0,
            "language": 0,
            "pos": 0,
            "size": 0,
            "errorCode": 0,
        },
    )


def camera_ready() -> Message:
    """The stream number of the bot's own picture; without one the client keeps the camera's button disabled."""
    return Message(16131, {"ssrc": OWN_ID + 2})


def on_stage(user_id: int) -> Message:
    """Whose tile is the big one."""
    return Message(16129, {"id": user_id, "bVideoOn": False})


def hold(held: bool, initial: bool = True) -> Message:
    """Into the waiting room, or out of it."""
    return Message(7942, {"bHold": held, "bInitial": initial})


def ended(reason: int, sub_reason: int | None = None) -> Message:
    """The stay is over, with the client's own number for why."""
    return Message(7939, {"reason": reason} | ({} if sub_reason is None else {"subReason": sub_reason}))


def chat(sender: str, text: str, number: int = 1) -> Message:
    """A chat message to everyone."""
    return Message(
        7944,
        {
            "text": encoded(text),
            "senderName": encoded(sender),
            "sn": encoded(sender),
            "destNodeID": 0,
            "attendeeNodeID": 0,
            "msgID": f"message-{number}",
        },
    )


def sealed_chat(sender: str, text: str, number: int) -> Message:
    """A chat message that is encrypted, in a meeting that has a key."""
    plain = chat(sender, text, number)
    return Message(plain.event, plain.body | {"text": seal(text, sender.encode(), number)})


def audio_joined(muted: bool) -> tuple[Message, ...]:
    """The bot has joined the sound.

    Args:
        muted: Whether it asked to be muted.
    """
    own = {"id": OWN_ID, "audio": "computer", "muted": muted}
    return (roster(updated=(own,)), Message(12035, {"ssrc": OWN_ID + 1}))
