"""Events: recorded in one transaction with all that follows from them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, IllegalTransition, Status, Step
from roomtone.service.jobs.port import FINISH_RECORDING, START_BOT, NewJob
from roomtone.service.store.artifacts import NewArtifact
from roomtone.service.store.errors import UnknownBot
from roomtone.service.store.events import Facts

if TYPE_CHECKING:
    from roomtone.bot.request import BotRequest
    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
STAY = (Step.JOINING, Step.IN_MEETING, Step.RECORDING, Step.LEAVING)
AUDIO = NewArtifact("audio", "bots/b/audio.mp3", "audio/mpeg", 1000, 12.5)


@pytest.fixture
async def bot_id(store: Store, workspace_id: str, request_body: BotRequest) -> str:
    """A bot that has left its meeting, not yet said to be stopped."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    await store.leases.claim_bot(bot.id, "node", 10)
    for step in STAY:
        await store.events.record(bot.id, Happening(step, NOW), epoch=1)
    return bot.id


async def _stop(store: Store, bot_id: str) -> None:
    await store.events.record(
        bot_id,
        Happening(Step.STOPPED, NOW, EndReason.EVERYONE_LEFT),
        epoch=1,
        facts=Facts(recorded_s=12.5, statistics={"video_frames": 3}, end_detail="alone"),
        then=[NewJob(FINISH_RECORDING, {"bot_id": bot_id}, key=f"finish:{bot_id}")],
    )


async def test_a_stop_is_recorded_with_everything_that_follows(store: Store, jobs: EmbeddedJobs, bot_id: str):
    """Status, fields, event, delivery and the finishing job are there together."""
    await _stop(store, bot_id)
    bot = await store.bots.get(bot_id)
    assert (bot.status, bot.end_reason, bot.recorded_s) == (Status.STOPPED, EndReason.EVERYONE_LEFT, 12.5)
    assert (bot.statistics, bot.end_detail, bot.ended_at) == ({"video_frames": 3}, "alone", NOW)
    assert (bot.in_meeting_at, bot.recording_at, bot.lease_until) == (NOW, NOW, None)
    events = await store.events.of_bot(bot_id)
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5]
    assert events[-1].body["end_reason"] == "everyone_left"
    assert events[-1].body["custom_attributes"] == {"a": "b"}
    assert [d.body for d in await store.deliveries.of_bot(bot_id)] == [event.body for event in events]
    job = await jobs.claim("worker", [FINISH_RECORDING], 10)
    assert job is not None
    assert job.payload == {"bot_id": bot_id}


async def test_an_illegal_step_changes_nothing(store: Store, jobs: EmbeddedJobs, bot_id: str):
    """A refused step leaves no event, no delivery, no artifact and no job."""
    before = await store.bots.get(bot_id)
    with pytest.raises(IllegalTransition):
        await store.events.record(
            bot_id,
            Happening(Step.VIDEO_PROCESSED, NOW),
            epoch=1,
            artifacts=[AUDIO],
            then=[NewJob(FINISH_RECORDING, {}, key="k")],
        )
    assert await store.bots.get(bot_id) == before
    assert len(await store.events.of_bot(bot_id)) == len(STAY)
    assert await store.artifacts.of_bot(bot_id) == []
    assert await jobs.claim("worker", [FINISH_RECORDING], 10) is None


async def test_an_artifact_appears_with_its_event(store: Store, bot_id: str):
    """The audio is there from its event on, and not before."""
    await _stop(store, bot_id)
    assert await store.artifacts.find(bot_id, "audio") is None
    await store.events.record(bot_id, Happening(Step.AUDIO_PROCESSED, NOW), epoch=None, artifacts=[AUDIO])
    found = await store.artifacts.find(bot_id, "audio")
    assert found is not None
    assert (found.storage_key, found.size_bytes, found.duration_s) == (AUDIO.storage_key, 1000, 12.5)
    assert (await store.bots.get(bot_id)).audio_status == "Success"
    with pytest.raises(IllegalTransition):
        await store.events.record(bot_id, Happening(Step.AUDIO_PROCESSED, NOW), epoch=None, artifacts=[AUDIO])


async def test_failed_processing_is_recorded_as_such(store: Store, bot_id: str):
    """Audio and video that could not be processed are told with status error, and the bot is done."""
    await _stop(store, bot_id)
    for step in (Step.AUDIO_FAILED, Step.VIDEO_FAILED, Step.DONE):
        await store.events.record(bot_id, Happening(step, NOW), epoch=None)
    bot = await store.bots.get(bot_id)
    assert (bot.audio_status, bot.video_status, bot.status) == ("Failed", "Failed", Status.DONE)
    audio = (await store.events.of_bot(bot_id))[-3]
    assert (audio.event, audio.body["status"], audio.status_code) == ("audio.processed", "error", 500)


async def test_a_warning_is_told_and_changes_no_status(store: Store, bot_id: str):
    """bot.error stands among the events; the bot goes on as it was."""
    await store.events.record(bot_id, Happening(Step.ERROR, NOW, message="receiver gone"), epoch=1)
    assert (await store.bots.get(bot_id)).status is Status.LEAVING
    assert (await store.events.of_bot(bot_id))[-1].body["message"] == "receiver gone"


async def test_without_a_callback_nothing_is_delivered(
    store: Store, workspace_id: str, request_body: BotRequest
):
    """A bot without callback_url has events and no deliveries."""
    silent = request_body.model_copy(update={"callback_url": None})
    bot = await store.bots.create_bot(silent, workspace_id)
    await store.events.record(bot.id, Happening(Step.JOINING, NOW), epoch=None)
    assert len(await store.events.of_bot(bot.id)) == 1
    assert await store.deliveries.of_bot(bot.id) == []


async def test_an_unknown_bot_has_no_events(store: Store):
    """Recording for a bot that is not there is refused."""
    with pytest.raises(UnknownBot):
        await store.events.record("nobody", Happening(Step.JOINING, NOW), epoch=None)


async def test_forgetting_gives_what_is_to_be_deleted(store: Store, bot_id: str):
    """All artifacts go at once, and their storage keys are given; adding one of the same name replaces it."""
    await _stop(store, bot_id)
    pictures = [
        NewArtifact("screenshot", "a", "image/png", 1, name="one.png"),
        NewArtifact("screenshot", "b", "image/png", 2, name="one.png", taken_at=NOW),
        NewArtifact("screenshot", "c", "image/png", 3, name="two.png"),
    ]
    await store.events.record(bot_id, Happening(Step.AUDIO_FAILED, NOW), epoch=None, artifacts=pictures)
    assert [artifact.taken_at for artifact in await store.artifacts.of_bot(bot_id)] == [NOW, None]
    assert {artifact.storage_key for artifact in await store.artifacts.forget(bot_id)} == {"b", "c"}
    assert await store.artifacts.of_bot(bot_id) == []


async def test_a_started_job_survives_the_recording_of_its_bot(store: Store, jobs: EmbeddedJobs, bot_id: str):
    """Events do not touch jobs of others: the start is still there to be completed."""
    job = await jobs.claim("worker", [START_BOT], 10)
    assert job is not None
    await _stop(store, bot_id)
    await jobs.complete(job)
