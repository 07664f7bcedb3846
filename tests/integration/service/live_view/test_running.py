"""Recordings of running sessions are held while somebody looks, and let go of when nobody does."""

from __future__ import annotations

import asyncio
import shutil
import weakref
from typing import TYPE_CHECKING

from tests.growing_recording import GrowingRecording

from roomtone.service.live_view.running import RunningRecordings

if TYPE_CHECKING:
    from pathlib import Path


async def test_who_watches_sees_the_end_when_the_folder_is_gone_and_then_it_is_let_go_of(tmp_path: Path):
    """The open file outlives the session's folder, and is closed once nobody has looked for a while."""
    folder = tmp_path / "bot-0"
    folder.mkdir()
    recording = GrowingRecording(folder)
    recording.grow(7.0)
    running = RunningRecordings(tmp_path, idle_s=0.3)
    found = await running.find("bot", 0, is_over=False)
    assert found is not None
    n_before = len(found.segments)
    recording.finish()
    shutil.rmtree(folder)
    found = await running.find("bot", 0, is_over=True)
    assert found is not None
    assert found.is_complete
    assert len(found.segments) > n_before
    assert await found.read(found.segments[-1])

    held = weakref.ref(found)
    del found
    async with asyncio.timeout(60):
        while held() is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert await running.find("bot", 0, is_over=True) is None
