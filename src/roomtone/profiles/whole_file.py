"""Files that are there whole or not at all, for their owner alone (mode 0600)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_over(path: Path, content: bytes) -> None:
    """Put a file in the place of what is there; whoever reads meanwhile reads the old or the new."""
    with _beside(path, content) as written:
        written.replace(path)


def write_first(path: Path, content: bytes) -> None:
    """Make a file unless there is one; of several who do at once, one wins."""
    with _beside(path, content) as written, contextlib.suppress(FileExistsError):
        path.hardlink_to(written)


@contextlib.contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
