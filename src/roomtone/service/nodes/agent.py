"""The node agent: takes due bots while there are free slots, holds their leases, runs their stays."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.session_protocol import Start, parse_order
from roomtone.profiles.errors import ProfileError, ProfileMissing
from roomtone.service.jobs.port import LostJob
from roomtone.service.nodes.directories import session_directory
from roomtone.service.nodes.endings import conclude
from roomtone.service.nodes.recovery import recover
from roomtone.service.nodes.slots import Slots, weight_of
from roomtone.service.nodes.start_queue import StartQueue
from roomtone.service.nodes.stay import Stay, StayLimits
from roomtone.service.store.errors import StaleEpoch, UnknownBot

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path
    from typing import Literal

    from roomtone.bot.request import BotRequest
    from roomtone.bot.session_protocol import Ended, LiveTranscriptionStart
    from roomtone.profiles.folder import ProfileFolder
    from roomtone.service.jobs.port import ClaimedJob, Jobs
    from roomtone.service.nodes.live_words import LiveWords
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)

_RETRY_S = 1.0
_LONGEST_RETRY_S = 8.0
_REMOVALS_POLL_S = 5.0


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """What an agent needs to know of its machine.

    Attributes:
        node: This node's name, the same at every start.
        sessions: Existing folder in which every session gets its own.
        command: The program that speaks the session protocol.
        capacity: Slots.
        leave_grace_s: How long a bot may take to leave.
        heartbeat_s: Longest silence of a session.
        lease_s: How long a bot stays ours without renewal.
        live_length_bytes: ``Start.live_length_bytes`` where the request names none.
        allow_private_networks: ``Start.allow_private_networks``.
        allowed_networks: ``Start.allowed_networks``.
        profiles: Where browser profiles are kept; None: there are none.
        join_lead_s: How long before their time scheduled bots start.
        live_words: Who makes the words while meetings run; None: nobody.
        commands_poll_s: How often commands are looked for that another process took in; our own ring.
    """

    node: str
    sessions: Path
    command: Sequence[str]
    capacity: int
    leave_grace_s: float = 20.0
    heartbeat_s: float = 45.0
    lease_s: float = 60.0
    live_length_bytes: Literal[2, 4] = 4
    allow_private_networks: bool = False
    allowed_networks: tuple[str, ...] = ()
    profiles: ProfileFolder | None = None
    join_lead_s: float = 0.0
    live_words: LiveWords | None = None
    commands_poll_s: float = 1.0


class NodeAgent:
    """Runs bots on this machine; ``run`` is its life, ``stop`` and ``hurry`` end it.

    Args:
        store: The store.
        jobs: Where due starts come from.
        options: This machine.
    """

    def __init__(self, store: Store, jobs: Jobs, options: AgentOptions) -> None:
        self._store = store
        self._jobs = jobs
        self._options = options
        self._slots = Slots(options.capacity)
        self._queue = StartQueue(store.bots, jobs, self._slots, options.node)
        self._stays: dict[str, Stay] = {}
        self._stopping = asyncio.Event()
        self._renewed_at_s = time.monotonic()

    def stop(self) -> None:
        """Take no more bots and ask those in meetings to leave; ``run`` returns when all have."""
        self._stopping.set()
        self._queue.room.set()
        for stay in self._stays.values():
            stay.ask_to_leave(EndReason.SERVICE_STOPPED)

    def hurry(self) -> None:
        """As ``stop``, and kill the sessions: what they recorded is kept."""
        self.stop()
        for stay in self._stays.values():
            stay.kill("server_stopped_twice")

    async def run(self) -> None:
        """Take up what a former life of this node left, then run due bots until ``stop``."""
        async with asyncio.TaskGroup() as tasks:
            await self._recover(tasks)
            keepers = [
                tasks.create_task(self._keep_leases(), name="leases"),
                tasks.create_task(self._watch_removals(), name="removals"),
                tasks.create_task(self._watch_commands(), name="commands"),
            ]
            async with asyncio.TaskGroup() as stays:
                await self._take_due_bots(stays)
            for keeper in keepers:
                keeper.cancel()

    async def _recover(self, tasks: asyncio.TaskGroup) -> None:
        # What a former life was told is not done in a later stay: nobody waits for it any more.
        await self._store.commands.fail_open_of(self._options.node, "The server was started again.")
        for bot in await self._store.leases.held_by(self._options.node):
            directory = self._directory(bot.id, bot.epoch)
            tasks.create_task(
                recover(self._store, bot, directory, self._options.leave_grace_s), name=f"recover:{bot.id}"
            )

    async def _take_due_bots(self, stays: asyncio.TaskGroup) -> None:
        while not self._stopping.is_set():
            try:
                job = await self._queue.next()
                if job is not None:
                    await self._begin(job, stays)
            except Exception:
                # The job boundary: a database that is away for a while must not end the meetings that run.
                log.exception("agent.start_failed")
                await asyncio.sleep(_RETRY_S)

    async def _begin(self, job: ClaimedJob, stays: asyncio.TaskGroup) -> None:
        try:
            bot = await self._store.bots.get(str(job.payload["bot_id"]))
        except UnknownBot:
            await self._jobs.complete(job)
            return
        if self._stopping.is_set():
            await self._jobs.retry(job, job.run_at, "the node is stopping")
            return
        starts_at = self._starts_at(bot)
        if starts_at > datetime.now(UTC):
            # It was moved, by the API or by another lead; if there is another start, the first one counts.
            await self._jobs.retry(job, starts_at, "not due yet")
            return
        epoch = await self._store.leases.claim_bot(
            bot.id,
            self._options.node,
            self._options.lease_s,
            join_at=bot.join_at,
            late=self._queue.lateness_of(bot, job.run_at),
        )
        with contextlib.suppress(LostJob):  # whoever has it now finds the bot held
            await self._jobs.complete(job)
        if epoch is None:
            return
        directory = self._directory(bot.id, epoch)
        if bot.remove_requested_at is not None:
            end = self._conclude_in_the_end(bot.id, epoch, directory, EndReason.REMOVE_REQUESTED, "")
            stays.create_task(end, name=f"end:{bot.id}")
            return
        try:
            state = await asyncio.to_thread(self._storage_state, bot.request)
        except ProfileError as problem:
            unusable = EndReason.PROFILE_UNUSABLE
            end = self._conclude_in_the_end(bot.id, epoch, directory, unusable, str(problem))
            stays.create_task(end, name=f"end:{bot.id}")
            return
        told = await self._participant_events(bot.id)
        self._slots.take(bot.id, weight_of(bot.request))
        stays.create_task(self._run_stay(bot, epoch, directory, state, told), name=f"stay:{bot.id}")

    def _starts_at(self, bot: Bot) -> datetime:
        """When a bot is to be started at the earliest."""
        if bot.join_at is None or bot.join_at <= bot.created_at:
            return bot.created_at
        return bot.join_at - timedelta(seconds=self._options.join_lead_s)

    def _storage_state(self, request: BotRequest) -> dict[str, Any] | None:
        """A copy of the browser profile that a bot is sent with. Blocking. Raises ``ProfileError``."""
        name = request.browser_profile
        if name is None:
            return None
        if self._options.profiles is None:
            raise ProfileMissing(name)
        return self._options.profiles.open_state(name, request.address.platform)[1].as_playwright()

    async def _participant_events(self, bot_id: str) -> tuple[str, ...]:
        """What of participants somebody wants to be told; nothing when the database does not say."""
        try:
            return await self._store.participant_events.wanted(bot_id)
        except Exception:
            # They are an extra: the bot joins without.
            log.exception("bot.participant_events_unknown", bot_id=bot_id)
            return ()

    async def _live_words(self, bot: Bot, epoch: int) -> LiveTranscriptionStart | None:
        """Who makes the words of a bot's meeting; whatever is wrong with that, the bot goes in."""
        if self._options.live_words is None:
            return None
        try:
            return await self._options.live_words.start_of(bot, epoch)
        except Exception:
            log.exception("bot.live_words_failed", bot_id=bot.id)
            return None

    async def _run_stay(
        self,
        bot: Bot,
        epoch: int,
        directory: Path,
        storage_state: dict[str, Any] | None,
        told: tuple[str, ...],
    ) -> None:
        options = self._options
        start = Start(
            bot_id=bot.id,
            request=bot.request,
            directory=str(directory),
            live_length_bytes=options.live_length_bytes,
            allow_private_networks=options.allow_private_networks,
            allowed_networks=options.allowed_networks,
            storage_state=storage_state,
            participant_events=told,
            live_transcription=await self._live_words(bot, epoch),
        )
        limits = StayLimits(options.heartbeat_s, options.leave_grace_s)
        stay = Stay(self._store, options.command, start, epoch, limits)
        self._stays[bot.id] = stay
        try:
            await asyncio.to_thread(directory.mkdir, mode=0o700, parents=True)
            if self._stopping.is_set():
                stay.ask_to_leave(EndReason.SERVICE_STOPPED)
            await stay.run()
        except Exception as problem:
            # The bot boundary: one bot's trouble is not the others'.
            log.exception("bot.stay_failed", bot_id=bot.id)
            detail = f"{type(problem).__name__}: {problem}"
            await self._conclude_in_the_end(
                bot.id, epoch, directory, EndReason.INTERNAL_ERROR, detail, stay.said
            )
        finally:
            del self._stays[bot.id]
            self._slots.release(bot.id)
            self._queue.room.set()

    async def _conclude_in_the_end(
        self,
        bot_id: str,
        epoch: int,
        directory: Path,
        reason: EndReason,
        detail: str,
        said: Ended | None = None,
    ) -> None:
        """Record the end of a stay, or of one that will not begin, as often as it takes."""
        delay_s = _RETRY_S
        while True:
            try:
                await conclude(
                    self._store, bot_id, epoch, directory, otherwise=reason, detail=detail, said=said
                )
            except StaleEpoch:
                return  # it is somebody else's by now
            except Exception:
                log.exception("bot.end_not_recorded", bot_id=bot_id)
                if self._stopping.is_set():
                    return  # the next start takes it up
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, _LONGEST_RETRY_S)
            else:
                return

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._options.lease_s / 5)
            held = {stay.bot_id: stay.epoch for stay in self._stays.values()}
            try:
                kept = await self._store.leases.renew_leases(self._options.node, held, self._options.lease_s)
            except Exception:
                log.exception("agent.renewal_failed")
                if time.monotonic() - self._renewed_at_s > self._options.lease_s * 0.8:
                    # Soon somebody else may send these bots in; two of a bot is worse than none.
                    self._lose(held.keys())
                continue
            self._renewed_at_s = time.monotonic()
            self._lose(held.keys() - kept)

    def _lose(self, bot_ids: Collection[str]) -> None:
        for bot_id in bot_ids:
            stay = self._stays.get(bot_id)
            if stay is not None and not stay.ending:
                log.error("bot.lease_lost", bot_id=bot_id)
                stay.lose()

    async def _watch_removals(self) -> None:
        while True:
            ticket = self._store.leases.removals.ticket()
            try:
                asked = await self._store.leases.removals_requested(self._options.node)
            except Exception:
                log.exception("agent.removals_unknown")
                asked = []
            for bot_id in asked:
                if bot_id in self._stays:
                    self._stays[bot_id].ask_to_leave(EndReason.REMOVE_REQUESTED)
            await self._store.leases.removals.wait(ticket, _REMOVALS_POLL_S)

    async def _watch_commands(self) -> None:
        commands = self._store.commands
        while True:
            ticket = commands.orders.ticket()
            try:
                for command in await commands.take(self._options.node, list(self._stays)):
                    stay = self._stays.get(command.bot_id)
                    order = parse_order(command.line)
                    if stay is None or order is None or not stay.order(order):
                        await commands.fail_command(command.id, "The bot takes no commands now.")
            except Exception:
                log.exception("agent.commands_unknown")
            await commands.orders.wait(ticket, self._options.commands_poll_s)

    def _directory(self, bot_id: str, epoch: int) -> Path:
        return session_directory(self._options.sessions, bot_id, epoch)
