"""Free space on the recording's disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class DiskWatch:
    """Tells when the disk holding a directory has less free than it should.

    Attributes:
        directory: Any folder on that disk.
        min_free_mb: The least that must be free, in units of 1,000,000 bytes; 0 never complains.
    """

    directory: Path
    min_free_mb: int

    def complaint(self) -> str | None:
        """What is wrong, for the operator; None: there is enough, or it cannot be found out."""
        try:
            status = os.statvfs(self.directory)
        except OSError:
            return None
        # f_bavail, not f_bfree: root's reserve is not for recordings.
        free_mb = status.f_bavail * status.f_frsize // 1_000_000
        if free_mb >= self.min_free_mb:
            return None
        return f"{free_mb} MB are free, {self.min_free_mb} MB are wanted (ROOMTONE_MIN_FREE_DISK_MB)"
