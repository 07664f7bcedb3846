"""Transcripts: what was asked for, how far it is, and what became of it. The words are artifacts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, func, or_, select, update

from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.transcript_providers import PROVIDERS, STREAMING_PROVIDERS
from roomtone.service.jobs.port import FINISH_RECORDING, TRANSCRIBE, TRANSCRIBE_ELSEWHERE, NewJob
from roomtone.service.store.artifacts import insert_artifact
from roomtone.service.store.errors import TooManyTranscripts, UnknownTranscript
from roomtone.service.store.tables import bots, transcripts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.bot.transcript_providers import TranscriptRequest
    from roomtone.service.jobs.port import Enqueue
    from roomtone.service.store.artifacts import NewArtifact
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.database import Database, Transaction
    from roomtone.service.store.events import Events

TRANSCRIPT = "transcript"
"""Artifact kind of a transcript: the array that the API gives; its name is ``<transcript id>.json``."""
RAW_TRANSCRIPT = "raw_transcript"
"""Artifact kind of what the provider answered; its name is ``<transcript id>.json``."""
MOST_UNFINISHED = 5
"""Of one bot, so that a client in a loop does not keep the server busy for days."""


class TranscriptState(StrEnum):
    """How far a transcript is; the values are the API's."""

    NOT_STARTED = "Not started"
    PROCESSING = "Processing"
    SUCCESS = "Success"
    FAILED = "Failed"
    SKIPPED = "Skipped"


_UNFINISHED = (TranscriptState.NOT_STARTED, TranscriptState.PROCESSING)


@dataclass(frozen=True, slots=True)
class StoredTranscript:
    """One transcript's row.

    Attributes:
        provider: The API's name of the provider.
        options: Its options, every default filled in.
        state: How far it is.
        percent: Of the work, 0 to 100.
        engine: What recognised the words; None before success.
        model: With which model; None before success.
        language: BCP 47; None: not known.
        error: Why it failed, a sentence for the customer; None unless it did.
        callback_url: Where its end is told instead of the bot's ``callback_url``; None: there.
        with_bot: Whether it was asked for with the bot, whose ``bot.done`` waits for it.
        started_at: When the work began for the first time.
    """

    id: str
    bot_id: str
    provider: str
    options: dict[str, Any]
    state: TranscriptState
    percent: int
    engine: str | None
    model: str | None
    language: str | None
    error: str | None
    callback_url: str | None
    with_bot: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in _UNFINISHED


@dataclass(frozen=True, slots=True)
class Made:
    """A transcript that was made.

    Attributes:
        engine: What recognised the words.
        model: With which model.
        language: BCP 47; None: not known.
        artifacts: Its files, already in the storage.
    """

    engine: str
    model: str
    language: str | None
    artifacts: Sequence[NewArtifact]


class Transcripts:
    """Queries on transcripts; each method is one transaction and may be called concurrently."""

    def __init__(self, database: Database, events: Events, jobs: Enqueue) -> None:
        self._database = database
        self._events = events
        self._jobs = jobs

    async def get(self, transcript_id: str, *, workspace_id: str | None = None) -> StoredTranscript:
        """One transcript; raises ``UnknownTranscript``, also when it belongs to another workspace's bot."""
        query = select(transcripts).where(transcripts.c.id == transcript_id)
        if workspace_id is not None:
            query = query.join(bots, bots.c.id == transcripts.c.bot_id).where(
                bots.c.workspace_id == workspace_id
            )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            raise UnknownTranscript("transcript_id: there is no such transcript.")
        return _to_transcript(row)

    async def of_bot(self, bot_id: str) -> list[StoredTranscript]:
        """All transcripts of a bot, newest first."""
        query = select(transcripts).where(transcripts.c.bot_id == bot_id)
        query = query.order_by(transcripts.c.created_at.desc(), transcripts.c.id)
        async with self._database.read() as connection:
            return [_to_transcript(row) for row in (await connection.execute(query)).mappings()]

    async def ask(self, bot: Bot, asked: TranscriptRequest, callback_url: str | None) -> StoredTranscript:
        """Have another transcript of a bot made; it takes the place of the former in the bot's details.

        Raises:
            TooManyTranscripts: If too many of the bot are being made.
        """
        async with self._database.write() as transaction:
            waiting = select(func.count()).where(
                transcripts.c.bot_id == bot.id, transcripts.c.state.in_(_UNFINISHED)
            )
            if (await transaction.connection.execute(waiting)).scalar_one() >= MOST_UNFINISHED:
                raise TooManyTranscripts(
                    f"{MOST_UNFINISHED} transcripts of this bot are being made; wait for one of them."
                )
            new = new_transcript(bot.id, asked, with_bot=False, callback_url=callback_url)
            new["state"] = TranscriptState.PROCESSING
            made = transcripts.insert().values(new).returning(transcripts)
            row = (await transaction.connection.execute(made)).mappings().one()
            shown = {"transcript_id": new["id"], "transcript_status": "Processing"}
            await transaction.connection.execute(update(bots).where(bots.c.id == bot.id).values(shown))
            await self._jobs.enqueue(transaction, transcribe_job(new["id"], asked.name, bot.id))
        return _to_transcript(row)

    async def open_live(self, bot_id: str, asked: TranscriptRequest) -> None:
        """A streaming provider listens to a bot's meeting: keep a transcript for what it will have heard.

        Of its own, beside the bot's; nothing is told of it. Where the bot's transcript is by that provider
        already it is that one, and one that is open already, as after a second start, stays the one.
        """
        mine = select(transcripts.c.id, transcripts.c.provider, transcripts.c.with_bot).where(
            transcripts.c.bot_id == bot_id, transcripts.c.state.in_(_UNFINISHED)
        )
        async with self._database.write() as transaction:
            rows = (await transaction.connection.execute(mine)).mappings().all()
            if any(row["provider"] == asked.name for row in rows):
                return
            new = new_transcript(bot_id, asked, with_bot=False)
            await transaction.connection.execute(transcripts.insert().values(new))

    async def live_of(self, bot_id: str) -> list[str]:
        """Ids of a bot's unfinished transcripts by streaming providers; not of one asked for with the bot."""
        mine = select(transcripts.c.id).where(
            transcripts.c.bot_id == bot_id,
            transcripts.c.state.in_(_UNFINISHED),
            transcripts.c.provider.in_(STREAMING_PROVIDERS),
            transcripts.c.with_bot.is_(False),
        )
        async with self._database.read() as connection:
            return list((await connection.execute(mine)).scalars())

    async def begin(self, transcript_id: str) -> StoredTranscript:
        """The work begins, or goes on; raises ``UnknownTranscript``."""
        now = datetime.now(UTC)
        change = (
            update(transcripts)
            .where(transcripts.c.id == transcript_id, transcripts.c.state.in_(_UNFINISHED))
            .values(state=TranscriptState.PROCESSING, started_at=func.coalesce(transcripts.c.started_at, now))
        )
        shown = (
            update(bots)
            .where(bots.c.transcript_id == transcript_id, bots.c.transcript_status.is_(None))
            .values(transcript_status=TranscriptState.PROCESSING)
        )
        async with self._database.write() as transaction:
            await transaction.connection.execute(change)
            await transaction.connection.execute(shown)
        return await self.get(transcript_id)

    async def progress(self, transcript_id: str, percent: int) -> None:
        """So much is done, 0 to 100; it never falls."""
        change = (
            update(transcripts)
            .where(transcripts.c.id == transcript_id, transcripts.c.percent < percent)
            .values(percent=percent)
        )
        async with self._database.write() as transaction:
            await transaction.connection.execute(change)

    async def succeed(self, transcript: StoredTranscript, made: Made) -> bool:
        """The transcript is there, with its files, and is told; False: it was finished or deleted before."""
        values = {
            "state": TranscriptState.SUCCESS,
            "percent": 100,
            "engine": made.engine,
            "model": made.model,
            "language": made.language,
        }
        happening = Happening(Step.TRANSCRIPTION_PROCESSED, datetime.now(UTC))
        return await self._finish(transcript, values, happening, made.artifacts)

    async def fail(self, transcript: StoredTranscript, error: str) -> bool:
        """There is no transcript, and why is told; False: it was finished or deleted before."""
        values = {"state": TranscriptState.FAILED, "error": error}
        message = f"Transcript processing error: {error}"
        happening = Happening(Step.TRANSCRIPTION_FAILED, datetime.now(UTC), message=message)
        return await self._finish(transcript, values, happening, ())

    async def _finish(
        self,
        transcript: StoredTranscript,
        values: dict[str, Any],
        happening: Happening,
        artifacts: Sequence[NewArtifact],
    ) -> bool:
        async with self._database.write() as transaction:
            change = (
                update(transcripts)
                .where(transcripts.c.id == transcript.id, transcripts.c.state.in_(_UNFINISHED))
                .values(**values, finished_at=happening.at)
                .returning(transcripts.c.id)
            )
            if (await transaction.connection.execute(change)).scalar_one_or_none() is None:
                return False
            for artifact in artifacts:
                await insert_artifact(transaction, transcript.bot_id, artifact)
            if transcript.with_bot:
                # Another name than the first job's, which may not have been put away yet.
                again = NewJob(
                    FINISH_RECORDING,
                    {"bot_id": transcript.bot_id},
                    key=f"finish:{transcript.bot_id}:transcript",
                    bot_id=transcript.bot_id,
                )
                await self._events.record_in(transaction, transcript.bot_id, happening, then=[again])
            else:
                await self._tell_alone(transaction, transcript, happening)
        return True

    async def _tell_alone(
        self, transaction: Transaction, transcript: StoredTranscript, happening: Happening
    ) -> None:
        """Tell the end of a transcript that was asked for later; the bot's own life is over.

        What a streaming provider heard on the side nobody asked for, so nothing is told of it.
        """
        if transcript.provider in STREAMING_PROVIDERS:
            return
        await self._events.tell_in(
            transaction,
            transcript.bot_id,
            happening,
            transcript_id=transcript.id,
            callback_url=transcript.callback_url,
        )
        status = "Success" if happening.step is Step.TRANSCRIPTION_PROCESSED else "Failed"
        shown = (
            update(bots)
            .where(bots.c.id == transcript.bot_id, bots.c.transcript_id == transcript.id)
            .values(transcript_status=status)
        )
        await transaction.connection.execute(shown)


def transcribe_job(transcript_id: str, provider: str, bot_id: str) -> NewJob:
    """The job that has a provider make a transcript of a bot's."""
    known = PROVIDERS[provider]
    is_elsewhere = known.account is not None and not known.is_streaming
    kind = TRANSCRIBE_ELSEWHERE if is_elsewhere else TRANSCRIBE
    return NewJob(kind, {"transcript_id": transcript_id}, key=f"transcribe:{transcript_id}", bot_id=bot_id)


def new_transcript(
    bot_id: str, asked: TranscriptRequest, *, with_bot: bool, callback_url: str | None = None
) -> dict[str, Any]:
    """The row of a transcript that was asked for."""
    return {
        "id": str(uuid.uuid4()),
        "bot_id": bot_id,
        "provider": asked.name,
        "options": asked.options,
        "state": TranscriptState.NOT_STARTED,
        "percent": 0,
        "callback_url": callback_url,
        "with_bot": with_bot,
        "created_at": datetime.now(UTC),
    }


async def close_unfinished(transaction: Transaction, bot_id: str, step: Step) -> None:
    """Nothing will come of a bot's unfinished transcripts: it recorded nothing, or all of it is deleted.

    Args:
        transaction: The caller's, in which the bot is done or expired.
        bot_id: Whose.
        step: ``Step.DONE`` closes the one that was asked for with the bot, and those of streaming providers
            when nothing was recorded; ``Step.EXPIRED`` all.
    """
    why = "the recordings were deleted" if step is Step.EXPIRED else "the bot recorded nothing"
    change = (
        update(transcripts)
        .where(transcripts.c.bot_id == bot_id, transcripts.c.state.in_(_UNFINISHED))
        .values(state=TranscriptState.SKIPPED, error=why, finished_at=datetime.now(UTC))
        .returning(transcripts.c.id)
    )
    if step is not Step.EXPIRED:
        unrecorded = select(bots.c.id).where(bots.c.id == bot_id, bots.c.recording_at.is_(None))
        change = change.where(or_(transcripts.c.with_bot, transcripts.c.bot_id.in_(unrecorded)))
    closed = (await transaction.connection.execute(change)).scalars().all()
    shown = update(bots).where(bots.c.id == bot_id, bots.c.transcript_id.in_(closed))
    if closed:
        await transaction.connection.execute(shown.values(transcript_status="Skipped"))


def _to_transcript(row: RowMapping) -> StoredTranscript:
    return StoredTranscript(**dict(row) | {"state": TranscriptState(row["state"])})
