"""A server as a process of its own, and a receiver of its webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import psutil
import pytest
from tests.acceptance.service.scripted_session import RECORDING_S
from tests.recorded_sample import make_recording

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

HERE = Path(__file__).parent
LONGEST_WAIT_S = 90.0


@dataclass
class Arrival:
    """One webhook as it arrived."""

    arrived_s: float
    headers: dict[str, str]
    raw: bytes
    answered: int

    @property
    def body(self) -> dict[str, Any]:
        """The envelope."""
        return dict(json.loads(self.raw))


@dataclass
class Receiver:
    """An HTTP server on loopback that keeps what it is sent.

    Attributes:
        answer: The status for a body; may be replaced at any time.
        delay_s: Seconds before the answer to a body.
        headers: More headers of every answer, each with its line end.
    """

    port: int = 0
    answer: Callable[[dict[str, Any]], int] = field(default=lambda _body: 200)
    delay_s: Callable[[dict[str, Any]], float] = field(default=lambda _body: 0.0)
    headers: str = ""
    arrivals: list[Arrival] = field(default_factory=list)
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def taken(self, bot_id: str) -> list[dict[str, Any]]:
        """Bodies of a bot that were answered with 200, in the order of their arrival, repetitions left out."""
        arrivals = [a for a in self.arrivals if a.answered == 200 and a.body["bot_id"] == bot_id]
        return list({a.headers["webhook-id"]: a.body for a in arrivals}.values())

    def events(self, bot_id: str) -> list[str]:
        """Names of the events of a bot that were taken."""
        return [body["bot_event"] for body in self.taken(bot_id)]

    async def wait_for(self, bot_id: str, event: str) -> dict[str, Any]:
        """The first taken webhook of that name."""
        deadline_s = time.monotonic() + LONGEST_WAIT_S
        while time.monotonic() < deadline_s:
            for body in self.taken(bot_id):
                if body["bot_event"] == event:
                    return body
            await asyncio.sleep(0.02)
        pytest.fail(f"no {event}; there were {self.events(bot_id)}")

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        connection = asyncio.current_task()
        assert connection is not None
        self.connections.add(connection)
        connection.add_done_callback(self.connections.discard)
        with contextlib.closing(writer), contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
            raw = await reader.readexactly(int(headers["content-length"]))
            body = json.loads(raw)
            status = self.answer(body)
            await asyncio.sleep(self.delay_s(body))
            self.arrivals.append(Arrival(time.monotonic(), headers, raw, status))
            writer.write(f"HTTP/1.1 {status} X\r\n{self.headers}Content-Length: 0\r\n\r\n".encode())
            await writer.drain()


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 12 s of recording as a session leaves it."""
    return make_recording(tmp_path_factory.mktemp("recorded"))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that takes everything."""
    made = Receiver()
    server = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    for connection in list(made.connections):
        connection.cancel()
    await asyncio.gather(*made.connections, return_exceptions=True)


class ServerProcess:
    """A server with its data folder; can be killed and started again."""

    def __init__(self, data_dir: Path, recording: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ROOMTONE_")},
            "ROOMTONE_DATA_DIR": str(data_dir),
            "ROOMTONE_PORT": "0",
            "SCRIPTED_RECORDING": str(recording),
            **environment,
        }
        self.url = ""
        self._process: subprocess.Popen[str] | None = None
        self._log = (data_dir.parent / "server.log").open("a")
        self._key = ""

    def start(self) -> None:
        """Start it and wait until it says where it listens."""
        command = [sys.executable, str(HERE / "serve_scripted.py")]
        self._process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http://"), Path(self._log.name).read_text()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self, timeout_s: float = LONGEST_WAIT_S) -> int:
        """Its exit code."""
        assert self._process is not None
        code = self._process.wait(timeout_s)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        if self._process is None or self._process.returncode is not None:
            return 0
        self.signal(signal.SIGTERM)
        return self.wait()

    def close(self) -> None:
        """End it, whatever its state."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self.wait()
        self._log.close()

    @property
    def key(self) -> str:
        """An API key, made with the command."""
        if not self._key:
            command = [sys.executable, "-m", "roomtone", "keys", "create", "test"]
            said = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)
            self._key = said.stdout.split()[-1]
        return self._key

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """An authorised GET."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=LONGEST_WAIT_S) as client:
            return await client.get(path, headers={"Authorization": f"Token {self.key}", **headers})

    async def create_bot(
        self, callback_url: str | None = None, script: dict[str, Any] | None = None, **fields: Any
    ) -> str:
        """Create a bot whose session follows a script; its id."""
        body = {
            "meeting_link": "http://127.0.0.1:9/practice/standin",
            "callback_url": callback_url,
            "custom_attributes": {"script": script or {}},
            **fields,
        }
        async with httpx2.AsyncClient(base_url=self.url, timeout=LONGEST_WAIT_S) as client:
            response = await client.post(
                "/api/v1/bots/create_bot", json=body, headers={"Authorization": f"Token {self.key}"}
            )
        assert response.status_code == 201, response.text
        return str(response.json()["bot_id"])

    def session_of(self, bot_id: str) -> psutil.Process:
        """The bot's session process."""
        deadline_s = time.monotonic() + LONGEST_WAIT_S
        while time.monotonic() < deadline_s:
            for process in psutil.process_iter():
                with contextlib.suppress(psutil.Error):
                    if "scripted_session.py" in " ".join(process.cmdline()) and bot_id in process.cwd():
                        return process
            time.sleep(0.05)
        pytest.fail("no session process")

    async def until_recorded(self, bot_id: str, seconds: float) -> None:
        """Wait until the bot's session has written about so much of its recording."""
        whole = (Path(self.environment["SCRIPTED_RECORDING"]) / "recording.mp4").stat().st_size
        async with asyncio.timeout(LONGEST_WAIT_S):
            while not any(  # noqa: ASYNC110
                path.stat().st_size >= whole * seconds / RECORDING_S
                for path in self.data_dir.glob(f"sessions/{bot_id}-*/recording.mp4")
            ):
                await asyncio.sleep(0.05)

    def descendants(self) -> list[psutil.Process]:
        """Every living process that a session of this data folder has started, itself included."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                mark = process.environ().get("ROOMTONE_SESSION_MARK", "")
                if mark.startswith(str(self.data_dir)) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    @property
    def log(self) -> str:
        """What all its lives have logged."""
        return Path(self._log.name).read_text()


def running(data_dir: Path, recorded: Path, **environment: str) -> Iterator[ServerProcess]:
    """A running server, ended with all its sessions."""
    server = ServerProcess(data_dir, recorded, **environment)
    try:
        server.start()
        yield server
    finally:
        server.close()
        for process in server.descendants():
            process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, recorded: Path) -> Iterator[ServerProcess]:
    """A running server that the tests of a file share."""
    yield from running(tmp_path_factory.mktemp("serving") / "data", recorded)


@pytest.fixture
def own_server(tmp_path: Path, recorded: Path, request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """A running server that a test may kill; its bots have 3 s to leave.

    An indirect parameter is more of its environment.
    """
    environment = {"ROOMTONE_LEAVE_GRACE_S": "3"} | getattr(request, "param", {})
    yield from running(tmp_path / "data", recorded, **environment)
