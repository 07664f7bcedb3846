"""Running a Zoom meeting from a script: `open_zoom`."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.practice.director import direct
from roomtone.practice.errors import InvalidScript
from roomtone.practice.happenings import Happening, HappeningLog
from roomtone.practice.meeting_clock import MeetingClock
from roomtone.practice.script import Client
from roomtone.practice.studio import prepare
from tests.standins.serving.web_server import closed_port, listen, serve_over_tls
from tests.standins.zoom.app import link_path, zoom_app
from tests.standins.zoom.conference import Conference
from tests.standins.zoom.join_form import PASSCODE
from tests.standins.zoom.outcomes import ENDINGS
from tests.standins.zoom.variants import parse_variant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from roomtone.practice.script import Script
    from tests.standins.zoom.variants import Variant

HOSTS = (
    "zoom.us",
    "*.zoom.us",
    "zoom.com",
    "*.zoom.com",
    "www.google.com",
    "www.recaptcha.net",
)
"""Names that lead to the stand-in; the last two for the visible captcha's frame."""
NUMBER = "93817263540"
WITHOUT_PASSCODE = frozenset({"passcode-missing", "passcode-apart"})


@dataclass(slots=True)
class ZoomStandIn:
    """A running meeting.

    Attributes:
        url: The meeting's link, or the invitation's text where the passcode stands apart.
        chromium_args: Browser flags that lead to it.
        end_reasons: How a bot's stay must end, where the variant says so; empty: as the script says.
        port: Where it listens, on loopback, over TLS.
    """

    url: str
    chromium_args: list[str]
    end_reasons: list[str]
    port: int
    conference: Conference

    async def wait_over(self) -> None:
        """Wait until the meeting has ended and everybody has left."""
        await self.conference.over.wait()


@contextlib.asynccontextmanager
async def open_zoom(
    script: Script, port: int = 0, listener: Callable[[Happening], None] | None = None
) -> AsyncIterator[ZoomStandIn]:
    """Stage a script as a Zoom meeting; open when the block begins, gone when it ends.

    Args:
        script: With ``client: zoom``.
        port: To listen on, on 127.0.0.1; 0 takes a free one.
        listener: Called with every happening, in the event loop.

    Raises:
        InvalidScript: If the script is for another client, or its variant is unknown.
        UnusableMedia: If a file of the script cannot be decoded.
        OSError: If the port is taken.
    """
    if script.client is not Client.ZOOM:
        raise InvalidScript("client", f"must be zoom for this stand-in, not {script.client.value}")
    variant = parse_variant(script.variant)
    log = HappeningLog(MeetingClock())
    if listener is not None:
        log.listeners.append(listener)
    scripted = await prepare(script)
    listening = listen(port)
    port = listening.getsockname()[1]
    async with asyncio.TaskGroup() as tasks:
        conference = Conference(script, scripted, log, tasks, variant=variant, number=NUMBER)
        async with serve_over_tls(zoom_app(conference), listening, HOSTS) as chromium_args:
            endings = [reason.value for reason in ENDINGS.get(variant.outcome, ())]
            standin = ZoomStandIn(_url(variant), chromium_args, endings, port, conference)
            if variant.outcome == "no-answer":
                standin.chromium_args = [
                    flag.replace(f":{port}", f":{closed_port()}") for flag in chromium_args
                ]
            log.note("meeting_opened", url=standin.url)
            running = [
                tasks.create_task(conference.watch_speakers(), name="zoom speakers"),
                tasks.create_task(direct(conference), name="zoom script"),
            ]
            try:
                yield standin
            finally:
                conference.closed.set()
                for task in running:
                    task.cancel()
                for client in list(conference.clients.values()):
                    client.let_go(silent=False)


def _url(variant: Variant) -> str:
    if variant.outcome in WITHOUT_PASSCODE:
        link = "https://zoom.us" + link_path(NUMBER, with_passcode=False)
        spaced = f"{NUMBER[:3]} {NUMBER[3:7]} {NUMBER[7:]}"
        invitation = f"Join Zoom Meeting\n{link}\n\nMeeting ID: {spaced}\nPasscode: {PASSCODE}\n"
        return invitation if variant.outcome == "passcode-apart" else link
    return "https://us05web.zoom.us" + link_path(NUMBER, with_passcode=True)
