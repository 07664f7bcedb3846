"""Deletions: the half of deleting a bot's data that is in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from roomtone.bot.erased_request import erased_event, erased_request
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.stored_request import read_stored_request
from roomtone.service.jobs.port import DELETE_DATA
from roomtone.service.store.tables import artifacts, bot_commands, bot_events, bots, deliveries, jobs

if TYPE_CHECKING:
    from datetime import datetime

    from roomtone.service.jobs.port import Enqueue, NewJob
    from roomtone.service.store.database import Database, Transaction
    from roomtone.service.store.events import Events


class Deletions:
    """Queries of deletions; each method is one transaction and may be called concurrently."""

    def __init__(self, database: Database, events: Events, jobs: Enqueue) -> None:
        self._database = database
        self._events = events
        self._jobs = jobs

    async def begin(self, bot_id: str, now: datetime, job: NewJob | None = None) -> None:
        """Let nothing more be stored for a bot, from now on and over every restart.

        Args:
            bot_id: Whose data.
            now: The present.
            job: Deletes them if whoever begins dies before the end; None: there is one already.
        """
        open_still = update(bots).where(bots.c.id == bot_id, bots.c.deletion_requested_at.is_(None))
        async with self._database.write() as transaction:
            await transaction.connection.execute(open_still.values(deletion_requested_at=now))
            if job is not None:
                await self._jobs.enqueue(transaction, job)

    async def take_up(self, now: datetime) -> int:
        """Make what a former life of the server was deleting due at once; gives how much that is."""
        begun = update(jobs).where(jobs.c.kind == DELETE_DATA, jobs.c.state == "waiting")
        async with self._database.write() as transaction:
            return int((await transaction.connection.execute(begun.values(run_at=now))).rowcount)

    async def count(self, bot_id: str, more: int) -> int:
        """Note that so many more objects of a bot are gone, and give how many are in all."""
        total = bots.c.deleted_objects + more
        change = update(bots).where(bots.c.id == bot_id).values(deleted_objects=total)
        async with self._database.write() as transaction:
            await transaction.connection.execute(change)
            query = select(bots.c.deleted_objects).where(bots.c.id == bot_id)
            return int((await transaction.connection.execute(query)).scalar_one())

    async def tell_failure(self, bot_id: str, now: datetime, message: str) -> bool:
        """Record that not everything could be deleted, once until something else happens; whether it was."""
        last = select(bot_events.c.step).where(bot_events.c.bot_id == bot_id)
        last = last.order_by(bot_events.c.sequence.desc()).limit(1)
        async with self._database.write() as transaction:
            if (await transaction.connection.execute(last)).scalar() == Step.DELETION_FAILED.value:
                return False
            gone = await transaction.connection.execute(
                select(bots.c.deleted_objects).where(bots.c.id == bot_id)
            )
            details = {"deleted_objects": gone.scalar_one()}
            happening = Happening(Step.DELETION_FAILED, now, message=message, details=details)
            await self._events.record_in(transaction, bot_id, happening)
            return True

    async def finish(self, bot_id: str, now: datetime, message: str) -> int:
        """Record that everything is gone, take the artifacts off the API, and give how many objects it were.

        Raises:
            IllegalTransition: If it is recorded already.
        """
        async with self._database.write() as transaction:
            query = select(bots.c.deleted_objects).where(bots.c.id == bot_id)
            total = int((await transaction.connection.execute(query)).scalar_one())
            happening = Happening(Step.EXPIRED, now, message=message, details={"deleted_objects": total})
            await self._events.record_in(transaction, bot_id, happening)
            await transaction.connection.execute(delete(artifacts).where(artifacts.c.bot_id == bot_id))
            return total

    async def scrub(self, bot_id: str) -> int:
        """Take names, words, attributes and secrets out of a deleted bot's rows and the database's files.

        The bodies of webhooks that are on their way are left until they have arrived or were given up; gives
        how many these are.
        """
        async with self._database.write() as transaction:
            connection = transaction.connection
            row = (await connection.execute(select(bots.c.request).where(bots.c.id == bot_id))).one()
            left = erased_request(read_stored_request(row.request))
            values = {"request": left, "payload": {}, "end_detail": None, "statistics": None}
            await connection.execute(update(bots).where(bots.c.id == bot_id).values(values))
            await connection.execute(delete(bot_commands).where(bot_commands.c.bot_id == bot_id))
            waiting = await _scrub_events(transaction, bot_id)
        await self._database.forget()
        return waiting


async def _scrub_events(transaction: Transaction, bot_id: str) -> int:
    connection = transaction.connection
    pending = select(deliveries.c.event_id).where(
        deliveries.c.bot_id == bot_id, deliveries.c.state == "pending"
    )
    on_their_way = set((await connection.execute(pending)).scalars())
    events = select(bot_events.c.id, bot_events.c.body).where(bot_events.c.bot_id == bot_id)
    waiting = 0
    for event_id, body in (await connection.execute(events)).all():
        erased = erased_event(body)
        if erased == body:
            continue
        if event_id in on_their_way:
            waiting += 1
            continue
        await connection.execute(update(bot_events).where(bot_events.c.id == event_id).values(body=erased))
    return waiting
