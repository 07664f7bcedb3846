"""The binary live-audio frame: encoder, and a decoder that reads both widths of its length fields.

Layout (``docs/protocols/live-audio.md``), N = 4 (our default) or 2 bytes:

    msg_type    uint8          1 = audio
    id_len      uintN LE
    speaker_id  id_len bytes   UTF-8
    name_len    uintN LE
    speaker_name name_len bytes UTF-8
    pcm         the rest       int16 LE, 48,000 Hz, mono
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

from roomtone.bot.errors import RoomtoneError

AUDIO_MESSAGE = 1
"""The only documented ``msg_type``; readers ignore every other."""

LengthBytes = Literal[2, 4]


class MalformedFrame(RoomtoneError):
    """A live-audio frame that cannot be read in either width."""


@dataclass(frozen=True, slots=True)
class LiveAudioFrame:
    """One speaker's audio for a moment.

    Attributes:
        speaker_id: The platform's id of the participant; ``NoSpeaker`` when unknown.
        speaker_name: The shown name; ``NoSpeaker`` when unknown.
        pcm: int16 little-endian mono samples at 48,000 Hz; an even number of bytes.
    """

    speaker_id: str
    speaker_name: str
    pcm: bytes


def encode_frame(frame: LiveAudioFrame, length_bytes: LengthBytes = 4) -> bytes:
    """The frame's bytes; a text too long for a 2-byte length is cut at a character's end."""
    pack = struct.Struct("<I" if length_bytes == 4 else "<H").pack
    speaker_id = _fit(frame.speaker_id, length_bytes)
    name = _fit(frame.speaker_name, length_bytes)
    return b"".join((b"\x01", pack(len(speaker_id)), speaker_id, pack(len(name)), name, frame.pcm))


def decode_frame(data: bytes, length_bytes: LengthBytes | None = None) -> LiveAudioFrame | None:
    """The frame in ``data``, or None when its ``msg_type`` is not audio.

    Args:
        data: One binary WebSocket message.
        length_bytes: Width of the length fields; None finds out. With 4-byte fields, bytes 3 and 4 are
            zero for every id shorter than 65,536 bytes; with 2-byte fields they are text.

    Raises:
        MalformedFrame: If the lengths do not fit the data, the texts are not UTF-8 or the PCM is odd.
    """
    if not data:
        raise MalformedFrame("the message is empty")
    if data[0] != AUDIO_MESSAGE:
        return None
    if length_bytes is not None:
        return _decode(data, length_bytes)
    order: tuple[LengthBytes, LengthBytes] = (4, 2) if data[3:5] == b"\0\0" else (2, 4)
    try:
        return _decode(data, order[0])
    except MalformedFrame:
        return _decode(data, order[1])


def _fit(text: str, length_bytes: LengthBytes) -> bytes:
    raw = text.encode()
    if length_bytes == 4 or len(raw) <= 0xFFFF:
        return raw
    return raw[:0xFFFF].decode(errors="ignore").encode()


def _decode(data: bytes, length_bytes: LengthBytes) -> LiveAudioFrame:
    speaker_id, at = _text(data, 1, length_bytes)
    name, at = _text(data, at, length_bytes)
    pcm = data[at:]
    if len(pcm) % 2:
        raise MalformedFrame("the PCM has an odd number of bytes")
    return LiveAudioFrame(speaker_id, name, pcm)


def _text(data: bytes, at: int, length_bytes: LengthBytes) -> tuple[str, int]:
    start = at + length_bytes
    if start > len(data):
        raise MalformedFrame("the message ends inside a length field")
    end = start + int.from_bytes(data[at:start], "little")
    if end > len(data):
        raise MalformedFrame("a length field points past the end of the message")
    try:
        return data[start:end].decode(), end
    except UnicodeDecodeError:
        raise MalformedFrame("a text is not UTF-8") from None
