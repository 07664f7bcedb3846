"""Files of sound that the bot is to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from roomtone.session.platforms.errors import NotPossible
from roomtone.session.voice_file import MOST_BYTES, take_samples

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_read_once_and_deleted(tmp_path: Path) -> None:
    """Samples as they are; a second reading says that it is gone."""
    file = tmp_path / "sound.pcm"
    file.write_bytes(np.array([1, -2, 32767], "<i2").tobytes())
    assert take_samples(str(file)).tolist() == [1, -2, 32767]
    assert not file.exists()
    with pytest.raises(NotPossible, match="gone"):
        take_samples(str(file))


@pytest.mark.parametrize("data", [b"", b"\0\0\0", bytes(MOST_BYTES + 2)])
def test_what_is_no_sound_is_refused_and_deleted(tmp_path: Path, data: bytes) -> None:
    """Nothing, half a sample, more than 30 s."""
    file = tmp_path / "sound.pcm"
    file.write_bytes(data)
    with pytest.raises(NotPossible):
        take_samples(str(file))
    assert not file.exists()
