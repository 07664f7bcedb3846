"""The words of the control socket: what a caller has the bot do, and what the bot tells it. Pure.

Callers of this API spell fields in more than one way; every spelling that was seen is read. The wire is
described in ``docs/protocols/control-socket.md``.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from roomtone.bot.errors import RoomtoneError
from roomtone.bot.lifecycle import timestamp
from roomtone.bot.request import MAX_MESSAGE_LENGTH
from roomtone.bot.wire_urls import MAX_URL_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from roomtone.session.capture.model import Samples

LONGEST_PIECE_S = 30.0
"""Longest sound in one ``sendaudio``: what may wait to be said at all."""
LOWEST_RATE_HZ = 8_000
HIGHEST_RATE_HZ = 96_000
USUAL_RATE_HZ = 48_000
LONGEST_SHOWN_S = 24 * 3600.0
_LONGEST_NAME = 50
"""So much of a command's name is told back, in characters."""

Role = Literal["assistant", "user"]


class MalformedCommand(RoomtoneError):
    """A message that cannot be read as a command; the text tells the caller why.

    Attributes:
        command: The beginning of the name that it gave; empty: none.
    """

    def __init__(self, problem: str, command: str = "") -> None:
        super().__init__(problem)
        self.command = command


@dataclass(frozen=True, slots=True)
class SendAudio:
    """Say this.

    Attributes:
        samples: Mono, at `rate_hz`.
        rate_hz: Samples a second.
    """

    samples: Samples
    rate_hz: int


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Write this into the meeting's chat."""

    text: str


@dataclass(frozen=True, slots=True)
class SendChat:
    """What is said in the caller's own conversation with the meeting.

    Attributes:
        role: Whose words they are: the caller's (``assistant``) or somebody's of the meeting (``user``).
        text: So far.
        is_final: Whether it will not change any more.
    """

    role: Role
    text: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Be silent at once."""


@dataclass(frozen=True, slots=True)
class SendImage:
    """Show this picture; the bytes of a file, not yet looked at."""

    data: bytes
    display_s: float | None = None


@dataclass(frozen=True, slots=True)
class SendImageUrl:
    """Show the picture behind this link."""

    url: str
    display_s: float | None = None


@dataclass(frozen=True, slots=True)
class Courtesy:
    """A message that asks for nothing, such as an ``ack``."""


Command = SendAudio | SendMessage | SendChat | Interrupt | SendImage | SendImageUrl | Courtesy

_COURTESIES = frozenset({"ack", "pong", "ping", "ready", "error"})


def read_command(message: str | bytes) -> Command:
    """The command in a message of the caller's.

    Raises:
        MalformedCommand: If it is none, with what is wrong.
    """
    try:
        fields = json.loads(message)
    except (ValueError, RecursionError):
        raise MalformedCommand("The message is not JSON.") from None
    if not isinstance(fields, dict):
        raise MalformedCommand("The message is not a JSON object.")
    name = fields.get("command") if fields.get("command") is not None else fields.get("type")
    if not isinstance(name, str) or not name:
        raise MalformedCommand("The message has no command.")
    plain = name.lower().replace("_", "").replace("-", "")
    if plain in _COURTESIES:
        return Courtesy()
    reader = _READERS.get(plain)
    if reader is None:
        known = "sendaudio, sendmsg, sendchat, interrupt, sendimg, sendimg_url"
        raise MalformedCommand(f"The command is unknown; known: {known}.", name[:_LONGEST_NAME])
    try:
        return reader(fields)
    except MalformedCommand as problem:
        problem.command = name[:_LONGEST_NAME]
        raise


def _audio(fields: Mapping[str, Any]) -> SendAudio:
    data = _base64(fields, "audiochunk", "audio_chunk", "audioChunk", "audio", "audio_data", "audioData")
    encoding = _word(fields, "pcm16", "encoding")
    if encoding not in ("pcm16", "pcm16le", "pcms16le", "linear16", "s16le"):
        raise MalformedCommand("encoding must be pcm16.")
    endianness = _word(fields, "little", "endianness", "endian")
    if endianness not in ("little", "le", "big", "be"):
        raise MalformedCommand("endianness must be little or big.")
    rate_hz = _whole(fields, USUAL_RATE_HZ, "sample_rate", "sampleRate", "samplerate")
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise MalformedCommand(f"sample_rate must be {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}.")
    channels = _whole(fields, 1, "channels", "num_channels", "numChannels")
    if channels not in (1, 2):
        raise MalformedCommand("channels must be 1 or 2.")
    if len(data) % (2 * channels):
        raise MalformedCommand(f"audiochunk must be whole samples of {2 * channels} bytes.")
    if len(data) > LONGEST_PIECE_S * rate_hz * 2 * channels:
        raise MalformedCommand(f"audiochunk must be at most {LONGEST_PIECE_S:g} s of sound.")
    samples = np.frombuffer(data, "<i2" if endianness in ("little", "le") else ">i2").astype(np.int16)
    if channels == 2:
        samples = samples.reshape(-1, 2).mean(axis=1, dtype=np.float32).astype(np.int16)
    return SendAudio(samples, rate_hz)


def _message(fields: Mapping[str, Any]) -> SendMessage:
    return SendMessage(_text(fields, "message", "msg", "text"))


def _chat(fields: Mapping[str, Any]) -> SendChat:
    role = _word(fields, "assistant", "role")
    if role not in ("assistant", "user"):
        raise MalformedCommand("role must be assistant or user.")
    final = _first(fields, "is_final", "isFinal", "final")
    if not isinstance(final, bool | None):
        raise MalformedCommand("is_final must be true or false.")
    is_final = final is not False
    text = _text(fields, "text", "message", "msg", may_be_empty=not is_final)
    return SendChat("user" if role == "user" else "assistant", text, is_final)


def _interrupt(fields: Mapping[str, Any]) -> Interrupt:
    action = _word(fields, "clearaudioqueue", "action")
    if action not in ("clearaudioqueue", "clear", "stop"):
        raise MalformedCommand("action must be clear_audio_queue.")
    return Interrupt()


def _image(fields: Mapping[str, Any]) -> SendImage:
    names = ("img", "image", "img_data", "image_data")
    return SendImage(_base64(fields, *names), _display_s(fields))


def _image_url(fields: Mapping[str, Any]) -> SendImageUrl:
    names = ("img_url", "imgUrl", "image_url", "imageUrl", "url")
    return SendImageUrl(_url(_text(fields, *names)), _display_s(fields))


_READERS: dict[str, Callable[[Mapping[str, Any]], Command]] = {
    "sendaudio": _audio,
    "sendmsg": _message,
    "sendmessage": _message,
    "sendchat": _chat,
    "interrupt": _interrupt,
    "sendimg": _image,
    "sendimage": _image,
    "sendimgurl": _image_url,
    "sendimageurl": _image_url,
}
"""By the command's name in small letters, without hyphens and underscores."""


def _first(fields: Mapping[str, Any], *names: str) -> Any:
    """The value under the first of the names that has one."""
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _word(fields: Mapping[str, Any], usual: str, *names: str) -> str:
    given = _first(fields, *names)
    if given is None:
        return usual
    if not isinstance(given, str):
        raise MalformedCommand(f"{names[0]} must be a text.")
    return given.lower().replace("_", "").replace("-", "")


def _whole(fields: Mapping[str, Any], usual: int, *names: str) -> int:
    given = _first(fields, *names)
    if given is None:
        return usual
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 10:
        return int(given)
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given // 1:
        raise MalformedCommand(f"{names[0]} must be a whole number.")
    return int(given)


def _text(fields: Mapping[str, Any], *names: str, may_be_empty: bool = False) -> str:
    # The first that is not empty: clients fill one of two spellings, and leave "" in the other.
    given = next((fields[name] for name in names if fields.get(name)), "")
    if not isinstance(given, str):
        raise MalformedCommand(f"{names[0]} must be a text.")
    text = given.strip()
    if not text and not may_be_empty:
        raise MalformedCommand(f"{names[0]} must not be empty.")
    if len(text) > MAX_MESSAGE_LENGTH:
        raise MalformedCommand(f"{names[0]} must have at most {MAX_MESSAGE_LENGTH} characters.")
    if not text.isprintable() and any(_unwritable(character) for character in text):
        raise MalformedCommand(f"{names[0]} must have no control characters.")
    return text


def _unwritable(character: str) -> bool:
    return (character < " " and character not in "\n\t\r") or "\ud800" <= character <= "\udfff"


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")) or any(c.isspace() for c in text):
        raise MalformedCommand("img_url must be an http or https URL.")
    if len(text) > MAX_URL_LENGTH:
        raise MalformedCommand(f"img_url must have at most {MAX_URL_LENGTH} characters.")
    return text


def _display_s(fields: Mapping[str, Any]) -> float | None:
    given = _first(fields, "display_duration", "display_time", "display_s")
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= LONGEST_SHOWN_S:
        raise MalformedCommand("display_duration must be a number of seconds, at most a day.")
    return float(given)


def _base64(fields: Mapping[str, Any], *names: str) -> bytes:
    given = _first(fields, *names)
    if not isinstance(given, str):
        raise MalformedCommand(f"{names[0]} must be a text in base64.")
    if given.startswith("data:"):
        given = given.partition(",")[2]
    try:
        data = base64.b64decode("".join(given.split()), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedCommand(f"{names[0]} is not base64.") from None
    if not data:
        raise MalformedCommand(f"{names[0]} must not be empty.")
    return data


# What the bot says.


def error_text(bot_id: str, problem: str, command: str = "") -> str:
    """Why a command was not carried out."""
    answer = {"command": "error", "bot_id": bot_id, "message": problem}
    return _line(answer | ({"in_reply_to": command} if command else {}))


def user_message_text(
    bot_id: str, *, message_id: str, text: str, sender_id: str, sender_name: str, at: datetime
) -> str:
    """Somebody wrote into the meeting's chat; the text stands under both names, as with ``sendmsg``."""
    return _line(
        {
            "command": "usermsg",
            "bot_id": bot_id,
            "message": text,
            "msg": text,
            "message_id": message_id,
            "sender": {"id": sender_id, "name": sender_name},
            "timestamp": timestamp(at),
        }
    )


def participant_event_text(bot_id: str, body: Mapping[str, Any]) -> str:
    """Something about a participant, in the words of the webhook about it."""
    return _line({"command": "participant_event", "bot_id": bot_id, **body})


def _line(fields: Mapping[str, Any]) -> str:
    # Half a surrogate pair cannot be sent: the text would come back to the outbox again and again.
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace").decode()
