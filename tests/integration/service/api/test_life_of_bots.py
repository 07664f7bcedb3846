"""A state machine over everything that can happen to bots, by the API, a node and a receiver of webhooks.

Whatever the order: no illegal step, no event lost or out of order, no bot twice for one key, none that waits
without a start, and what is done stays done.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import (
    Happening,
    IllegalTransition,
    Standing,
    Step,
    advance,
    next_steps,
    timestamp,
)
from roomtone.config import Settings
from roomtone.service.api.app import create_app
from roomtone.service.jobs.embedded import EmbeddedJobs
from roomtone.service.jobs.port import START_BOT
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.store.database import open_database
from roomtone.service.store.errors import StaleEpoch
from roomtone.service.store.store import Store
from roomtone.service.store.tables import bots as bots_table
from roomtone.service.store.tables import jobs as jobs_table

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from roomtone.service.jobs.port import ClaimedJob
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.deliveries import Delivery

LINK = "http://127.0.0.1:9/practice/"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LOOK_EVERY = 6
HOUR_S = 3600
"""Bots start two of these before their time, so that some are due and can still be moved."""
OVER = {Step.DONE, Step.EXPIRED}
STEPS = sorted(set(Step) - {Step.CREATED, Step.SCHEDULED, Step.EXPIRED, Step.DELETION_FAILED})
Result = TypeVar("Result")


@dataclass
class Known:
    """What is to be true of one bot.

    Attributes:
        link: Its meeting.
        held: Under which epoch a node holds it; 0: none.
        done: Whether it was ever seen done.
        deleted: Whether its data were deleted.
    """

    link: str
    held: int = 0
    done: bool = False
    deleted: bool = False


@dataclass
class World:
    """The parts, over one database for all the examples; each example has a workspace of its own."""

    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    folder: tempfile.TemporaryDirectory[str] = field(default_factory=tempfile.TemporaryDirectory)

    def __post_init__(self) -> None:
        self.run(self._open())

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run something in the world's event loop."""
        return self.runner.run(work)

    async def _open(self) -> None:
        folder = Path(self.folder.name)
        self.database = await open_database(f"sqlite+aiosqlite:///{folder / 'roomtone.db'}")
        self.jobs = EmbeddedJobs(self.database)
        self.store = Store.over(self.database, self.jobs)
        self.app = create_app(
            Settings(data_dir=folder / "data", requests_per_minute=0, join_lead_s=2 * HOUR_S),
            self.store,
            FolderStorage(folder / "storage"),
        )

    def close(self) -> None:
        """End it."""
        self.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()


def in_seconds(seconds: int) -> str:
    """An instant so far ahead, as the API reads it."""
    return timestamp(datetime.now(UTC) + timedelta(seconds=seconds))


class LifeOfBots(RuleBasedStateMachine):
    """One workspace, its bots, one node, one receiver."""

    world: World
    examples = 0
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        LifeOfBots.examples += 1
        name = f"example {LifeOfBots.examples}"
        store = self.world.store
        self.store, self.jobs, self.run = store, self.world.jobs, self.world.run
        text = self.run(store.keys.create(name, name))
        key = self.run(store.keys.check(text))
        assert key is not None
        self.workspace_id = key.workspace_id
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.world.app),
            base_url="http://roomtone/api/v1",
            headers={"Authorization": f"Token {text}"},
        )
        self.steps = 0
        self.bots: dict[str, Known] = {}
        self.idempotent: dict[str, str] = {}
        self.deduplicated: dict[str, str] = {}
        self.in_hand: list[tuple[ClaimedJob, Bot]] = []

    def teardown(self) -> None:
        """Look at everything once more; what is left of the starts must not reach the next example."""
        try:
            self.look_at_everything()
        finally:
            self.run(self._end())

    async def _end(self) -> None:
        await self.client.aclose()
        async with self.world.database.write() as transaction:
            await transaction.connection.execute(jobs_table.delete())

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """One request; never a fault of the server."""
        answer = self.run(self.client.request(method, path, json=body, headers=headers))
        assert answer.status_code < 500 or answer.status_code == 507, answer.text
        return answer

    def bot(self, bot_id: str) -> Bot:
        """The bot as it is kept."""
        return self.run(self.store.bots.get(bot_id))

    @rule(
        target=ids,
        idempotency=st.sampled_from([None, None, "i1", "i2"]),
        deduplication=st.sampled_from([None, None, "d1", "d2"]),
        room=st.sampled_from(["a", "b"]),
        ahead_s=st.sampled_from([None, HOUR_S, HOUR_S, 999 * HOUR_S]),
        video=st.booleans(),
        told=st.sampled_from([True, True, False]),
    )
    def create(
        self,
        idempotency: str | None,
        deduplication: str | None,
        room: str,
        ahead_s: int | None,
        video: bool,
        told: bool,
    ) -> str:
        """Ask for a bot: a new one, the one that the key has, or a conflict."""
        body = {
            "meeting_link": LINK + room,
            "video_required": video,
            "join_at": None if ahead_s is None else in_seconds(ahead_s),
            "deduplication_key": deduplication,
            "callback_url": "http://127.0.0.1:9/hook" if told else None,
        }
        headers = {"Idempotency-Key": idempotency} if idempotency else {}
        answer = self.ask("POST", "/bots/create_bot", body, **headers)
        known = self.deduplicated.get(deduplication or "")
        if idempotency in self.idempotent:
            assert (answer.status_code, answer.json()["bot_id"]) == (507, self.idempotent[idempotency])
        elif known is not None and self.bots[known].deleted:
            # Which meeting it was for is forgotten with the data; that there was one is not.
            assert answer.status_code in {200, 409}
        elif known is not None and self.bots[known].link == body["meeting_link"]:
            assert (answer.status_code, answer.json()["bot_id"]) == (200, known)
        elif known is not None:
            assert answer.status_code == 409
        else:
            assert answer.status_code == 201, answer.text
            made = str(answer.json()["bot_id"])
            assert made not in self.bots
            self.bots[made] = Known(LINK + room)
            if idempotency:
                self.idempotent[idempotency] = made
            if deduplication:
                self.deduplicated[deduplication] = made
            return made
        return known or self.idempotent.get(idempotency or "") or next(iter(self.bots))

    @rule(bot_id=ids, ahead_s=st.sampled_from([-60, HOUR_S, 999 * HOUR_S]), in_hand=st.booleans())
    def move(self, bot_id: str, ahead_s: int, in_hand: bool) -> None:
        """Reschedule: only a bot that waits for its time; perhaps the very one that a node looks at."""
        if in_hand and self.in_hand and self.in_hand[0][1].id in self.bots:
            bot_id = self.in_hand[0][1].id
        bot = self.bot(bot_id)
        change = {"scheduled_join_time": in_seconds(ahead_s)}
        answer = self.ask("PATCH", f"/calendar/scheduled_bots/{bot_id}", change)
        assert answer.status_code == self._schedule_status(bot), answer.text

    @rule(bot_id=ids)
    def cancel(self, bot_id: str) -> None:
        """Cancel: only a bot that waits for its time."""
        expected = self._schedule_status(self.bot(bot_id))
        answer = self.ask("DELETE", f"/calendar/scheduled_bots/{bot_id}")
        assert answer.status_code == expected, answer.text
        if expected == 200:
            assert self.bot(bot_id).step is Step.DONE

    def _schedule_status(self, bot: Bot) -> int:
        if bot.ended:
            return 404
        return 200 if bot.step is Step.SCHEDULED and bot.node is None else 409

    @rule(bot_id=ids, method=st.sampled_from(["GET", "POST"]))
    def remove(self, bot_id: str, method: str) -> None:
        """Remove: cancelled, asked to leave, or over already; always 200."""
        before = self.bot(bot_id)
        assert self.ask(method, f"/bots/{bot_id}/remove_bot").status_code == 200
        after = self.bot(bot_id)
        if before.ended:
            assert (after.step, after.status) == (before.step, before.status)
        elif before.node is None and before.recording_at is None:
            assert (after.step, after.end_reason) == (Step.DONE, EndReason.REMOVE_REQUESTED)
        else:
            assert after.step is before.step
            assert after.remove_requested_at is not None

    @rule(bot_id=ids)
    def delete_data(self, bot_id: str) -> None:
        """Delete: 409 in the meeting, 404 the second time."""
        before = self.bot(bot_id)
        answer = self.ask("DELETE", f"/bots/{bot_id}/delete")
        if self.bots[bot_id].deleted:
            assert answer.status_code == 404
        elif not before.ended and before.node is not None:
            assert answer.status_code == 409
        else:
            assert answer.status_code == 200, answer.text
            self.bots[bot_id].deleted = True
            assert self.bot(bot_id).step is Step.EXPIRED

    @rule()
    def take_a_start(self) -> None:
        """The node claims the start that has been due longest, and looks at its bot."""
        due = self.run(self.jobs.due({START_BOT}, limit=1))
        if due:
            job = self.run(self.jobs.claim_one(due[0], "node", 600))
            assert job is not None
            self.in_hand.append((job, self.bot(str(job.payload["bot_id"]))))

    @precondition(lambda self: self.in_hand)
    @rule()
    def begin_a_stay(self) -> None:
        """The node takes the bot, unless it was moved, cancelled or taken since it looked."""
        job, seen = self.in_hand.pop(0)
        now = self.bot(seen.id)
        epoch = self.run(self.store.leases.claim_bot(seen.id, "node", 600, join_at=seen.join_at))
        self.run(self.jobs.complete(job))
        free = now.node is None and not now.ended
        assert (epoch is not None) is (free and now.join_at == seen.join_at)
        if epoch is not None:
            assert self.bots[seen.id].held == 0, "two stays of one bot"
            self.bots[seen.id].held = epoch

    @rule(bot_id=ids)
    def die_before_the_meeting(self, bot_id: str) -> None:
        """The node's server dies while the bot is on its way in: it goes back to the queue."""
        known, bot = self.bots[bot_id], self.bot(bot_id)
        on_the_way_in = {Step.CREATED, Step.SCHEDULED, Step.JOINING, Step.IN_WAITING_ROOM}
        if known.held and bot.step in on_the_way_in:
            assert self.run(self.store.leases.requeue(bot_id, known.held))
            known.held = 0

    @rule(bot_id=ids, step=st.sampled_from(STEPS), reason=st.sampled_from(EndReason), stale=st.booleans())
    def happen(self, bot_id: str, step: Step, reason: EndReason, stale: bool) -> None:
        """A session, or the finishing, tells a step: taken where it may follow, refused where not."""
        known = self.bots[bot_id]
        standing = self._standing(bot_id)
        if not standing.ended and not known.held:
            return
        happening = Happening(step, LONG_AGO, reason if step is Step.STOPPED else None)
        epoch = None if standing.ended else known.held - stale
        try:
            self.run(self.store.events.record(bot_id, happening, epoch=epoch))
        except StaleEpoch:
            assert epoch is not None
            assert stale
        except IllegalTransition:
            assert step not in next_steps(standing)
        else:
            assert step in next_steps(standing)
            assert not (stale and epoch is not None)
            if step is Step.STOPPED:
                known.held = 0

    @rule(bot_id=ids, ends=st.booleans())
    def stay(self, bot_id: str, ends: bool) -> None:
        """The ordinary way through a meeting and to the end, as far as it is left."""
        way = [Step.JOINING, Step.IN_MEETING, Step.RECORDING]
        way += [Step.STOPPED, Step.AUDIO_PROCESSED, Step.VIDEO_PROCESSED, Step.DONE] if ends else []
        for step in way:
            if step in next_steps(self._standing(bot_id)):
                self.happen(bot_id, step, EndReason.MEETING_ENDED, stale=False)

    @rule(
        outcomes=st.lists(st.sampled_from(["delivered", "failed", "given_up"]), min_size=1, max_size=4),
        picked=st.integers(0, 9),
    )
    def deliver(self, outcomes: list[str], picked: int) -> None:
        """The receiver is asked a few times: it takes an event, or not yet, or never."""
        for outcome in outcomes:
            self._deliver_one(outcome, picked)

    def _deliver_one(self, outcome: str, picked: int) -> None:
        due = [one for one in self.run(self._due()) if one.workspace_id == self.workspace_id]
        assert max(Counter((one.bot_id, one.lane) for one in due).values(), default=1) == 1
        if not due:
            return
        (begun,) = self.run(self.store.deliveries.begin([due[picked % len(due)]]))
        match outcome:
            case "delivered":
                self.run(self.store.deliveries.delivered(begun.id, 200))
            case "failed":
                again_at = datetime.now(UTC)
                self.run(self.store.deliveries.failed(begun.id, again_at, status=500, error="no"))
            case "given_up":
                self.run(self.store.deliveries.given_up(begun.id, status=500, error="no"))

    async def _due(self) -> list[Delivery]:
        return await self.store.deliveries.due(limit=1000)

    @rule(bot_id=ids, picked=st.integers(0, 9))
    def replay(self, bot_id: str, picked: int) -> None:
        """A delivery is sent again once it is finished; on its way it is 409."""
        sent = self.run(self.store.deliveries.of_bot(bot_id))
        if sent:
            one = sent[picked % len(sent)]
            answer = self.ask("POST", f"/webhooks/deliveries/{one.webhook_id}/replay")
            assert answer.status_code == (409 if one.state == "pending" else 202), answer.text

    def _standing(self, bot_id: str) -> Standing:
        """How far the bot is, by its events alone; each of them must have been allowed."""
        asked = self.bot(bot_id).request
        standing = Standing(video_required=asked.video_required)
        for event in self.run(self.store.events.of_bot(bot_id)):
            assert event.step in next_steps(standing), f"{event.step} after {standing.last}"
            reason = EndReason(event.body["end_reason"]) if event.step is Step.STOPPED else None
            standing, _ = advance(standing, Happening(event.step, event.created_at, reason))
        return standing

    @invariant()
    def look_now_and_then(self) -> None:
        """All of it after every few steps: it costs more than the steps."""
        self.steps += 1
        if self.steps % LOOK_EVERY == 0:
            self.look_at_everything()

    def look_at_everything(self) -> None:
        """Every bot, event and delivery."""
        self.check_steps()
        self.check_events()

    def check_steps(self) -> None:
        """The rows say what the events say, and what was done is done."""
        for bot_id, known in self.bots.items():
            standing, bot = self._standing(bot_id), self.bot(bot_id)
            assert (bot.step, bot.status) == (standing.last, standing.status)
            assert not known.done or bot.step in OVER
            known.done = bot.step in OVER

    def check_events(self) -> None:
        """Each has its number, and where somebody wants it a delivery; none overtakes another."""
        for bot_id in self.bots:
            events = self.run(self.store.events.of_bot(bot_id))
            assert [event.sequence for event in events] == list(range(1, len(events) + 1))
            lanes: dict[str, list[Delivery]] = defaultdict(list)
            for delivery in self.run(self.store.deliveries.of_bot(bot_id)):
                lanes[delivery.lane].append(delivery)
            for sent in lanes.values():
                assert [one.sequence for one in sent] == list(range(1, len(sent) + 1))
                first = [one for one in sent if one.replayed_at is None]
                waiting = [one.state == "pending" for one in first]
                assert waiting == sorted(waiting), "a later event went before an earlier one"
            if self.bot(bot_id).request.callback_url:
                assert [one.event_id for one in lanes["callback"]] == [event.id for event in events]

    @invariant()
    def every_bot_is_there_once_and_waits_for_something(self) -> None:
        """As many rows as were made; a bot that nobody holds and that is not over has a start."""
        self.run(self._check_rows())

    async def _check_rows(self) -> None:
        waiting = select(jobs_table.c.payload, jobs_table.c.run_at).where(jobs_table.c.kind == START_BOT)
        async with self.world.database.read() as connection:
            rows = (
                await connection.execute(
                    select(bots_table).where(bots_table.c.workspace_id == self.workspace_id)
                )
            ).all()
            starts: dict[str, list[datetime]] = defaultdict(list)
            for payload, run_at in (await connection.execute(waiting)).all():
                starts[payload["bot_id"]].append(run_at)
        assert {row.id for row in rows} == set(self.bots)
        for key in ("idempotency_key", "deduplication_key"):
            named = [getattr(row, key) for row in rows if getattr(row, key) is not None]
            assert len(named) == len(set(named))
        for row in rows:
            if row.ended_at is None and row.node is None:
                assert starts[row.id], "a bot waits and nothing will start it"
                assert min(starts[row.id]) <= (row.join_at or row.created_at), "it starts too late"


def test_whatever_happens_to_bots_in_whatever_order():
    """A state machine of some hundred steps; each run of the test tries others."""
    LifeOfBots.world = World()
    bounded = settings(
        max_examples=10,
        stateful_step_count=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        # The first failure is told as it is: making it smaller takes minutes.
        phases=[Phase.generate],
    )
    try:
        LifeOfBots.TestCase.settings = bounded
        LifeOfBots.TestCase("runTest").debug()
    finally:
        LifeOfBots.world.close()
