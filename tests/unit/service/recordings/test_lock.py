"""The session's lock."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

from roomtone.service.recordings.lock import session_is_over

if TYPE_CHECKING:
    from pathlib import Path


def test_a_session_is_over_when_its_lock_is_free(tmp_path: Path):
    """Held: not over. Released, or never taken: over."""
    assert session_is_over(tmp_path)
    with (tmp_path / "session.lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert not session_is_over(tmp_path)
        fcntl.flock(file, fcntl.LOCK_UN)
        assert session_is_over(tmp_path)
