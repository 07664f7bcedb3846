"""Recordings as a session leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.recorded_sample import make_recording

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 12 s of recording as a session leaves it."""
    return make_recording(tmp_path_factory.mktemp("recorded"))
