"""What the control socket has the bot do: sound at once, deeds on the page one at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog

from roomtone.bot.errors import RoomtoneError, sentence
from roomtone.session.live.control_messages import (
    Courtesy,
    Interrupt,
    SendAudio,
    SendChat,
    SendImage,
    SendImageUrl,
    SendMessage,
)
from roomtone.session.live.piece_resampler import PieceResampler

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.model import Samples
    from roomtone.session.live.control_messages import Command

    _Deed = SendMessage | SendImage | SendImageUrl

MOST_WAITING = 20
"""Messages and pictures that wait for the page; more are refused."""
DEADLINE_S = 30.0
"""Longest time for one of them."""
REST_AFTER_S = 0.25
"""After this long without a piece a sentence is over, and the last of it leaves the resampler."""

log = structlog.get_logger(__name__)


class Deeds(Protocol):
    """What can be done in the meeting; what goes wrong is a ``RoomtoneError``, its text for the caller."""

    async def send_message(self, text: str) -> None:
        """Write to everybody in the chat."""

    async def send_image(self, url: str, display_s: float | None = None) -> None:
        """Show the picture behind a link as the bot's camera; None: until the next one."""

    async def show_picture(self, data: bytes, display_s: float | None = None) -> None:
        """Show the picture in a file's bytes as the bot's camera."""

    def speak(self, samples: Samples) -> None:
        """Say this after what waits to be said; never waits, refuses what is too much."""

    def stop_speaking(self) -> None:
        """Be silent at once and forget what waits."""


class ControlDeeds:
    """Carries commands out; used on one event loop. What was taken outlives the connection it came by.

    Args:
        deeds: What can be done in the meeting.
        complain: Told the command's name and a sentence for what was not done; must not block.
        deadline_s: Longest time for one deed on the page.
    """

    def __init__(
        self, deeds: Deeds, complain: Callable[[str, str], None], deadline_s: float = DEADLINE_S
    ) -> None:
        self._deeds = deeds
        self._complain = complain
        self._deadline_s = deadline_s
        self._waiting: asyncio.Queue[_Deed] = asyncio.Queue(MOST_WAITING)
        self._resampler = PieceResampler()
        self._heard = asyncio.Event()

    def take(self, command: Command) -> None:
        """Take a command, in their order; never waits. Sound and silence are done when this returns."""
        match command:
            case SendAudio():
                self._say(self._resampler.take(command.samples, command.rate_hz))
                self._heard.set()
            case Interrupt():
                self._interrupt()
            case SendChat(role="assistant", is_final=True):
                self._put(SendMessage(command.text), "sendchat")
            case SendMessage():
                self._put(command, "sendmsg")
            case SendImage():
                self._put(command, "sendimg")
            case SendImageUrl():
                self._put(command, "sendimg_url")
            case SendChat() | Courtesy():
                pass

    async def run(self) -> None:
        """Do what waits until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._do_all(), name="control-deeds")
            tasks.create_task(self._say_rests(), name="control-voice")

    def _put(self, deed: _Deed, name: str) -> None:
        try:
            self._waiting.put_nowait(deed)
        except asyncio.QueueFull:
            self._complain(name, f"{MOST_WAITING} messages and pictures wait already; try again later.")

    def _say(self, samples: Samples) -> None:
        if not samples.size:
            return
        try:
            self._deeds.speak(samples)
        except RoomtoneError as problem:
            self._resampler.forget()
            self._complain("sendaudio", sentence(str(problem)))

    def _interrupt(self) -> None:
        self._resampler.forget()
        try:
            self._deeds.stop_speaking()
        except RoomtoneError as problem:
            self._complain("interrupt", sentence(str(problem)))

    async def _say_rests(self) -> None:
        while True:
            await self._heard.wait()
            while self._heard.is_set():
                self._heard.clear()
                await asyncio.sleep(REST_AFTER_S)
            self._say(self._resampler.rest())

    async def _do_all(self) -> None:
        while True:
            deed = await self._waiting.get()
            name = _NAMES[type(deed)]
            try:
                async with asyncio.timeout(self._deadline_s):
                    await self._do(deed)
            except RoomtoneError as problem:
                self._complain(name, sentence(str(problem)))
            except TimeoutError:
                self._complain(name, f"It was not done within {self._deadline_s:g} s.")
            except Exception:
                # The boundary of what is an extra: the meeting goes on being recorded.
                log.exception("control.command_failed", command=name)
                self._complain(name, "The bot failed at it.")
            else:
                log.info("control.command_done", command=name)

    async def _do(self, deed: _Deed) -> None:
        match deed:
            case SendMessage():
                await self._deeds.send_message(deed.text)
            case SendImage():
                await self._deeds.show_picture(deed.data, deed.display_s)
            case SendImageUrl():
                await self._deeds.send_image(deed.url, deed.display_s)


_NAMES = {SendMessage: "sendmsg", SendImage: "sendimg", SendImageUrl: "sendimg_url"}
