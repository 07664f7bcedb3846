"""The default workspace's signing secret as a file in the data folder, where an operator finds or puts it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from roomtone.service.data_folder import WEBHOOK_SECRET_NAME
from roomtone.service.store.webhook_secrets import new_secret
from roomtone.service.webhooks.errors import UnusableSecret
from roomtone.service.webhooks.signature import key_of

if TYPE_CHECKING:
    from pathlib import Path


def secret_in(data_dir: Path) -> str:
    """The secret of ``webhook.secret``, which is made (mode 0600) when it is missing. Blocking.

    Raises:
        UnusableSecret: If the file holds no secret.
    """
    path = data_dir / WEBHOOK_SECRET_NAME
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(new_secret() + "\n")
    try:
        secret = path.read_text(encoding="ascii").strip()
        key_of(secret)
    except (UnusableSecret, UnicodeDecodeError):
        raise UnusableSecret(str(path)) from None
    return secret
