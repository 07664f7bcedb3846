"""What is deleted of old history, and what stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.jobs.port import NewJob
from roomtone.service.store.history import KEPT_DAYS, purge_history

if TYPE_CHECKING:
    from roomtone.bot.request import BotRequest
    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.database import Database
    from roomtone.service.store.store import Store

NOW = datetime.now(UTC)
OLD = NOW + timedelta(days=KEPT_DAYS + 1)


async def _done_bot(store: Store, workspace_id: str, request: BotRequest, *, expired: bool) -> str:
    bot = await store.bots.create_bot(request, workspace_id)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED), epoch=None)
    await store.events.record(bot.id, Happening(Step.DONE, NOW), epoch=None)
    if expired:
        gone = Happening(Step.EXPIRED, NOW, details={"deleted_objects": 0})
        await store.events.record(bot.id, gone, epoch=None)
    return bot.id


async def test_old_history_goes_and_the_bots_stay(
    database: Database, store: Store, workspace_id: str, request_body: BotRequest
):
    """Deliveries and commands that are over go, events with their bot's recordings; what is pending stays."""
    expired = await _done_bot(store, workspace_id, request_body, expired=True)
    kept = await _done_bot(store, workspace_id, request_body, expired=False)
    for delivery in [*await store.deliveries.of_bot(expired), *(await store.deliveries.of_bot(kept))[:1]]:
        await store.deliveries.delivered(delivery.id, 200)
    await store.commands.add(kept, "pause_recording")
    assert await store.commands.fail_open(kept, "over") == 1
    await store.commands.add(kept, "pause_recording")
    none = {"deliveries": 0, "events": 0, "commands": 0, "jobs": 0}
    assert await purge_history(database, now=NOW) == none
    assert await purge_history(database, now=OLD) == none | {"deliveries": 4, "events": 3, "commands": 1}
    assert await store.events.of_bot(expired) == []
    assert len(await store.events.of_bot(kept)) == 2
    assert len(await store.deliveries.of_bot(kept)) == 1
    assert (await store.bots.get(expired)).end_reason is EndReason.MEETING_ENDED


async def test_jobs_that_failed_for_good_go(database: Database, jobs: EmbeddedJobs):
    """A failed job is there to be looked at for a while; one that waits is never purged."""
    async with database.write() as transaction:
        await jobs.enqueue(transaction, NewJob("one", {}))
        await jobs.enqueue(transaction, NewJob("two", {}))
    job = await jobs.claim("worker", {"one"}, 60)
    assert job is not None
    await jobs.give_up(job, "it does not work")
    assert (await purge_history(database, now=NOW))["jobs"] == 0
    assert (await purge_history(database, now=OLD))["jobs"] == 1
    assert await jobs.claim("worker", {"two"}, 60) is not None
