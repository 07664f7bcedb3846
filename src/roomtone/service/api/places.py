"""Where a bot's files lie, in the words of whoever opens the bucket with a tool of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from roomtone.service.api.services import Services


async def place_of(services: Services, key: str) -> tuple[str | None, str]:
    """The bucket that a file lies in, and what it is called there, prefix included.

    Args:
        services: The services.
        key: The file's key in the storage port.

    Returns:
        None as the bucket: it lies in the data folder, under its key.
    """
    placement = await services.store.placements.find(key)
    if placement is None:
        return None, key
    own = await services.store.workspace_storages.get(placement.storage_id)
    if own is not None:
        return own.bucket, placement.object_key
    server = urlsplit(placement.storage_id)
    return server.netloc or None, f"{server.path}/{placement.object_key}".lstrip("/")
