"""One session a directory."""

from __future__ import annotations

import pytest

from roomtone.session.errors import DirectoryInUse
from roomtone.session.lock import session_lock


def test_a_second_holder_is_refused_until_the_first_is_gone(tmp_path):
    """The lock is exclusive and free again afterwards."""
    with session_lock(tmp_path), pytest.raises(DirectoryInUse, match="its own"), session_lock(tmp_path):
        pass
    with session_lock(tmp_path):
        pass
