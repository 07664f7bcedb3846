"""The store: every query class over one database, made together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.service.store.admissions import Admissions
from roomtone.service.store.artifacts import Artifacts
from roomtone.service.store.bell import Bell
from roomtone.service.store.bot_commands import BotCommands
from roomtone.service.store.bots import Bots
from roomtone.service.store.deletions import Deletions
from roomtone.service.store.deliveries import Deliveries
from roomtone.service.store.delivery_log import DeliveryLog
from roomtone.service.store.events import Events
from roomtone.service.store.keys import Keys
from roomtone.service.store.leases import Leases
from roomtone.service.store.participant_events import ParticipantEvents
from roomtone.service.store.placements import Placements
from roomtone.service.store.provider_accounts import ProviderAccounts
from roomtone.service.store.schedule import Schedule
from roomtone.service.store.transcripts import Transcripts
from roomtone.service.store.webhook_endpoints import WebhookEndpoints
from roomtone.service.store.webhook_secrets import WebhookSecrets
from roomtone.service.store.workspace_storages import WorkspaceStorages

if TYPE_CHECKING:
    from roomtone.service.jobs.port import Enqueue
    from roomtone.service.store.database import Database


@dataclass(frozen=True, slots=True)
class Store:
    """The queries, by noun. ``Store.over(database, jobs)`` makes them.

    Attributes:
        database: What they run on; to be closed by who opened it.
        bots: Bots.
        admissions: Whether a bot is made, or which one was made already.
        commands: What running bots are told to do.
        events: What happened to them.
        participant_events: Who came and went in their meetings.
        deletions: Deleting a bot's data.
        deliveries: The webhooks' outbox.
        delivery_log: The same, as a workspace sees it.
        webhook_endpoints: Where a workspace wants its events.
        webhook_secrets: What they are signed with.
        artifacts: Finished files.
        transcripts: What was asked of providers, and became of it.
        leases: Who holds which bot.
        schedule: Bots that are to join later.
        keys: API keys and workspaces.
        placements: Which bucket holds which stored object.
        workspace_storages: Workspaces' own buckets.
        provider_accounts: Workspaces' accounts with transcription providers.
    """

    database: Database
    bots: Bots
    admissions: Admissions
    commands: BotCommands
    events: Events
    participant_events: ParticipantEvents
    deletions: Deletions
    deliveries: Deliveries
    delivery_log: DeliveryLog
    webhook_endpoints: WebhookEndpoints
    webhook_secrets: WebhookSecrets
    artifacts: Artifacts
    transcripts: Transcripts
    leases: Leases
    schedule: Schedule
    keys: Keys
    placements: Placements
    workspace_storages: WorkspaceStorages
    provider_accounts: ProviderAccounts

    @classmethod
    def over(cls, database: Database, jobs: Enqueue) -> Store:
        """The store over an open database, enqueueing jobs into its transactions through ``jobs``."""
        events = Events(database, jobs)
        removals = Bell()
        bots = Bots(database, events, jobs, removals)
        return cls(
            database=database,
            bots=bots,
            admissions=Admissions(database, bots),
            commands=BotCommands(database),
            events=events,
            participant_events=ParticipantEvents(database, events),
            deletions=Deletions(database, events, jobs),
            deliveries=Deliveries(database, events),
            delivery_log=DeliveryLog(database, events),
            webhook_endpoints=WebhookEndpoints(database, events),
            webhook_secrets=WebhookSecrets(database),
            artifacts=Artifacts(database),
            transcripts=Transcripts(database, events, jobs),
            leases=Leases(database, jobs, removals),
            schedule=Schedule(database, events, jobs),
            keys=Keys(database),
            placements=Placements(database),
            workspace_storages=WorkspaceStorages(database),
            provider_accounts=ProviderAccounts(database),
        )
