"""What a server is made of, over one data folder and one open database: who gets what from whom."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from roomtone.profiles.folder import ProfileFolder
from roomtone.service.api.app import create_app
from roomtone.service.data_folder import (
    ARTIFACTS_NAME,
    LIVE_PARTS_NAME,
    SESSIONS_NAME,
    TRANSCRIBING_NAME,
    node_name,
)
from roomtone.service.deletion.eraser import Eraser
from roomtone.service.jobs.embedded import EmbeddedJobs
from roomtone.service.nodes.agent import AgentOptions, NodeAgent
from roomtone.service.nodes.live_words import LiveWords
from roomtone.service.nodes.slots import SLOTS_PER_CORE
from roomtone.service.recordings.finisher import Finisher
from roomtone.service.recordings.live_copy import LiveCopies
from roomtone.service.recordings.lock import session_is_over
from roomtone.service.recordings.worker import RecordingsWorker
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.storage.storages import Storages
from roomtone.service.store.store import Store
from roomtone.service.transcripts.accounts import Accounts
from roomtone.service.transcripts.addresses import check_address
from roomtone.service.transcripts.providers import served_providers
from roomtone.service.transcripts.transcriber import Transcriber
from roomtone.service.transcripts.worker import TranscriptsWorker
from roomtone.service.webhooks.delivery import DeliveryOptions, DeliveryWorker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fastapi import FastAPI

    from roomtone.config import Settings
    from roomtone.outbound.policy import AddressPolicy
    from roomtone.service.store.database import Database


@dataclass(frozen=True, slots=True)
class ServerParts:
    """The parts of one server; nothing of them runs yet.

    Attributes:
        node: The server's name as the holder of bots and jobs.
        database: What all of it stands in; to be closed by who opened it.
        jobs: Durable work.
        store: What is kept.
        storage: Where files lie; to be closed when nothing else runs any more.
        sessions: The folder of the sessions' folders.
        agent: Starts bots and watches them.
        recordings: Finishes, expires and deletes.
        transcripts: Has transcripts made.
        copies: Copies running recordings to buckets.
        webhooks: Tells receivers.
        app: The API.
    """

    node: str
    database: Database
    jobs: EmbeddedJobs
    store: Store
    storage: Storages
    sessions: Path
    agent: NodeAgent
    recordings: RecordingsWorker
    transcripts: TranscriptsWorker
    copies: LiveCopies
    webhooks: DeliveryWorker
    app: FastAPI


def make_parts(
    settings: Settings,
    folder: Path,
    database: Database,
    policy: AddressPolicy,
    session_command: Sequence[str],
) -> ServerParts:
    """Every part of a server; makes folders that are missing.

    Args:
        settings: The settings.
        folder: The data folder, held for this server alone.
        database: Open, and the folder's own.
        policy: What URLs that users gave may lead to.
        session_command: The program that speaks the session protocol.

    Raises:
        UnusableSetting: If a setting does not hold what it should.
    """
    node, sessions = node_name(folder), folder / SESSIONS_NAME
    jobs = EmbeddedJobs(database)
    store = Store.over(database, jobs)
    storage = Storages(FolderStorage(folder / ARTIFACTS_NAME), store, settings, policy)
    accounts = _accounts(settings, store, policy)
    transcriber = _transcriber(settings, folder, store, storage, accounts)
    eraser = Eraser(
        store,
        storage,
        sessions,
        (transcriber.withdraw,),
        transcribing=folder / TRANSCRIBING_NAME,
        is_over=session_is_over,
    )
    finisher = _finisher(settings, folder, store, jobs, storage)
    words = LiveWords(store, accounts, settings.live_transcription_provider, settings.whisper_model_dir)
    return ServerParts(
        node=node,
        database=database,
        jobs=jobs,
        store=store,
        storage=storage,
        sessions=sessions,
        agent=NodeAgent(store, jobs, _options(settings, node, sessions, policy, session_command, words)),
        recordings=RecordingsWorker(node, store, jobs, storage, finisher, sessions, eraser),
        transcripts=TranscriptsWorker(node, jobs, transcriber),
        copies=LiveCopies(store, storage, sessions, folder / LIVE_PARTS_NAME, every_s=settings.live_copy_s),
        webhooks=_webhooks(settings, store, policy),
        app=create_app(settings, store, storage, eraser=eraser, buckets=storage, accounts=accounts),
    )


def _accounts(settings: Settings, store: Store, policy: AddressPolicy) -> Accounts:
    return Accounts(
        settings,
        store.provider_accounts,
        allow_private=policy.allow_private,
        check_url=partial(check_address, policy=policy),
    )


def _transcriber(
    settings: Settings, folder: Path, store: Store, storage: Storages, accounts: Accounts
) -> Transcriber:
    return Transcriber(
        store,
        storage,
        folder / TRANSCRIBING_NAME,
        served_providers(settings),
        settings.transcription_timeout_s,
        accounts,
    )


def _finisher(
    settings: Settings, folder: Path, store: Store, jobs: EmbeddedJobs, storage: Storages
) -> Finisher:
    return Finisher(
        store,
        jobs,
        storage,
        folder / SESSIONS_NAME,
        retention_hours=settings.retention_hours,
        transcribing=folder / TRANSCRIBING_NAME,
    )


def _webhooks(settings: Settings, store: Store, policy: AddressPolicy) -> DeliveryWorker:
    give_up = timedelta(hours=settings.webhook_give_up_h)
    options = DeliveryOptions(policy, settings.webhook_timeout_s, give_up)
    return DeliveryWorker(store.deliveries, store.webhook_secrets, options)


def _options(
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
