"""The server: API, node agent, finishing and webhooks in one process, and how they start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
import uvicorn

from roomtone.config import UnusableSetting
from roomtone.outbound.policy import AddressPolicy
from roomtone.profiles.folder import ProfileFolder
from roomtone.service.api.app import create_app
from roomtone.service.data_folder import (
    ARTIFACTS_NAME,
    LIVE_PARTS_NAME,
    SESSIONS_NAME,
    TRANSCRIBING_NAME,
    data_folder,
    node_name,
)
from roomtone.service.deletion.eraser import Eraser
from roomtone.service.errors import AddressUnusable, OtherDataFolder
from roomtone.service.jobs.embedded import EmbeddedJobs
from roomtone.service.nodes.agent import AgentOptions, NodeAgent
from roomtone.service.nodes.endings import finish_job
from roomtone.service.nodes.live_words import LiveWords
from roomtone.service.nodes.slots import SLOTS_PER_CORE
from roomtone.service.recordings.finisher import Finisher
from roomtone.service.recordings.live_copy import LiveCopies
from roomtone.service.recordings.lock import session_is_over
from roomtone.service.recordings.salvage import take_up_kept_folders
from roomtone.service.recordings.worker import RecordingsWorker, purge_job
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.storage.storages import Storages
from roomtone.service.store.data_folder_claim import FolderOfDatabase, claim_database
from roomtone.service.store.database import database_url, open_database
from roomtone.service.store.store import Store
from roomtone.service.transcripts.accounts import Accounts
from roomtone.service.transcripts.addresses import check_address
from roomtone.service.transcripts.providers import served_providers
from roomtone.service.transcripts.transcriber import Transcriber
from roomtone.service.transcripts.worker import TranscriptsWorker
from roomtone.service.webhooks.delivery import DeliveryOptions, DeliveryWorker
from roomtone.service.webhooks.secret_file import secret_in
from roomtone.stop_signals import stop_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from roomtone.config import Settings
    from roomtone.service.store.database import Database

log = structlog.get_logger(__name__)

SESSION_COMMAND = (sys.executable, "-m", "roomtone", "session")
FLUSH_S = 5.0
"""How long a stopping server sends webhooks; what is left is sent after the next start."""
_API_GRACE_S = 5


async def serve_until_stopped(
    settings: Settings,
    announce: Callable[[str], None],
    session_command: Sequence[str] = SESSION_COMMAND,
    flush_s: float = FLUSH_S,
) -> None:
    """Serve until one of the stop signals; a second signal makes it quick.

    Args:
        settings: The settings.
        announce: Called with the server's URL once it answers.
        session_command: The program that speaks the session protocol.
        flush_s: How long it sends webhooks when it stops; what is left is sent after the next start.

    Raises:
        CannotServe: If the folder or the address cannot be used, or the database is another folder's.
        DatabaseUnusable: If the database cannot be opened.
        UnusableSetting: If a setting does not hold what it should.
        UnusableSecret: If the signing secret is none.
    """
    policy = _policy(settings)
    with data_folder(settings.data_dir) as folder, _listening(settings.host, settings.port) as listener:
        database = await open_database(database_url(settings))
        try:
            await _check_belongs(database, folder)
            server = Server(settings, folder, database, policy, session_command)
            await server.run(listener, announce, flush_s)
        finally:
            await database.close()


class Server:
    """The parts of the service over one data folder and one open database."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        database: Database,
        policy: AddressPolicy,
        session_command: Sequence[str],
    ) -> None:
        self._node = node_name(folder)
        self._database = database
        self._jobs = EmbeddedJobs(database)
        self._store = Store.over(database, self._jobs)
        self._storage = storage = Storages(
            FolderStorage(folder / ARTIFACTS_NAME), self._store, settings, policy
        )
        self._sessions = sessions = folder / SESSIONS_NAME
        transcribing = folder / TRANSCRIBING_NAME
        finisher = Finisher(
            self._store,
            self._jobs,
            storage,
            sessions,
            retention_hours=settings.retention_hours,
            transcribing=transcribing,
        )
        self._webhook_secret = secret_in(folder)
        give_up = timedelta(hours=settings.webhook_give_up_h)
        delivery = DeliveryOptions(policy, settings.webhook_timeout_s, give_up)
        accounts = _accounts(settings, self._store, policy)
        words = LiveWords(
            self._store, accounts, settings.live_transcription_provider, settings.whisper_model_dir
        )
        options = _agent_options(settings, self._node, sessions, policy, session_command, words)
        self._agent = NodeAgent(self._store, self._jobs, options)
        providers, timeout_s = served_providers(settings), settings.transcription_timeout_s
        transcriber = Transcriber(self._store, storage, transcribing, providers, timeout_s, accounts)
        left = (transcriber.withdraw,)
        eraser = Eraser(
            self._store, storage, sessions, left, transcribing=transcribing, is_over=session_is_over
        )
        self._recordings = RecordingsWorker(
            self._node, self._store, self._jobs, storage, finisher, sessions, eraser
        )
        self._transcripts = TranscriptsWorker(self._node, self._jobs, transcriber)
        self._copies = LiveCopies(
            self._store, storage, sessions, folder / LIVE_PARTS_NAME, every_s=settings.live_copy_s
        )
        self._webhooks = DeliveryWorker(self._store.deliveries, self._store.webhook_secrets, delivery)
        self._api = _Api(
            uvicorn.Config(
                create_app(settings, self._store, storage, eraser=eraser, buckets=storage, accounts=accounts),
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=_API_GRACE_S,
            )
        )
        self._stop = asyncio.Event()

    async def run(self, listener: socket.socket, announce: Callable[[str], None], flush_s: float) -> None:
        """Run every part until a signal, then stop them in the order in which they feed each other."""
        await self._store.webhook_secrets.set_default(self._webhook_secret)
        await self._take_up_unfinished()
        with self._signals():
            async with asyncio.TaskGroup() as parts:
                webhooks = parts.create_task(self._webhooks.run(), name="webhooks")
                recordings = parts.create_task(self._recordings.run(), name="recordings")
                transcripts = parts.create_task(self._transcripts.run(), name="transcripts")
                agent = parts.create_task(self._agent.run(), name="agent")
                copies = parts.create_task(self._copies.run(), name="live copies")
                api = parts.create_task(self._api.serve([listener]), name="api")
                if await self._api.wait_until_started():
                    announce(_url(listener))
                    log.info("server.started", node=self._node)
                    await self._stop.wait()
                log.info("server.stopping")
                self._transcripts.stop()
                self._agent.stop()
                await asyncio.wait({agent, transcripts})
                self._recordings.stop()
                self._copies.stop()
                await asyncio.wait({recordings, copies})
                self._webhooks.stop(flush_s)
                await asyncio.wait({webhooks})
                self._api.should_exit = True
                await asyncio.wait({api})
        self._storage.close()
        log.info("server.stopped")

    async def _take_up_unfinished(self) -> None:
        """Have every bot finished whose job is missing, every kept folder tried again, old history purged.

        What a former life of this server had in hand is due at once: it held the data folder, and is dead.
        """
        await self._jobs.take_back(f"{self._node}/")
        for bot in await self._store.leases.unfinished(self._node):
            async with self._database.write() as transaction:
                await self._jobs.enqueue(transaction, finish_job(bot.id))
        await self._store.deletions.take_up(datetime.now(UTC))
        await take_up_kept_folders(self._store, self._jobs, self._sessions)
        async with self._database.write() as transaction:
            await self._jobs.enqueue(transaction, purge_job())

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = stop_signals()
        for number in numbers:
            loop.add_signal_handler(number, self._on_signal)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _on_signal(self) -> None:
        if not self._stop.is_set():
            self._stop.set()
            return
        log.warning("server.hurrying")
        self._agent.hurry()
        self._transcripts.stop()
        self._recordings.hurry()
        self._copies.stop()
        self._webhooks.stop(0.0)
        self._api.force_exit = True


async def _check_belongs(database: Database, folder: Path) -> None:
    """Refuse a database whose recordings lie in another data folder.

    Raises:
        OtherDataFolder: It is one.
    """
    node = node_name(folder)
    owner = await claim_database(database, FolderOfDatabase(node, f"{socket.gethostname()}:{folder}"))
    if owner.node != node:
        raise OtherDataFolder(folder, owner.node, owner.place)


def _accounts(settings: Settings, store: Store, policy: AddressPolicy) -> Accounts:
    return Accounts(
        settings,
        store.provider_accounts,
        allow_private=policy.allow_private,
        check_url=partial(check_address, policy=policy),
    )


def _agent_options(
    settings: Settings,
    node: str,
    sessions: Path,
    policy: AddressPolicy,
    session_command: Sequence[str],
    words: LiveWords,
) -> AgentOptions:
    return AgentOptions(
        node=node,
        sessions=sessions,
        command=session_command,
        capacity=settings.slots or SLOTS_PER_CORE * (os.cpu_count() or 1),
        leave_grace_s=settings.leave_grace_s,
        heartbeat_s=settings.session_heartbeat_s,
        live_length_bytes=settings.live_length_bytes,
        allow_private_networks=policy.allow_private,
        allowed_networks=settings.allowed_networks,
        profiles=ProfileFolder.of(settings),
        join_lead_s=settings.join_lead_s,
        live_words=words,
    )


class _Api(uvicorn.Server):
    """uvicorn without its signal handlers: the whole server stops, in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def wait_until_started(self) -> bool:
        while not self.started:
            if self.should_exit:
                return False
            await asyncio.sleep(0.01)
        return True


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as problem:
        raise AddressUnusable(host, port, problem.strerror or str(problem)) from None
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(128)
        except OSError as problem:
            raise AddressUnusable(host, port, problem.strerror or str(problem)) from None
        yield listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _policy(settings: Settings) -> AddressPolicy:
    allow_private = settings.allow_private_networks
    if allow_private is None:
        allow_private = _is_loopback(settings.host)
    try:
        return AddressPolicy.of(allow_private=allow_private, networks=settings.allowed_networks)
    except ValueError as problem:
        raise UnusableSetting(f"ROOMTONE_ALLOWED_NETWORKS: {problem}") from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
