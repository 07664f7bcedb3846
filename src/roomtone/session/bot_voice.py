"""The bot's voice: what it is to say is queued, paced into the page, and interrupted."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from roomtone.session.browser.errors import PageSilent
from roomtone.session.browser.link_messages import VoiceMessage, write_voice
from roomtone.session.platforms.errors import NotPossible
from roomtone.session.voice_queue import VoiceQueue

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from roomtone.session.capture.model import Samples
    from roomtone.session.page_hands import PageHands

PACE_S = 0.02
LINGER_S = 0.8
"""The microphone stays open so long after the last sound: sentences that follow closely are not cut apart."""
HELD_WITHIN_S = 0.5
"""Longest wait for the page's client to take the microphone that its button says is open."""
LEAD_IN_S = 0.04
"""Silence between that and the first sound: the client needs a moment to send anything."""
LOOK_EVERY_S = 1.0
"""While it speaks the bot looks so often whether somebody muted it."""
ANSWER_WITHIN_S = 2.0
"""A page that has the bot's microphone tells of the first sound within this long."""

log = structlog.get_logger(__name__)


class VoiceLine(Protocol):
    """The way to the page's virtual microphone; ``PageLink`` is one."""

    def send(self, message: dict[str, Any]) -> None:
        """Send a text message to every frame."""

    def send_binary(self, message: bytes) -> None:
        """Send a binary message to every frame."""


class BotVoice:
    """Says what it is given, one after the other; used on one event loop.

    The microphone is open only while it speaks: opened before the first sound, closed shortly after the last.

    Args:
        hands: On the meeting's page.
        line: To the page's microphone.
        notice: Told a code and a sentence for what could not be said.
        now_s: A clock.
        sleep: Waits on that clock.
    """

    def __init__(
        self,
        hands: PageHands,
        line: VoiceLine,
        notice: Callable[[str, str], None],
        now_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._hands = hands
        self._line = line
        self._notice = notice
        self._now_s = now_s
        self._sleep = sleep
        self._queue = VoiceQueue()
        self._wanted = asyncio.Event()
        self._is_there = False
        self._is_open = False
        self._is_held = False
        self._answered_turn = 0
        self._askers: list[asyncio.Future[None]] = []

    @property
    def is_speaking(self) -> bool:
        """Whether something is being said, or waits to be."""
        return self._queue.waiting_s > 0 or self._queue.ends_s > self._now_s()

    def speak(self, samples: Samples) -> None:
        """Say this after what waits already; never waits.

        Raises:
            NotPossible: If the bot is not in the meeting, or there is no room (``VoiceFull``).
        """
        if not self._is_there:
            raise NotPossible("the bot is not in the meeting")
        self._queue.put(samples)
        self._wanted.set()

    async def say(self, samples: Samples) -> None:
        """As `speak`, and wait until the microphone is open.

        Raises:
            NotPossible: As of `speak`; or the meeting does not let the bot open its microphone.
            PageSilent: If the page does not answer in time.
        """
        self.speak(samples)
        if self._is_open or not len(samples):
            return
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._askers.append(opened)
        await opened

    def stop_speaking(self) -> None:
        """Be silent at once and forget what waits; nothing when nothing is being said."""
        if self._queue.waiting_s > 0 or self._is_open:
            self._silence()
            self._answer(NotPossible("the bot was told to stop speaking"))
            log.info("voice.interrupted")

    def page_is_new(self) -> None:
        """The page's client was loaded anew, or let in anew: its microphone is closed."""
        self._is_held = False
        self._is_open = False
        self._wanted.set()

    def heard_of(self, body: dict[str, Any]) -> None:
        """The page told what its microphone played (``voice``)."""
        if body.get("state") in {"held", "let_go"}:
            self._is_held = body["state"] == "held"
        turn = body.get("turn")
        if isinstance(turn, int):
            self._answered_turn = max(self._answered_turn, turn)

    async def run(self) -> None:
        """Say what comes; a task of the session, while the bot is in the meeting."""
        self._is_there = True
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                if self._queue.waiting_s > 0 and await self._open():
                    await self._talk()
                    await self._close()
        finally:
            self._is_there = self._is_open = False
            self._queue.clear(self._now_s())
            self._answer(NotPossible("the bot is leaving the meeting"))

    async def _open(self) -> bool:
        try:
            await self._hands.show_microphone(on=True)
        except (NotPossible, PageSilent) as problem:
            self._queue.clear(self._now_s())
            if not self._askers:
                self._notice("voice_not_heard", f"the bot could not speak: {problem}")
            self._answer(problem)
            return False
        self._is_open = True
        self._answer(None)
        return True

    async def _close(self) -> None:
        """Close the microphone; one that others closed, or that a new page has, is closed already."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            await self._hands.show_microphone(on=False)
        except (NotPossible, PageSilent) as problem:
            self._notice("microphone_not_closed", f"the bot's microphone stays open: {problem}")

    async def _talk(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(self._watch(), name="voice-watch")
            await self._await_held()
            await self._pace()
            watch.cancel()

    async def _await_held(self) -> None:
        until_s = self._now_s() + HELD_WITHIN_S
        while not self._is_held and self._now_s() < until_s:
            await self._sleep(PACE_S)
        await self._sleep(LEAD_IN_S)

    async def _pace(self) -> None:
        turn, began_s = 0, 0.0
        while self._is_open:
            now_s = self._now_s()
            for piece in self._queue.due(now_s):
                if piece.turn != turn:
                    turn, began_s = piece.turn, now_s
                message = VoiceMessage(piece.turn, piece.position, piece.samples)
                self._line.send_binary(write_voice(message))
            if turn > self._answered_turn and now_s - began_s > ANSWER_WITHIN_S:
                self._answered_turn = turn
                self._notice("voice_not_heard", "the meeting's page does not use the bot's microphone")
            if self._queue.waiting_s == 0 and now_s - self._queue.ends_s > LINGER_S:
                return
            await self._sleep(PACE_S)

    async def _watch(self) -> None:
        """Look whether somebody else closed the microphone: a host may."""
        while True:
            await self._sleep(LOOK_EVERY_S)
            try:
                is_on = await self._hands.is_microphone_on()
            except (NotPossible, PageSilent):
                continue
            if is_on is False and self._is_open:
                was_speaking = self.is_speaking
                self._is_open = False
                self._silence()
                if was_speaking:
                    self._notice("bot_muted", "the bot was muted while it spoke; the rest is not said")

    def _silence(self) -> None:
        ended = self._queue.clear(self._now_s())
        self._line.send({"type": "voice_stop", "turn": ended})

    def _answer(self, problem: Exception | None) -> None:
        askers, self._askers = self._askers, []
        for asker in askers:
            if asker.done():
                continue
            if problem is None:
                asker.set_result(None)
            else:
                asker.set_exception(problem)
