"""One bot's stay as this node sees it: its session is started, heard, watched and reaped."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import IllegalTransition, happening_of
from roomtone.bot.session_protocol import (
    ChatSaid,
    CommandAnswered,
    Ended,
    Leave,
    ParticipantMoved,
    Progress,
    SpeakingMoved,
)
from roomtone.service.nodes.endings import conclude
from roomtone.service.nodes.errors import SessionNotStarted
from roomtone.service.nodes.session_process import SessionProcess, kill_marked
from roomtone.service.nodes.watch import SessionWatch
from roomtone.service.store.errors import StaleEpoch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.bot.participant_events import ParticipantNews
    from roomtone.bot.session_protocol import Order, Start
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

_TICK_S = 0.5
_LAST_WORDS_S = 2.0
_QUEUE_EVENTS = 1000
_QUEUE_ORDERS = 100


@dataclass(frozen=True, slots=True)
class StayLimits:
    """How long a session may be silent, and how long it may take to leave; seconds."""

    heartbeat_s: float
    leave_grace_s: float


class Stay:
    """One bot's stay, from the start of its session to the record of its end.

    Args:
        store: Where events go.
        command: The program that speaks the session protocol.
        first_line: What the session is told; its directory exists.
        epoch: Under which the bot is held.
        limits: When to lose patience.

    Attributes:
        said: The session's own last word; None before it, or when it never came to it.
    """

    def __init__(
        self, store: Store, command: Sequence[str], first_line: Start, epoch: int, limits: StayLimits
    ) -> None:
        self.bot_id = first_line.bot_id
        self.epoch = epoch
        self._store = store
        self._command = command
        self._first_line = first_line
        self._directory = Path(first_line.directory)
        self._watch = SessionWatch(limits.heartbeat_s, limits.leave_grace_s, time.monotonic())
        self._process: SessionProcess | None = None
        self._leave: Leave | None = None
        self._leave_asked = asyncio.Event()
        self._lost = False
        self._killed_because = ""
        self.said: Ended | None = None
        # Full only when the database hangs: then the pipe fills, and the session drops its progress alone.
        self._heard: asyncio.Queue[Any] = asyncio.Queue(_QUEUE_EVENTS)
        self._orders: asyncio.Queue[Order] = asyncio.Queue(_QUEUE_ORDERS)

    @property
    def ending(self) -> bool:
        """Whether the session has said its last word, so that its end may have been recorded already."""
        return self._watch.ended_at_s is not None

    def ask_to_leave(self, reason: EndReason) -> None:
        """Make the bot leave; the first reason counts. Returns at once."""
        if self._leave is None:
            self._leave = Leave(reason=reason)
            self._leave_asked.set()

    def order(self, order: Order) -> bool:
        """Have the session carry something out; its answer is recorded. False: it takes no more of them."""
        if self._process is None or self._leave is not None or self._killed_because or self.ending:
            return False
        try:
            self._orders.put_nowait(order)
        except asyncio.QueueFull:
            return False
        return True

    def kill(self, why: str) -> None:
        """Kill the session; its end is recorded as far as it can be told from its folder."""
        self._killed_because = self._killed_because or why
        if self._process is not None:
            self._process.kill()

    def lose(self) -> None:
        """The bot is somebody else's now: kill the session and record nothing more."""
        self._lost = True
        self.kill("lease_lost")

    async def run(self) -> None:
        """The whole stay; returns when its end is recorded. Cancelling kills the session."""
        try:
            self._process = await SessionProcess.start(self._command, self._first_line)
        except SessionNotStarted as problem:
            log.exception("session.not_started", bot_id=self.bot_id)
            await self._conclude(EndReason.INTERNAL_ERROR, str(problem))
            return
        log.info("session.started", bot_id=self.bot_id, epoch=self.epoch, pid=self._process.pid)
        self._watch.heard_at_s = time.monotonic()
        if self._killed_because:
            self._process.kill()
        try:
            async with asyncio.TaskGroup() as tasks:
                guard = tasks.create_task(self._guard(), name=f"guard:{self.bot_id}")
                leaver = tasks.create_task(self._send_leave(), name=f"leave:{self.bot_id}")
                orders = tasks.create_task(self._send_orders(), name=f"orders:{self.bot_id}")
                writer = tasks.create_task(self._record_heard(), name=f"record:{self.bot_id}")
                reader = tasks.create_task(self._hear(), name=f"hear:{self.bot_id}")
                exit_code = await self._process.wait()
                await self._hear_the_rest(reader)
                for task in (guard, leaver, orders):
                    task.cancel()
                await self._heard.put(None)
                await writer
        except BaseException:
            self._process.kill()
            raise
        await self._fail_orders()
        log.info("session.exited", bot_id=self.bot_id, exit_code=exit_code, killed=self._killed_because)
        await self._conclude(*self._ending(exit_code))

    async def _hear(self) -> None:
        assert self._process is not None
        async for event in self._process.events():
            self._watch.heard_at_s = time.monotonic()
            if isinstance(event, Ended):
                self._watch.ended_at_s = time.monotonic()
                self.said = event
            if not isinstance(event, Progress):
                await self._heard.put(event)

    async def _record_heard(self) -> None:
        while (event := await self._heard.get()) is not None:
            if isinstance(event, Ended):
                await self._record_end()
                continue
            if isinstance(event, CommandAnswered):
                await self._record_answer(event)
                continue
            if isinstance(event, ParticipantMoved | SpeakingMoved | ChatSaid):
                await self._record_participant(event)
                continue
            happening = happening_of(event)
            if happening is None or self._lost:
                continue
            try:
                await self._store.events.record(self.bot_id, happening, epoch=self.epoch)
            except IllegalTransition as refusal:
                log.warning("bot.event_refused", bot_id=self.bot_id, step=refusal.step, last=refusal.last)
            except StaleEpoch:
                self.lose()
            except Exception:
                # Whatever the database has: the meeting goes on, and the journal tells it again at the end.
                log.exception("bot.event_not_recorded", bot_id=self.bot_id, step=happening.step)

    async def _record_participant(self, news: ParticipantNews) -> None:
        if self._lost:
            return
        try:
            await self._store.participant_events.record(self.bot_id, news, epoch=self.epoch)
        except StaleEpoch:
            self.lose()
        except Exception:
            # The recording's own list of participants, timeline and chat have it all the same.
            log.exception("bot.participant_news_not_recorded", bot_id=self.bot_id)

    async def _record_answer(self, answer: CommandAnswered) -> None:
        try:
            await self._store.commands.answer(answer, self.bot_id)
        except Exception:
            log.exception("bot.answer_not_recorded", bot_id=self.bot_id)

    async def _fail_orders(self) -> None:
        """Nobody is left to answer: whoever waits for an answer is told at once."""
        try:
            await self._store.commands.fail_open(self.bot_id, "The bot's session has ended.")
        except Exception:
            log.exception("bot.commands_not_failed", bot_id=self.bot_id)

    async def _record_end(self) -> None:
        """Record the end before the session has exited; if that fails it is done afterwards."""
        try:
            await self._conclude(EndReason.SESSION_CRASHED, "")
        except Exception:
            log.exception("bot.end_not_recorded", bot_id=self.bot_id)

    async def _send_leave(self) -> None:
        await self._leave_asked.wait()
        assert self._process is not None
        assert self._leave is not None
        self._watch.leave_sent_at_s = time.monotonic()
        if not await self._process.send(self._leave):
            log.warning("session.takes_no_command", bot_id=self.bot_id)

    async def _send_orders(self) -> None:
        assert self._process is not None
        while True:
            order = await self._orders.get()
            if not await self._process.send(order):
                log.warning("session.takes_no_command", bot_id=self.bot_id)
                await self._fail_orders()

    async def _guard(self) -> None:
        assert self._process is not None
        while True:
            await asyncio.sleep(_TICK_S)
            reason = self._watch.kill_reason(time.monotonic())
            if reason is not None and not self._killed_because:
                log.error("session.killed", bot_id=self.bot_id, why=reason.value)
                self.kill(reason.value)
            self._process.bound_log()

    async def _hear_the_rest(self, reader: asyncio.Task[None]) -> None:
        """Hear what is still in the pipe, which ends when no descendant holds it open any more."""
        await asyncio.to_thread(kill_marked, self._directory)
        await asyncio.wait({reader}, timeout=_LAST_WORDS_S)
        reader.cancel()

    def _ending(self, exit_code: int) -> tuple[EndReason, str]:
        if self._leave is not None and self._killed_because:
            return self._leave.reason, f"the session was killed: {self._killed_because}"
        if self._killed_because:
            return EndReason.SESSION_CRASHED, f"the session was killed: {self._killed_because}"
        return EndReason.SESSION_CRASHED, f"the session exited with code {exit_code} without an ending"

    async def _conclude(self, otherwise: EndReason, detail: str) -> None:
        if self._lost:
            return
        try:
            await conclude(
                self._store,
                self.bot_id,
                self.epoch,
                self._directory,
                otherwise=otherwise,
                detail=detail,
                said=self.said,
            )
        except StaleEpoch:
            self.lose()
