"""Commands to running bots: written down by the API, taken by the node that holds the bot, answered once.

A command is over when its state is ``done`` or ``failed``; what it said is removed then. One that nobody has
taken when its asker gives up is withdrawn, so that a bot never does what nobody waits for any more; and what
one stay has not answered is never given to the next.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select, update

from roomtone.service.store.bell import Bell
from roomtone.service.store.tables import bot_commands, bots

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, RowMapping, Update

    from roomtone.bot.session_protocol import CommandAnswered
    from roomtone.service.store.database import Database

State = Literal["waiting", "sent", "done", "failed"]
"""Nobody took it yet; a session was told; carried out; not carried out."""

LOST = "lost"
"""The problem of a command whose session ended, or that nobody took in time."""
LOOK_EVERY_S = 0.25
"""How often an answer is looked for that another process may have written."""

_OPEN = ("waiting", "sent")
_PAUSING = {"pause_recording": True, "resume_recording": False}


@dataclass(frozen=True, slots=True)
class BotCommand:
    """One command to one bot.

    Attributes:
        id: Its ``command_id``.
        kind: ``pause_recording``, ``resume_recording``, ``send_message``, ``send_image``, ``speak``
            or ``stop_speaking``.
        line: As the session is told it; empty once it is over.
        problem: Why it failed: a word of ``OrderProblem``, or ``lost``; None: it has not.
        answer: The same as a sentence.
    """

    id: str
    bot_id: str
    kind: str
    line: dict[str, Any]
    state: State
    problem: str | None
    answer: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state not in _OPEN


class BotCommands:
    """Queries on commands; each method but ``settle`` is one transaction and may be called concurrently.

    Attributes:
        orders: Rings when there is something to take.
        answers: Rings when a command is over.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.orders = Bell()
        self.answers = Bell()

    async def add(
        self, bot_id: str, kind: str, fields: dict[str, Any] | None = None, *, now: datetime | None = None
    ) -> str:
        """Write a command down for whoever holds the bot; gives its id.

        Args:
            bot_id: An existing bot.
            kind: Its ``type`` in ``session_protocol``.
            fields: What else its line has.
            now: The present; None: the clock's.
        """
        command_id = str(uuid.uuid4())
        row = {
            "id": command_id,
            "bot_id": bot_id,
            "kind": kind,
            "line": {"type": kind, "command_id": command_id, **(fields or {})},
            "state": "waiting",
            "created_at": now or datetime.now(UTC),
        }
        async with self._database.write() as transaction:
            await transaction.connection.execute(bot_commands.insert().values(row))
            transaction.after_commit.append(self.orders.ring)
        return command_id

    async def take(self, node: str, bot_ids: Collection[str]) -> list[BotCommand]:
        """What waits for these bots as far as the node holds them, oldest first; each is given once."""
        held = select(bots.c.id).where(bots.c.node == node, bots.c.id.in_(list(bot_ids)))
        is_waiting = (bot_commands.c.state == "waiting") & bot_commands.c.bot_id.in_(held)
        if not bot_ids:
            return []
        async with self._database.read() as connection:
            # Reading first: a look that finds nothing must not queue among the writers.
            if not (await connection.execute(select(bot_commands.c.id).where(is_waiting))).first():
                return []
        async with self._database.write() as transaction:
            statement = update(bot_commands).where(is_waiting).values(state="sent").returning(bot_commands)
            rows = (await transaction.connection.execute(statement)).mappings().all()
        return [_to_command(row) for row in sorted(rows, key=lambda row: row["created_at"])]

    async def answer(self, said: CommandAnswered, bot_id: str) -> None:
        """A bot's session answered; an answer to a command that is over or another bot's changes nothing.

        Carried out, pausing and resuming are kept with the bot.
        """
        which = (bot_commands.c.id == said.command_id) & (bot_commands.c.bot_id == bot_id)
        statement = _over(which, "done" if said.ok else "failed", said.problem, said.message or None)
        async with self._database.write() as transaction:
            kind = (await transaction.connection.execute(statement)).scalars().first()
            if kind in _PAUSING and said.ok:
                paused = update(bots).where(bots.c.id == bot_id).values(recording_paused=_PAUSING[kind])
                await transaction.connection.execute(paused)
            transaction.after_commit.append(self.answers.ring)

    async def fail_open(self, bot_id: str, why: str) -> int:
        """A bot's session is over: fail what it has not answered; gives how many there were."""
        return await self._fail(bot_commands.c.bot_id == bot_id, why)

    async def fail_command(self, command_id: str, why: str) -> None:
        """A command could not be given to its session."""
        await self._fail(bot_commands.c.id == command_id, why)

    async def fail_open_of(self, node: str, why: str) -> int:
        """A node begins anew: fail what its former life has not answered; gives how many there were."""
        held = select(bots.c.id).where(bots.c.node == node)
        return await self._fail(bot_commands.c.bot_id.in_(held), why)

    async def get(self, command_id: str) -> BotCommand:
        """One command that exists."""
        query = select(bot_commands).where(bot_commands.c.id == command_id)
        async with self._database.read() as connection:
            return _to_command((await connection.execute(query)).mappings().one())

    async def settle(self, command_id: str, timeout_s: float) -> BotCommand:
        """Wait until a command is over, at most ``timeout_s``; then it is withdrawn if nobody took it.

        Returns:
            The command; ``sent`` when its session was told and has not answered in time.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            ticket = self.answers.ticket()
            command = await self.get(command_id)
            left_s = deadline_s - time.monotonic()
            if command.is_over:
                return command
            if left_s <= 0:
                break
            await self.answers.wait(ticket, min(LOOK_EVERY_S, left_s))
        is_waiting = (bot_commands.c.id == command_id) & (bot_commands.c.state == "waiting")
        await self._fail(is_waiting, "Nobody took the command in time.")
        return await self.get(command_id)

    async def _fail(self, which: ColumnElement[bool], why: str) -> int:
        async with self._database.write() as transaction:
            failed = await transaction.connection.execute(_over(which, "failed", LOST, why))
            transaction.after_commit.append(self.answers.ring)
            return len(failed.all())


def _over(which: ColumnElement[bool], state: State, problem: str | None, why: str | None) -> Update:
    """The end of open commands: what they said goes."""
    values: dict[str, Any] = {
        "state": state,
        "problem": problem,
        "answer": why,
        "line": {},
        "answered_at": datetime.now(UTC),
    }
    is_open = bot_commands.c.state.in_(_OPEN)
    return update(bot_commands).where(which, is_open).values(values).returning(bot_commands.c.kind)


def _to_command(row: RowMapping) -> BotCommand:
    return BotCommand(**{name: row[name] for name in BotCommand.__dataclass_fields__})
