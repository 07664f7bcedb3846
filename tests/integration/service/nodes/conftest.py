"""A node agent over a real database, with little programs as sessions."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from roomtone.profiles.folder import ProfileFolder
from roomtone.service.nodes.agent import AgentOptions, NodeAgent

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.nodes.live_words import LiveWords
    from roomtone.service.store.store import Store

RunAgent = Callable[..., AbstractAsyncContextManager[NodeAgent]]

PREFACE = """
import fcntl, json, pathlib, sys, time
start = json.loads(sys.stdin.readline())
folder = pathlib.Path(start["directory"])
lock = (folder / "session.lock").open("wb")
fcntl.flock(lock, fcntl.LOCK_EX)
def say(kind, **fields):
    print(json.dumps({"type": kind, "at": "2026-01-01T00:00:00Z", **fields}), flush=True)
"""


@pytest.fixture
def run_agent(store: Store, jobs: EmbeddedJobs, tmp_path: Path) -> RunAgent:
    """Run an agent whose sessions run a Python text (after ``PREFACE``); it is stopped at the end."""
    sessions = tmp_path / "sessions"
    sessions.mkdir()

    @asynccontextmanager
    async def run(
        program: str,
        *,
        capacity: int = 4,
        heartbeat_s: float = 60.0,
        leave_grace_s: float = 1.0,
        live_words: LiveWords | None = None,
        commands_poll_s: float = 1.0,
    ) -> AsyncIterator[NodeAgent]:
        command = [sys.executable, "-c", PREFACE + program]
        profiles = ProfileFolder(tmp_path / "profiles")
        options = AgentOptions(
            "node",
            sessions,
            command,
            capacity,
            leave_grace_s,
            heartbeat_s,
            profiles=profiles,
            live_words=live_words,
            commands_poll_s=commands_poll_s,
        )
        agent = NodeAgent(store, jobs, options)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(agent.run(), name="agent")
            try:
                yield agent
            finally:
                agent.stop()

    return run
