"""The page link's messages as bytes and JSON (docs/protocols/page-link.md). Pure."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from roomtone.session.browser.errors import BadLinkMessage

if TYPE_CHECKING:
    from roomtone.session.capture.model import Samples

_HEADER = struct.Struct("<BBHIdd")
_AUDIO, _VIDEO, _STREAM, _VOICE = 1, 2, 3, 4
HEADER_BYTES = _HEADER.size
"""24: kind, flags, zero, number, clock in microseconds, count before."""
MAX_AUDIO_SAMPLES = 960


@dataclass(frozen=True, slots=True)
class AudioMessage:
    """20 ms of one track, as the page numbers and stamps it.

    Attributes:
        track: The page's number.
        stamp_us: The page's clock of the first sample, microseconds.
        first_sample: Samples sent of this track before.
        samples: At most 960.
    """

    track: int
    stamp_us: float
    first_sample: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class VideoMessage:
    """One access unit of one encoder run.

    Attributes:
        encoder: Counts the encoder's restarts.
        stamp_us: The page's clock of the picture, microseconds.
        pictures_before: Pictures sent before.
        is_key: Whether decoding can start here.
        data: H.264, Annex B.
    """

    encoder: int
    stamp_us: float
    pictures_before: int
    is_key: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """One VP8 frame of one participant's own picture.

    Attributes:
        stream: The session's number of it.
        stamp_us: The page's clock of the picture, microseconds.
        pictures_before: Pictures sent before, of this stream.
        is_key: Whether decoding can start here.
        data: The frame.
    """

    stream: int
    stamp_us: float
    pictures_before: int
    is_key: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class VoiceMessage:
    """A piece of the bot's own voice, from the session to the page.

    Attributes:
        turn: Counts how often the bot began to speak anew.
        position: Samples of the turn before this piece.
        samples: At most 960.
    """

    turn: int
    position: int
    samples: Samples


def read_binary(message: bytes) -> AudioMessage | VideoMessage | StreamMessage:
    """Decode a binary message.

    Raises:
        BadLinkMessage: If it is too short, of an unknown kind, or its numbers make no sense.
    """
    if len(message) < HEADER_BYTES:
        raise BadLinkMessage(f"{len(message)} bytes are no header")
    kind, flags, _, number, stamp_us, before = _HEADER.unpack_from(message)
    if not math.isfinite(stamp_us) or not 0 <= before < 2**53:
        raise BadLinkMessage("clock or count is no sensible number")
    if kind == _VIDEO:
        return VideoMessage(number, stamp_us, int(before), bool(flags & 1), bytes(message[HEADER_BYTES:]))
    if kind == _STREAM:
        return StreamMessage(number, stamp_us, int(before), bool(flags & 1), bytes(message[HEADER_BYTES:]))
    if kind != _AUDIO:
        raise BadLinkMessage(f"unknown kind {kind}")
    size = len(message) - HEADER_BYTES
    if size % 2 or not 0 < size // 2 <= MAX_AUDIO_SAMPLES:
        raise BadLinkMessage(f"{size} bytes are not 1 to {MAX_AUDIO_SAMPLES} samples")
    samples = np.frombuffer(message, dtype="<i2", offset=HEADER_BYTES).astype(np.int16, copy=False)
    return AudioMessage(number, stamp_us, int(before), samples)


def write_audio(message: AudioMessage) -> bytes:
    """Encode what the page's audio worker sends; for tests and stand-ins."""
    header = _HEADER.pack(_AUDIO, 0, 0, message.track, message.stamp_us, float(message.first_sample))
    return header + message.samples.astype("<i2").tobytes()


def write_video(message: VideoMessage) -> bytes:
    """Encode what the page's composer sends; for tests and stand-ins."""
    header = _HEADER.pack(
        _VIDEO, int(message.is_key), 0, message.encoder, message.stamp_us, float(message.pictures_before)
    )
    return header + message.data


def write_stream(message: StreamMessage) -> bytes:
    """Encode what the page sends of a participant's own picture; for tests and stand-ins."""
    header = _HEADER.pack(
        _STREAM, int(message.is_key), 0, message.stream, message.stamp_us, float(message.pictures_before)
    )
    return header + message.data


def write_voice(message: VoiceMessage) -> bytes:
    """Encode a piece of the bot's voice."""
    header = _HEADER.pack(_VOICE, 0, 0, message.turn, 0.0, float(message.position))
    return header + message.samples.astype("<i2").tobytes()


def read_text(message: str) -> dict[str, Any]:
    """Decode a text message into its JSON object, which has a ``type``.

    Raises:
        BadLinkMessage: If it is no JSON object or has no type.
    """
    try:
        body = json.loads(message)
    except ValueError:
        raise BadLinkMessage("no JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        raise BadLinkMessage("no object with a type")
    return body


def write_text(body: dict[str, Any]) -> str:
    """Encode a text message."""
    return json.dumps(body, separators=(",", ":"))
