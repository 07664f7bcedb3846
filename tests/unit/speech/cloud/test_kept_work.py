"""What is kept of a transcript's work has the last word, whoever is cancelled while it is written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from roomtone.speech.cloud.kept_work import KeptWork

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("steps", range(6))
async def test_a_cancelled_writer_has_not_the_last_word(tmp_path: Path, steps: int):
    """Whoever cleans up after it finds no thread at the same file."""
    kept = KeptWork(tmp_path, "provider")
    long = {"id": "x" * 300_000}
    for number in range(10):
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(kept.keep("key", long), name="writing")
            for _ in range(steps):
                await asyncio.sleep(0)
            writing.cancel()
        await kept.keep("key", number)
        assert await kept.read("key") == number
        await kept.forget("key")
    assert list(tmp_path.iterdir()) == []
    assert await kept.keys() == []
