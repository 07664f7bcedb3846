"""What the routers work with, and how they get at it."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from roomtone.config import Settings
from roomtone.profiles.folder import ProfileFolder
from roomtone.service.api.media_links import MediaLinks
from roomtone.service.api.token_buckets import TokenBuckets
from roomtone.service.data_folder import SESSIONS_NAME
from roomtone.service.deletion.eraser import Eraser
from roomtone.service.live_view.running import RunningRecordings
from roomtone.service.storage.port import Storage, WorkspaceBuckets
from roomtone.service.store.store import Store
from roomtone.service.talking.held_bytes import HeldBytes
from roomtone.service.talking.turns import Turns
from roomtone.service.transcripts.accounts import Accounts

BOT_REQUESTS_PER_MINUTE = 30
"""How often one bot may be paused and resumed, as the contract has it."""


def _bot_limit() -> TokenBuckets:
    return TokenBuckets(BOT_REQUESTS_PER_MINUTE, BOT_REQUESTS_PER_MINUTE)


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the service behind the API.

    Attributes:
        settings: The process's settings.
        store: What is kept.
        storage: Where finished files lie.
        profiles: The browser profiles that bots may be sent with.
        links: Signs links to files.
        key_limit: How often each API key may ask.
        eraser: Deletes bots' data.
        accounts: With transcription providers.
        buckets: Workspaces' own buckets; None: there can be none.
        bot_limit: How often each bot may be paused and resumed.
        sound_turns: Bounds how much sound for bots to say is made at once.
        sound_bytes: Bounds how much of it is in memory.
        running: The recordings that are being made on this machine.
        secret_file: Held while the default workspace's secret changes in its file and in the database.
    """

    settings: Settings
    store: Store
    storage: Storage
    profiles: ProfileFolder
    links: MediaLinks
    key_limit: TokenBuckets
    eraser: Eraser
    accounts: Accounts
    buckets: WorkspaceBuckets | None = None
    bot_limit: TokenBuckets = field(default_factory=_bot_limit)
    secret_file: asyncio.Lock = field(default_factory=asyncio.Lock)
    sound_turns: Turns = field(default_factory=Turns)
    sound_bytes: HeldBytes = field(default_factory=HeldBytes)
    running: RunningRecordings = field(init=False)

    def __post_init__(self) -> None:
        """Find the recordings of running sessions in the data folder."""
        sessions = self.settings.data_dir.expanduser() / SESSIONS_NAME
        object.__setattr__(self, "running", RunningRecordings(sessions))


async def services_of(request: Request) -> Services:
    """The services that ``create_app`` was given; async, or else every request would wait for a thread."""
    services: Services = request.app.state.services
    return services


UsedServices = Annotated[Services, Depends(services_of)]
