"""What every test has that runs the real faster-whisper."""

from __future__ import annotations

import importlib.util

import pytest

NEEDS_WHISPER = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("faster_whisper") is None,
        reason="faster-whisper is not installed; it is no dependency: pip install faster-whisper",
    ),
]
