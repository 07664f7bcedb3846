"""Events: what happened to a bot, recorded once, together with everything that follows from it.

``Events.record`` is the only way a bot's status changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, func, select, update

from roomtone.bot.lateness import Lateness, LateReason
from roomtone.bot.lifecycle import (
    Happening,
    IllegalTransition,
    PublicEvent,
    Standing,
    Status,
    Step,
    advance,
    envelope,
    public_event,
)
from roomtone.service.store.artifacts import NewArtifact, insert_artifact
from roomtone.service.store.bell import Bell
from roomtone.service.store.errors import StaleEpoch, UnknownBot
from roomtone.service.store.outbox import put_in_outbox
from roomtone.service.store.participant_events import forget_participants
from roomtone.service.store.tables import bot_events, bots
from roomtone.service.store.transcripts import close_unfinished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.service.jobs.port import Enqueue, NewJob
    from roomtone.service.store.database import Database, Transaction

_REACHED_AT = {
    Step.JOINING: "joining_at",
    Step.IN_MEETING: "in_meeting_at",
    Step.RECORDING: "recording_at",
    Step.STOPPED: "ended_at",
    Step.DONE: "done_at",
}
"""Columns that keep when a step was first reached."""

_MEDIA = {
    Step.AUDIO_PROCESSED: {"audio_status": "Success"},
    Step.AUDIO_FAILED: {"audio_status": "Failed"},
    Step.VIDEO_PROCESSED: {"video_status": "Success"},
    Step.VIDEO_FAILED: {"video_status": "Failed"},
    Step.TRANSCRIPTION_PROCESSED: {"transcript_status": "Success"},
    Step.TRANSCRIPTION_FAILED: {"transcript_status": "Failed"},
    Step.TRANSCRIPTION_SKIPPED: {"transcript_status": "Skipped"},
}

_NO_MORE_TRANSCRIPTS = frozenset({Step.DONE, Step.EXPIRED})


@dataclass(frozen=True, slots=True)
class Facts:
    """What else became known with an event; None: unchanged.

    Attributes:
        recorded_s: Length of the recording, seconds.
        statistics: What the capture counted (``session_protocol.Statistics``).
        end_detail: What exactly went wrong, for the operator.
        expires_at: When the recordings are to be deleted.
    """

    recorded_s: float | None = None
    statistics: dict[str, Any] | None = None
    end_detail: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BotEvent:
    """A recorded event.

    Attributes:
        id: Unique in the database, growing.
        sequence: 1, 2, 3... within the bot.
        body: The webhook's envelope, exactly as it is sent.
    """

    id: int
    bot_id: str
    sequence: int
    step: Step
    event: str
    bot_event: str
    bot_status: str
    status_code: int | None
    message: str
    body: dict[str, Any]
    created_at: datetime


class Events:
    """Queries on events; each method but ``record_in`` is one transaction and may be called concurrently.

    Attributes:
        deliveries: Rings when there is something to deliver.
    """

    def __init__(self, database: Database, jobs: Enqueue) -> None:
        self._database = database
        self._jobs = jobs
        self.deliveries = Bell()

    async def record(
        self,
        bot_id: str,
        happening: Happening,
        *,
        epoch: int | None,
        facts: Facts | None = None,
        artifacts: Sequence[NewArtifact] = (),
        then: Sequence[NewJob] = (),
    ) -> BotEvent:
        """Record what happened, in one transaction with all that follows from it.

        That is: the bot's new status and fields, the event with its envelope, a delivery to the
        ``callback_url`` and to every endpoint that wants it, the artifacts that the event announces, and
        further jobs. ``Step.STOPPED`` ends the lease.

        Args:
            bot_id: Whose.
            happening: What, and when.
            epoch: The epoch under which the writer holds the bot; None is for work that holds no lease
                (finishing, expiring): there the lifecycle is what keeps a step from happening twice.
            facts: What else became known.
            artifacts: Readable through the API from this event on.
            then: Jobs to enqueue, such as ``FINISH_RECORDING`` with the stop.

        Raises:
            UnknownBot: If there is no such bot.
            StaleEpoch: If somebody else holds the bot now.
            IllegalTransition: If the step may not follow the last one.
        """
        async with self._database.write() as transaction:
            return await self.record_in(
                transaction, bot_id, happening, epoch=epoch, facts=facts, artifacts=artifacts, then=then
            )

    async def record_in(
        self,
        transaction: Transaction,
        bot_id: str,
        happening: Happening,
        *,
        epoch: int | None = None,
        facts: Facts | None = None,
        artifacts: Sequence[NewArtifact] = (),
        then: Sequence[NewJob] = (),
    ) -> BotEvent:
        """As ``record``, inside the caller's transaction."""
        query = select(bots).where(bots.c.id == bot_id).with_for_update()
        row = (await transaction.connection.execute(query)).mappings().one_or_none()
        if row is None:
            raise UnknownBot(bot_id)
        if epoch is not None and epoch != row["epoch"]:
            raise StaleEpoch(bot_id, epoch, row["epoch"])
        happening = _said_if_late(row, happening)
        standing, public = advance(_standing(row), happening)
        changes = _changes(row, standing, public, happening) | _known(facts)
        await transaction.connection.execute(update(bots).where(bots.c.id == bot_id).values(changes))
        body = _body(row, happening, public, row["transcript_id"])
        event = await self._append(transaction, row, happening, public, body)
        for artifact in artifacts:
            await insert_artifact(transaction, bot_id, artifact)
        for job in then:
            await self._jobs.enqueue(transaction, job)
        if happening.step in _NO_MORE_TRANSCRIPTS:
            await close_unfinished(transaction, bot_id, happening.step)
        if happening.step is Step.EXPIRED:
            await forget_participants(transaction, bot_id)
        return event

    async def tell_in(
        self,
        transaction: Transaction,
        bot_id: str,
        happening: Happening,
        *,
        transcript_id: str,
        callback_url: str | None,
    ) -> BotEvent:
        """Tell, inside the caller's transaction, of a transcript that was asked for after the bot's own.

        The bot stays as it is, and its status stands in the envelope, which has no ``custom_attributes``.

        Args:
            transaction: The caller's.
            bot_id: Whose transcript.
            happening: What became of it.
            transcript_id: Which transcript.
            callback_url: Told instead of the bot's ``callback_url``; None: that one.

        Raises:
            UnknownBot: If there is no such bot.
            IllegalTransition: If the bot's recordings were deleted.
        """
        query = select(bots).where(bots.c.id == bot_id).with_for_update()
        row = (await transaction.connection.execute(query)).mappings().one_or_none()
        if row is None:
            raise UnknownBot(bot_id)
        if row["step"] == Step.EXPIRED.value:
            raise IllegalTransition(Step.EXPIRED, happening.step)
        public = replace(public_event(happening), bot_status=row["status"])
        body = _body(row, happening, public, transcript_id)
        del body["custom_attributes"]
        return await self._append(transaction, row, happening, public, body, callback_url)

    async def of_bot(self, bot_id: str) -> list[BotEvent]:
        """A bot's events in order."""
        query = select(bot_events).where(bot_events.c.bot_id == bot_id).order_by(bot_events.c.sequence)
        async with self._database.read() as connection:
            return [_to_event(row) for row in (await connection.execute(query)).mappings()]

    async def _append(
        self,
        transaction: Transaction,
        row: RowMapping,
        happening: Happening,
        public: PublicEvent,
        body: dict[str, Any],
        callback_url: str | None = None,
    ) -> BotEvent:
        last = select(func.coalesce(func.max(bot_events.c.sequence), 0)).where(
            bot_events.c.bot_id == row["id"]
        )
        sequence = (await transaction.connection.execute(last)).scalar_one() + 1
        values = {
            "bot_id": row["id"],
            "sequence": sequence,
            "step": happening.step.value,
            "event": public.event,
            "bot_event": public.bot_event,
            "bot_status": public.bot_status,
            "status_code": public.status_code,
            "message": public.message,
            "body": body,
            "created_at": happening.at,
        }
        insert = bot_events.insert().values(values).returning(bot_events)
        event = _to_event((await transaction.connection.execute(insert)).mappings().one())
        if await put_in_outbox(transaction.connection, row, event, callback_url):
            transaction.after_commit.append(self.deliveries.ring)
        return event


def _body(
    row: RowMapping, happening: Happening, public: PublicEvent, transcript_id: str | None
) -> dict[str, Any]:
    return envelope(
        public,
        bot_id=row["id"],
        transcript_id=transcript_id,
        at=happening.at,
        custom_attributes=row["request"]["custom_attributes"],
    )


def _said_if_late(row: RowMapping, happening: Happening) -> Happening:
    """The first step of a bot that started late says how late, and why."""
    if happening.step is not Step.JOINING or row["joining_at"] is not None or row["late_s"] is None:
        return happening
    late = Lateness(row["late_s"], LateReason(row["late_reason"]))
    return replace(happening, message=late.message, details={**happening.details, **late.details})


def _standing(row: RowMapping) -> Standing:
    request = row["request"]
    return Standing(
        last=Step(row["step"]),
        status=Status(row["status"]),
        video_required=request["video_required"],
        transcript_requested=request["recording_config"]["transcript"] is not None,
        recorded=row["recording_at"] is not None,
    )


def _changes(
    row: RowMapping, standing: Standing, public: PublicEvent, happening: Happening
) -> dict[str, Any]:
    step = happening.step
    changes: dict[str, Any] = {
        "status": standing.status.value,
        "step": standing.last.value,
        "updated_at": datetime.now(UTC),
    }
    column = _REACHED_AT.get(step)
    if column is not None and row[column] is None:
        changes[column] = happening.at
    if step is Step.STOPPED and happening.end_reason is not None:
        changes |= {
            "end_reason": happening.end_reason.value,
            "end_message": public.message,
            "lease_until": None,
        }
    return changes | _MEDIA.get(step, {})


def _known(facts: Facts | None) -> dict[str, Any]:
    if facts is None:
        return {}
    named = {
        "recorded_s": facts.recorded_s,
        "statistics": facts.statistics,
        "end_detail": facts.end_detail,
        "expires_at": facts.expires_at,
    }
    return {name: value for name, value in named.items() if value is not None}


def _to_event(row: RowMapping) -> BotEvent:
    return BotEvent(**dict(row) | {"step": Step(row["step"])})
