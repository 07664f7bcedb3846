"""How many bytes of what bots are to say are in memory at once: from the first byte until it is in a file."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from roomtone.service.talking.errors import TooMuchWaits

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 128 * 1024 * 1024
"""Of all requests together; each may have some 11 MB."""


class HeldBytes:
    """Counts what is held and refuses what would be too much; one workspace has at most half of it.

    Args:
        most_bytes: Of all together.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._held: Counter[str] = Counter()

    @contextmanager
    def hold(self, workspace_id: str, n_bytes: int) -> Iterator[None]:
        """Count so many bytes as a workspace's until the block ends.

        Raises:
            TooMuchWaits: If there is no room for them now; nothing is counted.
        """
        own = self._held[workspace_id] + n_bytes
        if own > self._most_bytes // 2 or self._held.total() + n_bytes > self._most_bytes:
            raise TooMuchWaits("too much waits to be made sound of; try again in some seconds")
        self._held[workspace_id] = own
        try:
            yield
        finally:
            self._held[workspace_id] -= n_bytes
            if not self._held[workspace_id]:
                del self._held[workspace_id]
