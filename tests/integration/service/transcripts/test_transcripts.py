"""Transcripts as durable work: made, told, tried again, given back, given up."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from tests.integration.service.transcripts.conftest import LINK, NOW, SAID, Bench, Scripted, say

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, IllegalTransition, Step
from roomtone.bot.request import BotRequest
from roomtone.bot.transcript_providers import SERVED_PROVIDERS, TranscriptRequest
from roomtone.config import Settings, UnusableSetting
from roomtone.service.jobs.port import FINISH_RECORDING
from roomtone.service.storage.errors import StorageError
from roomtone.service.store.delivery_log import DeliveryFilter
from roomtone.service.store.errors import TooManyTranscripts
from roomtone.service.store.transcripts import MOST_UNFINISHED, TranscriptState
from roomtone.service.transcripts.accounts import Accounts
from roomtone.service.transcripts.providers import ServedProvider, served_providers
from roomtone.service.transcripts.transcriber import Transcriber
from roomtone.service.transcripts.worker import TranscriptsWorker
from roomtone.speech.errors import EngineFailed, NothingToTranscribe
from roomtone.speech.local.provider import LocalRecognition

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.port import Progress, Recorded
    from roomtone.speech.transcript import Transcript

LOCAL = TranscriptRequest.model_validate({"provider": {"local": {}}})


async def _no_captions(_recorded: Recorded, _folder: Path, _progress: Progress) -> Transcript:
    raise NothingToTranscribe("nobody spoke into a microphone")


async def _crash(_recorded: Recorded, _folder: Path, _progress: Progress) -> Transcript:
    raise EngineFailed("it died")


async def _hang(_recorded: Recorded, folder: Path, progress: Progress) -> Transcript:
    (folder / "so-far").write_text("half")
    progress(0.5)
    await asyncio.sleep(600)
    return SAID


async def _bodies(bench: Bench, bot_id: str) -> list[dict[str, Any]]:
    return [event.body for event in await bench.store.events.of_bot(bot_id)]


async def _stored(bench: Bench, bot_id: str, kind: str) -> Any:
    (artifact,) = [one for one in await bench.store.artifacts.of_bot(bot_id) if one.kind == kind]
    pieces = bench.storage.open_range(artifact.storage_key, 0, artifact.size_bytes)
    return json.loads(b"".join([piece async for piece in pieces]))


async def test_a_bots_transcript_is_made_stored_and_told(bench: Bench):
    """The words are stored with the recording; the event carries the id given at creation; done comes next."""
    bot_id = await bench.recorded()
    transcript_id = await bench.enqueue(bot_id)
    await bench.work_until_finished(transcript_id)
    stored = await bench.store.transcripts.get(transcript_id)
    assert (stored.state, stored.percent, stored.engine) == (TranscriptState.SUCCESS, 100, "scripted")
    body = (await _bodies(bench, bot_id))[-1]
    assert (body["event"], body["transcript_id"]) == ("transcription.processed", transcript_id)
    assert (await bench.store.bots.get(bot_id)).transcript_status == "Success"
    (segment,) = await _stored(bench, bot_id, "transcript")
    assert (segment["speaker"], segment["transcript"]) == ("Ada", "Hello.")
    assert segment["absolute_start_time"] == "2026-05-01T12:00:00.500Z"
    assert (await _stored(bench, bot_id, "raw_transcript"))["id"] == transcript_id
    assert list((bench.folder / "work").iterdir()) == []
    job = await bench.jobs.claim("test", {FINISH_RECORDING}, 1.0)
    assert job is not None
    assert job.payload == {"bot_id": bot_id}


async def test_the_local_engine_hears_the_mix_and_the_timeline_names_the_words(bench: Bench):
    """With the real engine: a stored recording becomes its words, under the name in the timeline."""
    bot_id = await bench.recorded()
    transcript_id = await bench.enqueue(bot_id)
    served = {"local": ServedProvider(LocalRecognition())}
    transcriber = Transcriber(bench.store, bench.storage, bench.folder / "work", served, 60.0)
    await transcriber.make(transcript_id)
    (segment,) = await _stored(bench, bot_id, "transcript")
    assert (segment["speaker"], segment["transcript"]) == ("Ada", "go forward ten meters")


async def test_what_cannot_be_made_is_told_with_its_reason(bench: Bench):
    """A provider that has nothing to work on is not asked twice; the bot goes on to done."""
    bench.provider.deeds = [_no_captions]
    bot_id = await bench.recorded()
    transcript_id = await bench.enqueue(bot_id)
    await bench.work_until_finished(transcript_id)
    body = (await _bodies(bench, bot_id))[-1]
    assert (body["event"], body["status_code"]) == ("transcription.failed", 500)
    assert body["message"] == "Transcript processing error: nobody spoke into a microphone"
    assert bench.provider.attempts == 1
    await bench.store.events.record(bot_id, Happening(Step.DONE, NOW), epoch=None)


async def test_an_engine_that_dies_is_tried_again(bench: Bench):
    """What may go better another time is tried again, and told once."""
    bench.provider.deeds = [_crash, _crash, say]
    bot_id = await bench.recorded()
    transcript_id = await bench.enqueue(bot_id)
    await bench.work_until_finished(transcript_id)
    assert bench.provider.attempts == 3
    told = [body["event"] for body in await _bodies(bench, bot_id)]
    assert told.count("transcription.processed") == 1
    assert "transcription.failed" not in told


async def test_a_transcript_that_takes_too_long_fails(bench: Bench):
    """The deadline counts from the first beginning; then the bot is not kept waiting."""
    bench.provider.deeds = [_hang]
    bench.timeout_s = 0.3
    bot_id = await bench.recorded()
    transcript_id = await bench.enqueue(bot_id)
    await bench.work_until_finished(transcript_id)
    assert "took longer" in str((await bench.store.transcripts.get(transcript_id)).error)


async def test_a_server_that_stops_gives_the_work_back(bench: Bench):
    """A transcript in the making goes on in the same folder after a restart."""
    bench.provider.deeds = [_hang]
    bot_id = await bench.recorded()
    transcript_id = await bench.enqueue(bot_id)
    worker = bench.worker()
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(), name="worker")
        while not bench.provider.attempts:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        worker.stop()
    assert (await bench.store.transcripts.get(transcript_id)).state is TranscriptState.PROCESSING
    found: list[str] = []

    async def go_on(recorded: Recorded, folder: Path, progress: Progress) -> Transcript:
        found.append((folder / "so-far").read_text())
        return await say(recorded, folder, progress)

    bench.provider.deeds = [_hang, go_on]
    await bench.work_until_finished(transcript_id)
    assert found == ["half"]


async def test_a_service_that_takes_its_time_keeps_nobody_else_waiting(bench: Bench):
    """What others are asked for stands beside what is made here: three hang, and a fourth is made at once."""
    slow, local = Scripted([_hang]), Scripted([say])
    served = {"deepgram": ServedProvider(slow), "local": ServedProvider(local)}
    transcriber = Transcriber(bench.store, bench.storage, bench.folder / "work", served, 60.0)
    worker = TranscriptsWorker("node", bench.jobs, transcriber, claim_wait_s=0.02)
    elsewhere: dict[str, Any] = {"transcript": {"provider": {"deepgram": {}}}}
    for _ in range(3):
        await bench.enqueue(await bench.recorded(recording_config=elsewhere))
    made_here = await bench.enqueue(await bench.recorded())
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(), name="worker")
        while slow.attempts < 3 or not (await bench.store.transcripts.get(made_here)).finished:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        worker.stop()
    assert (slow.attempts, local.attempts) == (3, 1)


async def test_nobody_is_paid_for_what_could_not_be_kept(bench: Bench):
    """On a full disk a provider with an account is not asked; it is when there is room."""
    provider = Scripted([say])
    accounts = Accounts(
        Settings(data_dir=bench.folder, deepgram_api_key=SecretStr("k")), bench.store.provider_accounts
    )
    elsewhere: dict[str, Any] = {"transcript": {"provider": {"deepgram": {}}}}
    transcript_id = await bench.enqueue(await bench.recorded(recording_config=elsewhere))
    for room, asked in ((2**62, 0), (1, 1)):
        transcriber = Transcriber(
            bench.store,
            bench.storage,
            bench.folder / "work",
            {"deepgram": ServedProvider(provider)},
            60.0,
            accounts,
            least_room_bytes=room,
        )
        with contextlib.suppress(StorageError):
            await transcriber.make(transcript_id)
        assert provider.attempts == asked
        assert (await bench.store.transcripts.get(transcript_id)).finished == bool(asked)


async def test_progress_is_kept_while_it_runs(bench: Bench):
    """How far the work is can be read, and never falls."""
    bot_id = await bench.recorded()
    transcript_id = await bench.enqueue(bot_id)
    for percent in (10, 60, 40):
        await bench.store.transcripts.progress(transcript_id, percent)
    assert (await bench.store.transcripts.get(transcript_id)).percent == 60


async def test_another_transcript_is_told_alone(bench: Bench):
    """One asked for later has its own id, tells one event to its own URL, and changes nothing else."""
    bot_id = await bench.done()
    bot = await bench.store.bots.get(bot_id)
    before = await _bodies(bench, bot_id)
    made = await bench.store.transcripts.ask(bot, LOCAL, "http://127.0.0.1:9/mine")
    await bench.work_until_finished(made.id)
    (body,) = (await _bodies(bench, bot_id))[len(before) :]
    assert (body["event"], body["transcript_id"]) == ("transcription.processed", made.id)
    assert body["bot_status"] == "Done"
    assert "custom_attributes" not in body
    deliveries, _ = await bench.store.delivery_log.page(bench.workspace_id, DeliveryFilter())
    assert [one.url for one in deliveries].count("http://127.0.0.1:9/mine") == 1
    bot = await bench.store.bots.get(bot_id)
    assert (bot.step, bot.transcript_id, bot.transcript_status) == (Step.DONE, made.id, "Success")


async def test_a_bot_has_a_bounded_number_in_the_making(bench: Bench):
    """A client in a loop is refused."""
    bot = await bench.store.bots.get(await bench.done())
    for _ in range(MOST_UNFINISHED):
        await bench.store.transcripts.ask(bot, LOCAL, None)
    with pytest.raises(TooManyTranscripts):
        await bench.store.transcripts.ask(bot, LOCAL, None)


async def test_nothing_is_kept_of_a_bot_that_was_deleted_meanwhile(bench: Bench):
    """A transcript that comes after the deletion leaves no words behind."""
    bot = await bench.store.bots.get(await bench.done())
    made = await bench.store.transcripts.ask(bot, LOCAL, None)
    before = await bench.store.transcripts.get(made.id)
    await bench.store.events.record(bot.id, Happening(Step.EXPIRED, NOW), epoch=None)
    assert (await bench.store.transcripts.get(made.id)).state is TranscriptState.SKIPPED
    await bench.transcriber.make(made.id)
    assert bench.provider.attempts == 0
    assert not await bench.store.transcripts.fail(before, "late")


async def test_words_that_come_after_the_deletion_are_not_kept(bench: Bench):
    """A bot is deleted while the provider works: what it answers is stored nowhere."""
    bot = await bench.store.bots.get(await bench.done())
    made = await bench.store.transcripts.ask(bot, LOCAL, None)

    async def late(recorded: Recorded, folder: Path, progress: Progress) -> Transcript:
        await bench.store.events.record(bot.id, Happening(Step.EXPIRED, NOW), epoch=None)
        return await say(recorded, folder, progress)

    bench.provider.deeds = [late]
    await bench.transcriber.make(made.id)
    assert not [key for key in await bench.storage.keys(f"bots/{bot.id}") if made.id in key]
    assert await bench.store.transcripts.get(made.id)


async def test_a_recording_that_is_gone_is_not_waited_for(bench: Bench):
    """Without its audio in the storage the transcript fails at once."""
    bot_id = await bench.recorded()
    await bench.storage.delete(f"bots/{bot_id}/audio.mp3")
    transcript_id = await bench.enqueue(bot_id)
    await bench.work_until_finished(transcript_id)
    assert "no longer in the storage" in str((await bench.store.transcripts.get(transcript_id)).error)


async def test_a_bot_that_recorded_nothing_has_no_transcript(bench: Bench):
    """Its transcript does not stay in waiting for ever."""
    config: dict[str, Any] = {"transcript": {"provider": {"local": {}}}}
    body = BotRequest.model_validate({"meeting_link": LINK, "recording_config": config})
    bot = await bench.store.bots.create_bot(body, bench.workspace_id)
    stopped = Happening(Step.STOPPED, NOW, EndReason.REMOVE_REQUESTED)
    await bench.store.events.record(bot.id, stopped, epoch=None)
    await bench.store.events.record(bot.id, Happening(Step.DONE, NOW), epoch=None)
    bot = await bench.store.bots.get(bot.id)
    assert bot.transcript_id is not None
    assert (await bench.store.transcripts.get(bot.transcript_id)).state is TranscriptState.SKIPPED
    assert bot.transcript_status == "Skipped"


async def test_done_waits_for_the_transcript(bench: Bench):
    """No bot is done between its audio and its transcript."""
    bot_id = await bench.recorded()
    with pytest.raises(IllegalTransition):
        await bench.store.events.record(bot_id, Happening(Step.DONE, NOW), epoch=None)


async def test_folders_of_finished_work_are_deleted_at_the_start(bench: Bench):
    """What a killed server left of finished or unknown transcripts goes; the rest stays."""
    transcript_id = await bench.enqueue(await bench.recorded())
    for name in (transcript_id, "unknown"):
        (bench.folder / "work" / name).mkdir(parents=True)
    await bench.transcriber.tidy()
    assert [path.name for path in (bench.folder / "work").iterdir()] == [transcript_id]


def test_the_served_providers_are_those_that_are_named(tmp_path: Path):
    """Requests and providers agree on names; a Whisper model that is none is refused at the start."""
    assert set(served_providers(Settings())) == SERVED_PROVIDERS
    with pytest.raises(UnusableSetting, match="ROOMTONE_WHISPER_MODEL_DIR"):
        served_providers(Settings(whisper_model_dir=tmp_path))
