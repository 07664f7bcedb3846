"""The data folder: one server at a time works on it."""

from __future__ import annotations

import base64
import binascii
import contextlib
import fcntl
import os
import secrets
import socket
from typing import TYPE_CHECKING

from roomtone.service.errors import AlreadyServing, DataFolderUnusable, LinkKeyUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_NAME = "server.lock"
NODE_NAME = "node"
SESSIONS_NAME = "sessions"
WEBHOOK_SECRET_NAME = "webhook.secret"  # noqa: S105  a file name
"""What the default workspace's webhooks are signed with, in the data folder."""
LINK_KEY_NAME = "media-links.key"
"""What links to recordings are signed with, in the data folder: 32 bytes in base64."""
ARTIFACTS_NAME = "artifacts"
LIVE_PARTS_NAME = "live-parts"
"""Where a part of a running recording lies while it is copied to a bucket."""
SPOKEN_NAME = "spoken"
"""What bots are to say, until they have it."""
TRANSCRIBING_NAME = "transcribing"
"""Transcripts in the making, a folder each."""
_LINK_KEY_BYTES = 32


@contextlib.contextmanager
def data_folder(path: Path) -> Iterator[Path]:
    """Make the folder (mode 0700) if it is missing and hold it for this server alone; gives its full path.

    The kernel lets go of it when the process dies, however it dies.

    Raises:
        DataFolderUnusable: If it cannot be made or written.
        AlreadyServing: If another server holds it.
    """
    path = path.expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (path / SESSIONS_NAME).mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise DataFolderUnusable(path, problem.strerror or str(problem)) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServing(path, os.pread(descriptor, 32, 0).decode(errors="replace").strip()) from None
        try:
            holder = f"{os.getpid()}\n".encode()
            os.pwrite(descriptor, holder, 0)
            os.truncate(descriptor, len(holder))
            node_name(path)
        except OSError as problem:
            raise DataFolderUnusable(path, problem.strerror or str(problem)) from None
        yield path
    finally:
        os.close(descriptor)


def node_name(folder: Path) -> str:
    """This machine's name among the nodes: made once and kept, whatever the host is called later."""
    path = folder / NODE_NAME
    with contextlib.suppress(FileNotFoundError):
        name = path.read_text(encoding="utf-8").strip()
        if name:
            return name
    name = f"{socket.gethostname()[:100]}-{secrets.token_hex(3)}"
    _write_private(path, name)
    return name


def write_webhook_secret(data_dir: Path, secret: str) -> None:
    """Put another secret in ``webhook.secret``, whole or not at all. Blocking."""
    _write_private(data_dir / WEBHOOK_SECRET_NAME, secret)


def link_key(data_dir: Path) -> bytes:
    """The 32 bytes of ``media-links.key``, which is made (mode 0600) when it is missing. Blocking.

    Removing the file and starting the server again ends every link that was given out.

    Raises:
        LinkKeyUnusable: If the file holds no key, or cannot be made or read.
    """
    path = data_dir.expanduser() / LINK_KEY_NAME
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_private(path, base64.b64encode(secrets.token_bytes(_LINK_KEY_BYTES)).decode())
        key = base64.b64decode(path.read_bytes(), validate=False)
    except (OSError, binascii.Error) as problem:
        raise LinkKeyUnusable(path, str(problem)) from None
    if len(key) != _LINK_KEY_BYTES:
        raise LinkKeyUnusable(path, f"it holds {len(key)} bytes instead of {_LINK_KEY_BYTES}")
    return key


def _write_private(path: Path, text: str) -> None:
    """A file for its owner alone, whole or not at all."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
