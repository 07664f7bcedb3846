"""One profile's file: a readable header, and the storage state sealed to it. Pure.

A JSON object: the header's fields, ``nonce`` (12 bytes) and ``sealed`` (AES-256-GCM of the state, the header
being its additional data), both in base64. Nobody can read the state, or change any field, without the key.
"""

from __future__ import annotations

import base64
import hashlib
import os
from datetime import datetime  # noqa: TC003  pydantic reads it at run time
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from roomtone.bot.meeting_address import Platform  # noqa: TC001  pydantic reads it at run time
from roomtone.profiles.errors import ProfileDamaged, ProfileLocked

_NONCE_BYTES = 12


class Profile(BaseModel):
    """What is known of a profile without its key.

    Attributes:
        name: What it is called; unique in a data folder.
        platform: Whose account it is signed in to.
        workspace: Whose bots may use it.
        saved_at: When it was signed in, UTC.
        signed_in_until: When the first of the cookies that mean signed in expires, UTC; None: unknown.
        key_id: Which key it is sealed with: the beginning of a digest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    name: str
    platform: Platform
    workspace: str
    saved_at: datetime
    signed_in_until: datetime | None = None
    key_id: str


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Profile
    nonce: str = Field(repr=False)
    sealed: str = Field(repr=False)


def key_id(key: bytes) -> str:
    """Eight hexadecimal digits that tell keys apart and tell nothing of the key."""
    return hashlib.sha256(b"roomtone profile key" + key).hexdigest()[:8]


def seal(profile: Profile, state: bytes, key: bytes) -> bytes:
    """The file's content."""
    nonce, sealed = _encrypted(state, key, _header(profile))
    file = _File(profile=profile, nonce=_text(nonce), sealed=_text(sealed))
    return file.model_dump_json(indent=1).encode() + b"\n"


def read_header(content: bytes, name: str) -> Profile:
    """What a file says of itself, not yet proved.

    Raises:
        ProfileDamaged: If it is no profile's file, or another's.
    """
    return _parse(content, name).profile


def unseal(content: bytes, name: str, key: bytes) -> tuple[Profile, bytes]:
    """The profile and its storage state, both proved.

    Raises:
        ProfileDamaged: If it is no profile's file, another's, or was changed.
        ProfileLocked: If it is sealed with another key.
    """
    file = _parse(content, name)
    if file.profile.key_id != key_id(key):
        raise ProfileLocked(name)
    try:
        nonce, sealed = (base64.b64decode(text, validate=True) for text in (file.nonce, file.sealed))
        return file.profile, AESGCM(key).decrypt(nonce, sealed, _header(file.profile))
    except (InvalidTag, ValueError):
        raise ProfileDamaged(name) from None


def seal_text(text: str, key: bytes, purpose: str) -> str:
    """A short text that can be read with the key alone, and for this purpose alone; base64."""
    nonce, sealed = _encrypted(text.encode(), key, purpose.encode())
    return _text(nonce + sealed)


def unseal_text(sealed: str, key: bytes, purpose: str) -> str:
    """The text that ``seal_text`` was given.

    Raises:
        ValueError: If it was sealed with another key or for another purpose, or was changed.
    """
    content = base64.b64decode(sealed, validate=True)
    try:
        plain = AESGCM(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], purpose.encode())
    except InvalidTag:
        raise ValueError("it was sealed with another key, or changed") from None
    return plain.decode()


def _encrypted(plain: bytes, key: bytes, header: bytes) -> tuple[bytes, bytes]:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce, AESGCM(key).encrypt(nonce, plain, header)


def _parse(content: bytes, name: str) -> _File:
    try:
        file = _File.model_validate_json(content)
    except ValidationError:
        raise ProfileDamaged(name) from None
    if file.profile.name != name:
        raise ProfileDamaged(name)
    return file


def _header(profile: Profile) -> bytes:
    return profile.model_dump_json().encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
