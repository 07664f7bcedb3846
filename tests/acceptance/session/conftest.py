"""A practice meeting and a session as processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psutil
import pytest
import yaml

from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import (
    Ended,
    Leave,
    LiveTranscriptionStart,
    Start,
    parse_event,
    to_line,
)
from roomtone.practice.command import DEMO_SCRIPT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from pydantic import BaseModel

CLIPS = DEMO_SCRIPT.parent
"""Real speech: ``numbers.flac`` and the like."""
LONGEST_WAIT_S = 60.0
LOOK_EVERY_S = 0.05
MARK = "SESSION_TEST_MARK"


def meeting_script(camera: str = "none", **changes: Any) -> dict[str, Any]:
    """A meeting of two who speak one after the other, 12 s from the bot's admission; changed as told."""
    script: dict[str, Any] = {
        "client": "practice",
        "title": "Small talk",
        "clock": "bot_admitted",
        "participants": [
            {
                "name": "Ada Lovelace",
                "host": True,
                "camera": camera,
                "says": [{"at_s": 1.5, "file": str(CLIPS / "austen-0880.flac")}],
            },
            {
                "name": "Grace Hopper",
                "camera": camera,
                "says": [{"at_s": 6.0, "file": str(CLIPS / "numbers.flac")}],
            },
        ],
        "ends": {"at_s": 12.0, "how": "ended"},
    }
    return {**script, **changes}


async def timed(work: Coroutine[Any, Any, Any]) -> tuple[Any, float]:
    """What something gives, and its seconds, counted in looks of which a machine that stands still makes none."""
    looks = 0
    async with asyncio.TaskGroup() as tasks:
        doing = tasks.create_task(work, name="timed")
        while not doing.done():
            looks += 1
            await asyncio.sleep(LOOK_EVERY_S)
    return doing.result(), looks * LOOK_EVERY_S


@dataclass
class SessionProcess:
    """``roomtone session``, its events as they come, and everything it started.

    Attributes:
        directory: Its directory.
        events: Every event so far.
    """

    directory: Path
    process: asyncio.subprocess.Process
    mark: str
    events: list[BaseModel] = field(default_factory=list)

    def send(self, message: BaseModel) -> None:
        """Give it a command."""
        assert self.process.stdin is not None
        self.process.stdin.write(to_line(message).encode())

    def close_input(self) -> None:
        """Let its standard input end."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def leave(self) -> None:
        """Ask it to leave."""
        self.send(Leave())

    async def until(self, kind: str, timeout_s: float = LONGEST_WAIT_S) -> Any:
        """The next event of that type."""
        assert self.process.stdout is not None
        async with asyncio.timeout(timeout_s):
            while True:
                line = await self.process.stdout.readline()
                assert line, f"no {kind}; there were {self.kinds}\n{self.log}"
                event = parse_event(line)
                self.events.append(event)
                if event.type == kind:
                    return event

    async def recorded(self, seconds: float) -> None:
        """Wait until so much is recorded."""
        while (await self.until("progress")).recorded_s < seconds:
            pass

    async def end(self, timeout_s: float = LONGEST_WAIT_S) -> Ended:
        """Its last event; nothing follows it and the process is gone."""
        ended: Ended = await self.until("ended", timeout_s)
        assert self.process.stdout is not None
        assert await self.process.stdout.readline() == b"", "something followed the last event"
        assert await self.process.wait() == 0
        return ended

    @property
    def kinds(self) -> list[str]:
        """Types of the events so far, without those that are told and not written down: progress, people."""
        told_alone = {"progress", "participant_moved"}
        return [event.type for event in self.events if event.type not in told_alone]  # type: ignore[attr-defined]

    @property
    def journal(self) -> list[str]:
        """Types of the events in its own file."""
        return [
            json.loads(line)["type"] for line in (self.directory / "events.jsonl").read_text().splitlines()
        ]

    @property
    def log(self) -> str:
        """Its log."""
        return (self.directory.parent / "session.log").read_text()

    def processes(self) -> list[psutil.Process]:
        """Every living process that carries its mark, itself included."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def browser(self) -> psutil.Process:
        """Chromium's main process."""
        return next(
            one
            for one in self.processes()
            if "chrom" in one.name() and not any(argument.startswith("--type=") for argument in one.cmdline())
        )

    async def all_gone(self, within_s: float) -> None:
        """Wait until nothing of it is left.

        The seconds are counted in looks, of which a machine that stands still makes none: what has been killed
        needs the machine to be gone.
        """
        for _ in range(round(within_s / LOOK_EVERY_S)):
            if not self.processes():
                return
            await asyncio.sleep(LOOK_EVERY_S)
        left = self.processes()
        assert not left, f"left behind: {[one.name() for one in left]}"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Callable[[dict[str, Any]], Any]]:
    """Stage a meeting from a script; gives its link. It ends with the test."""
    staged: list[asyncio.subprocess.Process] = []

    async def make(script: dict[str, Any]) -> str:
        path = tmp_path / "meeting.yaml"
        path.write_text(yaml.safe_dump(script))
        with (tmp_path / "practice.log").open("wb") as log:
            command = [sys.executable, "-m", "roomtone", "practice", "--script", str(path), "--port", "0"]
            process = await asyncio.create_subprocess_exec(
                *command, "--json", stdout=asyncio.subprocess.PIPE, stderr=log
            )
        staged.append(process)
        assert process.stdout is not None
        async with asyncio.timeout(LONGEST_WAIT_S):
            first = await process.stdout.readline()
        return str(json.loads(first)["url"])

    yield make
    for process in staged:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


@pytest.fixture
async def start_session(tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Start a session for a link, in a folder of that name; more environment by name, request fields as a dictionary."""
    started: list[SessionProcess] = []

    async def start(
        link: str,
        request: dict[str, Any] | None = None,
        name: str = "session",
        live_transcription: LiveTranscriptionStart | None = None,
        **environment: str,
    ) -> SessionProcess:
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        mark = uuid4().hex
        with (tmp_path / "session.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "roomtone", "session"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, MARK: mark, **environment},
                start_new_session=True,
            )
        session = SessionProcess(directory, process, mark)
        started.append(session)
        body = {"meeting_link": link, "video_required": False, **(request or {})}
        asked = BotRequest.model_validate(body)
        session.send(
            Start(
                bot_id="bot-1",
                request=asked,
                directory=str(directory),
                allow_private_networks=True,
                live_transcription=live_transcription,
            )
        )
        return session

    yield start
    for session in started:
        if session.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(session.process.pid, signal.SIGKILL)
        await session.process.communicate()
        for left in session.processes():
            left.kill()
