"""Leases: which node holds which bot, fenced by an epoch.

A node claims a bot, renews all its leases in one statement every fifth of their length, and passes the epoch
with everything it records. Whoever loses a lease is refused from then on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, tuple_, update

from roomtone.service.jobs.port import START_BOT, Enqueue, NewJob
from roomtone.service.store.bot import OVER, Bot, to_bot
from roomtone.service.store.tables import bots

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.bot.lateness import Lateness
    from roomtone.service.store.bell import Bell
    from roomtone.service.store.database import Database


class Leases:
    """Queries of node agents; each method is one transaction and may be called concurrently.

    Attributes:
        removals: Rings when a held bot is asked to leave; then look at ``removals_requested``.
    """

    def __init__(self, database: Database, jobs: Enqueue, removals: Bell) -> None:
        self._database = database
        self._jobs = jobs
        self.removals = removals

    async def claim_bot(
        self,
        bot_id: str,
        node: str,
        lease_s: float,
        *,
        join_at: datetime | None = None,
        late: Lateness | None = None,
        now: datetime | None = None,
    ) -> int | None:
        """Take a bot that nobody holds: its new epoch, or None when it is held, over, unknown or moved.

        Args:
            bot_id: Which.
            node: Who takes it.
            lease_s: For how long.
            join_at: When it is to join as far as the node knows; a bot that was moved since has another
                start. None: whenever.
            late: How late it starts; its first ``bot.joining`` says so. None: nothing to say.
            now: The present; None: the clock's.
        """
        now = now or datetime.now(UTC)
        free = or_(bots.c.lease_until.is_(None), bots.c.lease_until < now)
        if join_at is not None:
            free = and_(free, bots.c.join_at == join_at)
        statement = (
            update(bots)
            .where(bots.c.id == bot_id, free, bots.c.step.not_in(OVER))
            .values(
                node=node,
                epoch=bots.c.epoch + 1,
                lease_until=now + timedelta(seconds=lease_s),
                updated_at=now,
                **({} if late is None else {"late_s": late.late_s, "late_reason": late.reason.value}),
            )
            .returning(bots.c.epoch)
        )
        async with self._database.write() as transaction:
            epoch: int | None = (await transaction.connection.execute(statement)).scalar_one_or_none()
        return epoch

    async def renew_leases(
        self, node: str, held: Mapping[str, int], lease_s: float, *, now: datetime | None = None
    ) -> frozenset[str]:
        """Keep bots (id to epoch) for ``lease_s`` from now; gives those that are still the node's.

        A bot missing from the answer is lost: its session must be killed. One whose stay has been recorded as
        ended is missing too.
        """
        if not held:
            return frozenset()
        now = now or datetime.now(UTC)
        statement = (
            update(bots)
            .where(
                bots.c.node == node,
                bots.c.step.not_in(OVER),
                tuple_(bots.c.id, bots.c.epoch).in_(list(held.items())),
            )
            .values(lease_until=now + timedelta(seconds=lease_s))
            .returning(bots.c.id)
        )
        async with self._database.write() as transaction:
            return frozenset((await transaction.connection.execute(statement)).scalars())

    async def held_by(self, node: str) -> list[Bot]:
        """Bots whose stay is not over and whose last holder is the node, whether or not the lease is over.

        What an agent looks at when it starts again.
        """
        query = select(bots).where(bots.c.node == node, bots.c.step.not_in(OVER))
        async with self._database.read() as connection:
            return [to_bot(row) for row in (await connection.execute(query)).mappings()]

    async def unfinished(self, node: str) -> list[Bot]:
        """Bots of the node whose stay is over and whose ``bot.done`` has not been recorded."""
        query = select(bots).where(bots.c.node == node, bots.c.step.in_(OVER), bots.c.done_at.is_(None))
        async with self._database.read() as connection:
            return [to_bot(row) for row in (await connection.execute(query)).mappings()]

    async def requeue(self, bot_id: str, epoch: int, *, now: datetime | None = None) -> bool:
        """Give back a bot that has not been in its meeting: free it and enqueue its start again.

        False when it is held under another epoch, or over.
        """
        now = now or datetime.now(UTC)
        statement = (
            update(bots)
            .where(bots.c.id == bot_id, bots.c.epoch == epoch, bots.c.step.not_in(OVER))
            .values(node=None, lease_until=None, updated_at=now)
            .returning(bots.c.join_at, bots.c.created_at)
        )
        async with self._database.write() as transaction:
            row = (await transaction.connection.execute(statement)).one_or_none()
            if row is None:
                return False
            # It keeps its place before those that became due later. A key of its own: the start that led here
            # may still be in its worker's hands.
            due_at = min(row.join_at or row.created_at, now)
            job = NewJob(START_BOT, {"bot_id": bot_id}, due_at, key=f"start:{bot_id}:{epoch}")
            await self._jobs.enqueue(transaction, job)
            return True

    async def removals_requested(self, node: str) -> list[str]:
        """Ids of the node's bots that were asked to leave and have not ended; ``removals`` rings for more."""
        query = select(bots.c.id).where(
            bots.c.node == node, bots.c.step.not_in(OVER), bots.c.remove_requested_at.is_not(None)
        )
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())
