"""The store: every query class over one database, made together."""

from __future__ import annotations

from dataclasses import dataclass

from roomtone.service.jobs.port import Enqueue
from roomtone.service.store.artifacts import Artifacts
from roomtone.service.store.bots import Bots
from roomtone.service.store.database import Database
from roomtone.service.store.deliveries import Deliveries
from roomtone.service.store.events import Events
from roomtone.service.store.keys import Keys


@dataclass(frozen=True, slots=True)
class Store:
    """The queries, by noun. ``Store.over(database, jobs)`` makes them.

    Attributes:
        bots: Bots and who holds them.
        events: What happened to them.
        deliveries: The webhooks' outbox.
        artifacts: Finished files.
        keys: API keys and workspaces.
    """

    bots: Bots
    events: Events
    deliveries: Deliveries
    artifacts: Artifacts
    keys: Keys

    @classmethod
    def over(cls, database: Database, jobs: Enqueue) -> Store:
        """The store over an open database, enqueueing jobs into its transactions through ``jobs``."""
        events = Events(database, jobs)
        return cls(
            bots=Bots(database, events, jobs),
            events=events,
            deliveries=Deliveries(database, events),
            artifacts=Artifacts(database),
            keys=Keys(database),
        )
