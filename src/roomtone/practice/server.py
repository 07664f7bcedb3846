"""Running a practice meeting: `PracticeServer`."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from typing import TYPE_CHECKING, Self

import uvicorn

from roomtone.practice.director import direct
from roomtone.practice.errors import InvalidScript, PracticeError
from roomtone.practice.happenings import Happening, HappeningLog
from roomtone.practice.loopback import offer_loopback
from roomtone.practice.meeting import Meeting
from roomtone.practice.meeting_clock import MeetingClock
from roomtone.practice.pages import practice_app
from roomtone.practice.script import Client
from roomtone.practice.studio import prepare
from roomtone.practice.web_server import WebServer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from roomtone.practice.script import Script

SOCKET_PING_S = 20.0
SHUTDOWN_TIMEOUT_S = 3
MAX_SOCKET_MESSAGE_BYTES = 1_000_000


class PracticeServer:
    """A practice meeting: its web server, its scripted people and its agenda.

    An async context manager; enter and leave it in one task. Entering prepares the media (a second or two
    for each drawn camera), opens the meeting and returns when the page can be loaded; leaving ends
    everything at once.

    Args:
        script: What to stage.
        name: The meeting's name in its link: letters, digits, ``-`` and ``_``, at most 64.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        listener: Called with every happening, in the event loop.
    """

    def __init__(
        self,
        script: Script,
        *,
        name: str = "meeting",
        host: str = "127.0.0.1",
        port: int = 0,
        listener: Callable[[Happening], None] | None = None,
    ) -> None:
        if script.client is not Client.PRACTICE:
            raise InvalidScript(
                "client", f"must be practice for a practice meeting, not {script.client.value}"
            )
        self._script = script
        self._name = meeting_name(name)
        self._host = host
        self._port = port
        self._log = HappeningLog(MeetingClock())
        if listener is not None:
            self._log.listeners.append(listener)
        self._resources = contextlib.AsyncExitStack()
        self.meeting: Meeting

    @property
    def url(self) -> str:
        """The meeting's link; valid once started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        shown = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104 - a comparison
        return f"http://{shown}:{self._port}/practice/{self._name}"

    @property
    def happenings(self) -> list[Happening]:
        """What has happened so far, in order."""
        return list(self._log.happenings)

    async def wait_over(self) -> None:
        """Wait until the meeting has ended and everybody has left."""
        await self.meeting.over.wait()

    async def __aenter__(self) -> Self:
        """Start; the meeting is open when this returns.

        Raises:
            UnusableMedia: If a file of the script cannot be decoded.
            PracticeError: If the address cannot be listened on.
        """
        offer_loopback()
        scripted = await prepare(self._script)
        listening = _listening_socket(self._host, self._port)
        self._port = listening.getsockname()[1]
        async with contextlib.AsyncExitStack() as resources:
            tasks = await resources.enter_async_context(asyncio.TaskGroup())
            self.meeting = Meeting(self._script, scripted, self._log, tasks)
            web = _web_server(self._name, self.meeting)
            serving = tasks.create_task(web.serve([listening]), name="practice web server")
            await web.listening.wait()
            self._log.note("meeting_opened", url=self.url)
            speakers = tasks.create_task(self.meeting.watch_speakers(), name="practice speakers")
            script = tasks.create_task(direct(self.meeting), name="practice script")
            resources.push_async_callback(_stop, web, serving, self.meeting, (speakers, script))
            self._resources = resources.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop: guests' sockets and connections are closed, the port is freed."""
        await self._resources.__aexit__(kind, error, trace)


def _web_server(name: str, meeting: Meeting) -> WebServer:
    return WebServer(
        uvicorn.Config(
            practice_app(name, meeting),
            ws="websockets-sansio",
            ws_ping_interval=SOCKET_PING_S,
            ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
        )
    )


async def _stop(
    web: WebServer, serving: asyncio.Task[None], meeting: Meeting, running: Sequence[asyncio.Task[None]]
) -> None:
    for task in running:
        task.cancel()
    if meeting.mesh is not None:
        meeting.mesh.disconnect()
    for guest in meeting.guests.values():
        guest.let_go(silent=False)
    web.should_exit = True
    await serving


def _listening_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except (OSError, OverflowError) as problem:
        listening.close()
        reason = problem.strerror if isinstance(problem, OSError) else "ports go from 0 to 65535"
        raise PracticeError(f"cannot listen on {host}, port {port}: {reason}; try --port 0") from None
    return listening


def meeting_name(text: str) -> str:
    """A text made fit to stand in a meeting's link."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:64] or "meeting"
