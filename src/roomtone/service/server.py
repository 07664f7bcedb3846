"""The server: API, node agent, finishing and webhooks in one process, and how they start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
import uvicorn

from roomtone.config import UnusableSetting
from roomtone.outbound.policy import AddressPolicy
from roomtone.service.data_folder import data_folder, node_name
from roomtone.service.errors import AddressUnusable, OtherDataFolder
from roomtone.service.nodes.endings import finish_job
from roomtone.service.recordings.salvage import take_up_kept_folders
from roomtone.service.recordings.worker import purge_job
from roomtone.service.server_parts import make_parts
from roomtone.service.store.data_folder_claim import FolderOfDatabase, claim_database
from roomtone.service.store.database import database_url, open_database
from roomtone.service.webhooks.secret_file import secret_in
from roomtone.stop_signals import stop_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from roomtone.config import Settings
    from roomtone.service.server_parts import ServerParts
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
            parts = make_parts(settings, folder, database, policy, session_command)
            await Server(parts, secret_in(folder)).run(listener, announce, flush_s)
        finally:
            await database.close()


class Server:
    """Runs the parts of the service, and stops them.

    Args:
        parts: All of them.
        webhook_secret: What the default workspace's webhooks are signed with.
    """

    def __init__(self, parts: ServerParts, webhook_secret: str) -> None:
        self._parts = parts
        self._webhook_secret = webhook_secret
        self._api = _Api(
            uvicorn.Config(
                parts.app,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=_API_GRACE_S,
            )
        )
        self._stop = asyncio.Event()

    async def run(self, listener: socket.socket, announce: Callable[[str], None], flush_s: float) -> None:
        """Run every part until a signal, then stop them in the order in which they feed each other."""
        await self._parts.store.webhook_secrets.set_default(self._webhook_secret)
        await self._take_up_unfinished()
        with self._signals():
            async with asyncio.TaskGroup() as tasks:
                webhooks = tasks.create_task(self._parts.webhooks.run(), name="webhooks")
                recordings = tasks.create_task(self._parts.recordings.run(), name="recordings")
                transcripts = tasks.create_task(self._parts.transcripts.run(), name="transcripts")
                agent = tasks.create_task(self._parts.agent.run(), name="agent")
                copies = tasks.create_task(self._parts.copies.run(), name="live copies")
                api = tasks.create_task(self._api.serve([listener]), name="api")
                if await self._api.wait_until_started():
                    announce(_url(listener))
                    log.info("server.started", node=self._parts.node)
                    await self._stop.wait()
                log.info("server.stopping")
                self._parts.transcripts.stop()
                self._parts.agent.stop()
                await asyncio.wait({agent, transcripts})
                self._parts.recordings.stop()
                self._parts.copies.stop()
                await asyncio.wait({recordings, copies})
                self._parts.webhooks.stop(flush_s)
                await asyncio.wait({webhooks})
                self._api.should_exit = True
                await asyncio.wait({api})
        self._parts.storage.close()
        log.info("server.stopped")

    async def _take_up_unfinished(self) -> None:
        """Have every bot finished whose job is missing, every kept folder tried again, old history purged.

        What a former life of this server had in hand is due at once: it held the data folder, and is dead.
        """
        await self._parts.jobs.take_back(f"{self._parts.node}/")
        for bot in await self._parts.store.leases.unfinished(self._parts.node):
            async with self._parts.database.write() as transaction:
                await self._parts.jobs.enqueue(transaction, finish_job(bot.id))
        await self._parts.store.deletions.take_up(datetime.now(UTC))
        await take_up_kept_folders(self._parts.store, self._parts.jobs, self._parts.sessions)
        async with self._parts.database.write() as transaction:
            await self._parts.jobs.enqueue(transaction, purge_job())

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
        self._parts.agent.hurry()
        self._parts.transcripts.stop()
        self._parts.recordings.hurry()
        self._parts.copies.stop()
        self._parts.webhooks.stop(0.0)
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
