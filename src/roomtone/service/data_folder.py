"""The data folder: one server at a time works on it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import socket
from typing import TYPE_CHECKING

from roomtone.service.errors import AlreadyServing, DataFolderUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_NAME = "server.lock"
NODE_NAME = "node"
SESSIONS_NAME = "sessions"
WEBHOOK_SECRET_NAME = "webhook.secret"  # noqa: S105  a file name
"""What the default workspace's webhooks are signed with, in the data folder."""
ARTIFACTS_NAME = "artifacts"


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
    path.write_text(name + "\n", encoding="utf-8")
    return name


def write_webhook_secret(data_dir: Path, secret: str) -> None:
    """Put another secret in ``webhook.secret``, whole or not at all. Blocking."""
    beside = data_dir / f"{WEBHOOK_SECRET_NAME}.new"
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(data_dir / WEBHOOK_SECRET_NAME)
