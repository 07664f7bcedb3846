"""Chat as it travels in most real meetings: AES-GCM with a key of the meeting and the sender. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

AES_GCM = 2
"""The gateway's number for this kind of encryption."""
MEETING_KEY = hashlib.sha256(b"the key of a meeting that is none").digest()
_CHAT = 10
_TAG_BYTES = 16


def seal(text: str, sender: bytes, number: int) -> str:
    """A chat message as its sender's client would send it.

    One byte: length of the vector, the vector (12 bytes), uint16 little-endian: length of the additional data
    (none), uint32 little-endian: length of the text, the text, the tag (16 bytes); base64 without padding.

    Args:
        text: Its words.
        sender: The sender's ``zoomID``, decoded.
        number: Of the message; never twice for one sender.
    """
    key = hmac.digest(MEETING_KEY, sender + struct.pack("<I", _CHAT), "sha256")
    vector = struct.pack("<I", number) + bytes(8)
    sealed = AESGCM(key).encrypt(vector, text.encode(), None)
    head = bytes([len(vector)]) + vector + struct.pack("<HI", 0, len(sealed) - _TAG_BYTES)
    return base64.b64encode(head + sealed).decode().rstrip("=")
