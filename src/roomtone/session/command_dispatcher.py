"""Carries out what a bot is told in its meeting, and answers each of it once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import structlog

from roomtone.bot.errors import sentence
from roomtone.bot.session_protocol import (
    CommandAnswered,
    PauseRecording,
    ResumeRecording,
    SendMessage,
    Speak,
    StopSpeaking,
)
from roomtone.session.browser.errors import PageSilent
from roomtone.session.platforms.errors import NotPossible, Unconfirmed
from roomtone.session.voice_file import drop

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.bot.session_protocol import Order, OrderProblem, SendImage

    _Deed = SendMessage | SendImage | Speak

DEADLINE_S = 30.0
"""Longest time for one deed on the page."""
MOST_WAITING = 20
"""Deeds that wait for the page; more are refused."""

log = structlog.get_logger(__name__)


class Pausable(Protocol):
    """A recording."""

    def pause(self) -> None:
        """Nothing of what follows is kept or streamed; again is nothing to do."""

    def resume(self) -> None:
        """What follows is kept and streamed; again is nothing to do."""


class Deeds(Protocol):
    """What can be done in the meeting; what is awaited raises ``NotPossible`` and ``PageSilent``."""

    async def send_message(self, text: str) -> None:
        """Write to everybody in the chat."""

    async def send_image(self, url: str, display_s: float | None = None) -> None:
        """Show a picture."""

    async def say_file(self, path: str) -> None:
        """Say what a file holds; returns once the microphone is open for it."""

    def stop_speaking(self) -> None:
        """Be silent at once."""


class CommandDispatcher:
    """Takes orders from the moment it is made; used on one event loop.

    Pausing, resuming and being silent are done as they are read, in their order: they must not wait for a
    chat that does not open. Deeds on the page are done one at a time, in their order, each within a deadline,
    while `run` runs.

    Args:
        recording: The recording; None: there is none yet, and the bot is not in the meeting.
        deeds: What can be done on the page.
        answer: Told every answer; must not block.
        deadline_s: Longest time for one deed.
    """

    def __init__(
        self,
        recording: Callable[[], Pausable | None],
        deeds: Deeds,
        answer: Callable[[CommandAnswered], None],
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._recording = recording
        self._deeds = deeds
        self._answer = answer
        self._deadline_s = deadline_s
        self._waiting: asyncio.Queue[_Deed] = asyncio.Queue(MOST_WAITING)
        self._is_closed = False

    def take(self, order: Order) -> None:
        """Take an order; never waits."""
        recording = self._recording()
        if self._is_closed:
            self._refuse(order, "not_in_meeting", "The bot is leaving the meeting.")
        elif recording is None:
            self._refuse(order, "not_in_meeting", "The bot is not in the meeting yet.")
        elif isinstance(order, PauseRecording | ResumeRecording):
            self._set_paused(order, recording)
        elif isinstance(order, StopSpeaking):
            self._silence(order)
        elif self._waiting.full():
            self._refuse(order, "failed", f"{MOST_WAITING} commands are waiting already; try again later.")
        else:
            self._waiting.put_nowait(order)

    async def run(self) -> None:
        """Do what waits until cancelled; a task of the session. What is being done then is answered too."""
        while True:
            order = await self._waiting.get()
            try:
                await self._do(order)
            except asyncio.CancelledError:
                self._refuse(order, "not_in_meeting", "The bot is leaving the meeting.")
                raise

    def close(self) -> None:
        """The bot is about to leave: refuse what waits and whatever comes."""
        self._is_closed = True
        while not self._waiting.empty():
            self.take(self._waiting.get_nowait())

    def _silence(self, order: StopSpeaking) -> None:
        """Say nothing more: neither what is being said, nor what its order still waits to say."""
        waiting = [self._waiting.get_nowait() for _ in range(self._waiting.qsize())]
        for deed in waiting:
            if isinstance(deed, Speak):
                self._refuse(deed, "refused", "The bot was told to stop speaking.")
            else:
                self._waiting.put_nowait(deed)
        self._deeds.stop_speaking()
        self._done(order)

    def _set_paused(self, order: PauseRecording | ResumeRecording, recording: Pausable) -> None:
        try:
            if isinstance(order, PauseRecording):
                recording.pause()
            else:
                recording.resume()
        except Exception:
            # Whoever reads commands must go on reading them; what is wrong with the recording is told there.
            log.exception("session.command_failed", command=order.type)
            self._refuse(order, "failed", "The recording could not do it.")
        else:
            self._done(order)

    async def _do(self, order: _Deed) -> None:
        try:
            async with asyncio.timeout(self._deadline_s):
                if isinstance(order, SendMessage):
                    await self._deeds.send_message(order.text)
                elif isinstance(order, Speak):
                    await self._deeds.say_file(order.path)
                else:
                    await self._deeds.send_image(order.url, order.display_s)
        except Unconfirmed:
            # Refused, it would be sent again, and be there twice.
            self._done(order)
        except NotPossible as problem:
            self._refuse(order, "not_possible", sentence(str(problem)))
        except PageSilent:
            self._refuse(order, "failed", "The meeting's page does not answer.")
        except TimeoutError:
            self._refuse(order, "failed", f"It was not done within {self._deadline_s:g} s.")
        except Exception:
            # The boundary of what is an extra: the meeting goes on being recorded.
            log.exception("session.command_failed", command=order.type)
            self._refuse(order, "failed", "The bot failed at it.")
        else:
            self._done(order)

    def _done(self, order: Order) -> None:
        log.info("session.command_done", command=order.type)
        self._answer(CommandAnswered(at=datetime.now(UTC), command_id=order.command_id, ok=True))

    def _refuse(self, order: Order, problem: OrderProblem, message: str) -> None:
        log.info("session.command_refused", command=order.type, problem=problem)
        if isinstance(order, Speak):
            drop(order.path)
        answer = CommandAnswered(
            at=datetime.now(UTC), command_id=order.command_id, ok=False, problem=problem, message=message
        )
        self._answer(answer)
