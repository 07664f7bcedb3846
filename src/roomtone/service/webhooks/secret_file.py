"""The server's signing secret: a file in the data folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from roomtone.service.webhooks.errors import UnusableSecret
from roomtone.service.webhooks.signature import key_of, new_secret

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "webhook.secret"


def signing_key(data_dir: Path) -> bytes:
    """The key of ``webhook.secret``, which is made (mode 0600) when it is missing.

    Raises:
        UnusableSecret: If the file holds no secret.
    """
    path = data_dir / FILE_NAME
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(new_secret() + "\n")
    try:
        return key_of(path.read_text(encoding="ascii"))
    except (UnusableSecret, UnicodeDecodeError):
        raise UnusableSecret(str(path)) from None
