"""The key that profiles and customers' secrets are encrypted with: a setting, or a file in the folder."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from typing import TYPE_CHECKING

from roomtone.profiles.errors import KeyUnusable
from roomtone.profiles.whole_file import write_first

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.config import Settings

FILE_NAME = "profile.key"
KEY_BYTES = 32
_SETTING = "ROOMTONE_PROFILE_KEY"
_OTHERS = 0o077


def profile_key(data_dir: Path, configured: str | None, *, make: bool = False) -> bytes:
    """The key's 32 bytes.

    Args:
        data_dir: The data folder.
        configured: ``ROOMTONE_PROFILE_KEY``, which goes before the file.
        make: Write a new key file (mode 0600) when there is neither.

    Raises:
        KeyUnusable: If it is no key, or others than its owner can read the file.
        FileNotFoundError: If there is none and none is to be made.
        OSError: If the file cannot be read or written.
    """
    if configured is not None:
        return _decoded(configured, _SETTING)
    path = data_dir / FILE_NAME
    if make and not path.exists():
        write_first(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
    with path.open(encoding="ascii", errors="replace") as file:
        if os.fstat(file.fileno()).st_mode & _OTHERS:
            raise KeyUnusable(str(path), f"others can read it; run `chmod 600 {path}`")
        return _decoded(file.read(), str(path))


def sealing_key(settings: Settings) -> bytes:
    """The key that this server keeps its customers' secrets under; made when there is none.

    Raises:
        KeyUnusable: As of ``profile_key``.
        OSError: If its file cannot be read or written.
    """
    configured = settings.profile_key
    return profile_key(
        settings.data_dir.expanduser().absolute(),
        configured.get_secret_value() if configured is not None else None,
        make=True,
    )


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyUnusable(where, f"must be {KEY_BYTES} random bytes in base64 (`openssl rand -base64 32`)")
    return key
