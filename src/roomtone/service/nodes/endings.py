"""Recording the end of a stay, with everything of it that has not been heard."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.lifecycle import Happening, IllegalTransition, Step
from roomtone.service.jobs.port import FINISH_RECORDING, NewJob
from roomtone.service.nodes.journal import ended_in, read_journal, unrecorded
from roomtone.service.store.events import Facts

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.bot.end_reasons import EndReason
    from roomtone.bot.session_protocol import Ended
    from roomtone.service.store.store import Store

log = structlog.get_logger(__name__)


def finish_job(bot_id: str) -> NewJob:
    """The job that makes a bot's files and its last events."""
    return NewJob(FINISH_RECORDING, {"bot_id": bot_id}, key=f"finish:{bot_id}", bot_id=bot_id)


async def conclude(
    store: Store,
    bot_id: str,
    epoch: int,
    directory: Path,
    *,
    otherwise: EndReason,
    detail: str = "",
    said: Ended | None = None,
) -> None:
    """Record what a session's journal tells and the store does not know, then the end of the stay.

    The session's own ending counts, if there is one. The finishing is enqueued with the end.

    Args:
        store: The store.
        bot_id: Whose stay.
        epoch: Under which it is held.
        directory: The session's folder; it may be missing.
        otherwise: Why it ended if the session did not live to say it.
        detail: What exactly went wrong then, for the operator.
        said: The ending that the session told; on a full disk its journal lacks it.

    Raises:
        StaleEpoch: If somebody else holds the bot.
    """
    journal = await asyncio.to_thread(read_journal, directory)
    recorded = {(event.step, event.created_at) for event in await store.events.of_bot(bot_id)}
    for happening in unrecorded(journal, recorded):
        try:
            await store.events.record(bot_id, happening, epoch=epoch)
        except IllegalTransition as refusal:
            log.info("bot.event_out_of_order", bot_id=bot_id, step=refusal.step, last=refusal.last)
    ended = ended_in(journal) or said
    if ended is not None:
        more = {"end_detail": ended.detail} if ended.detail else {}
        stop = Happening(Step.STOPPED, ended.at, ended.reason, details=more)
        facts = Facts(ended.recorded_s, ended.statistics.model_dump(mode="json"), ended.detail or None)
    else:
        stop = Happening(Step.STOPPED, datetime.now(UTC), otherwise)
        facts = Facts(end_detail=detail or None)
    try:
        await store.events.record(bot_id, stop, epoch=epoch, facts=facts, then=[finish_job(bot_id)])
    except IllegalTransition:
        log.info("bot.end_already_recorded", bot_id=bot_id)
