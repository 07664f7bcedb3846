"""One meeting through every provider's fake: the same turns, names and times, and each one's own answer kept.

The whole way of the service is gone: the bot's files in a storage, the workspace's key, the worker, the
stored transcript. Only the providers are fakes, which know the bundled clips by their sound.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.providers import assemblyai, deepgram, jigsawstack, openai_compatible, sarvam
from tests.providers.clips import teach, write_track
from tests.providers.faults import Fault, Faulty
from tests.providers.matching import MatchingEar
from tests.providers.serving import serve
from tests.providers.waits import Waits

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.request import BotRequest
from roomtone.bot.transcript_providers import ACCOUNTS
from roomtone.config import Settings
from roomtone.service.storage.folder import FolderStorage
from roomtone.service.store.artifacts import AUDIO_STREAM, NewArtifact
from roomtone.service.store.events import Facts
from roomtone.service.store.transcripts import StoredTranscript, transcribe_job
from roomtone.service.transcripts.accounts import Accounts
from roomtone.service.transcripts.providers import ServedProvider, served_providers
from roomtone.service.transcripts.transcriber import Transcriber
from roomtone.service.transcripts.worker import TranscriptsWorker
from roomtone.speech.assemblyai.provider import AssemblyaiRecognition
from roomtone.speech.deepgram.provider import DeepgramRecognition
from roomtone.speech.jigsawstack.provider import JigsawstackRecognition
from roomtone.speech.openai_compatible.provider import OpenaiCompatibleRecognition
from roomtone.speech.sarvam.provider import SarvamRecognition

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store
    from roomtone.speech.cloud.patience import Patience
    from roomtone.speech.port import Provider

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LENGTH_S = 20.0
SAID = (("goforward", 1.0, "p1"), ("something", 6.0, "p2"), ("austen-0880", 12.0, "p1"))
NAMES = {"p1": "Ada", "p2": "Bób"}
VOICES = {"something": 1}
WORD_S = 0.1
"""How far times may differ where the provider tells those of words; sounds are packed anew for some."""
PHRASE_S = 0.7
"""The same where it tells those of phrases alone."""


@dataclass(frozen=True, slots=True)
class Service:
    """A fake of a provider.

    Attributes:
        key: What it wants.
        make: Makes the adapter, without waiting.
        off_s: How far words may be from where they were said.
        path: What follows the fake's address in an account's.
    """

    key: str
    make: Callable[[Patience], Provider]
    off_s: float = WORD_S
    path: str = ""


SERVICES = {
    "deepgram": Service(deepgram.KEY, DeepgramRecognition),
    "assemblyai": Service(assemblyai.KEY, AssemblyaiRecognition),
    "openai_compatible": Service(openai_compatible.KEY, OpenaiCompatibleRecognition, path="/v1"),
    "sarvam": Service(sarvam.KEY, SarvamRecognition, PHRASE_S),
    "jigsawstack": Service(jigsawstack.KEY, JigsawstackRecognition, PHRASE_S),
}


ONE_BY_DEFAULT = [
    name if name == "deepgram" else pytest.param(name, marks=pytest.mark.slow) for name in SERVICES
]
"""Each adapter's own tests have its errors; here it is the way through the service that is tried."""


@functools.cache
def _ear() -> MatchingEar:
    """Learning the clips takes longer than a transcript."""
    ear = MatchingEar()
    teach(ear, VOICES)
    return ear


@contextlib.asynccontextmanager
async def served(provider: str) -> AsyncIterator[tuple[Faulty, str]]:
    """The fake of a provider, which knows the clips; what stands in front of it, and its address."""
    ear = _ear()
    fakes: dict[str, Callable[[], Any]] = {
        "openai_compatible": lambda: openai_compatible.FakeOpenai(ear=ear),
        "sarvam": lambda: sarvam.FakeSarvam(ear=ear),
        "jigsawstack": lambda: jigsawstack.FakeJigsawstack(ear=ear),
        "deepgram": lambda: deepgram.FakeDeepgram(hearing=ear),  # type: ignore[arg-type]  # it hears the same way
        "assemblyai": lambda: assemblyai.FakeAssemblyai(hearing=ear),  # type: ignore[arg-type]
    }
    fake = fakes[provider]()
    if isinstance(fake, deepgram.FakeDeepgram | assemblyai.FakeAssemblyai):
        async with fake.serving():
            yield fake.faulty, fake.address + SERVICES[provider].path
    else:
        faulty = Faulty(fake.app())
        async with serve(faulty) as address:
            yield faulty, address + SERVICES[provider].path


class Meeting:
    """A meeting of two that was recorded, in a service."""

    def __init__(self, store: Store, jobs: EmbeddedJobs, workspace_id: str, folder: Path) -> None:
        self.store = store
        self.jobs = jobs
        self.workspace_id = workspace_id
        self.folder = folder
        self.storage = FolderStorage(folder / "storage")

    async def recorded(self, provider: str, *, separate: bool) -> str:
        """A bot whose files are there; gives its id."""
        body = {
            "meeting_link": "http://127.0.0.1:9/practice/room",
            "video_required": False,
            "recording_config": {"transcript": {"provider": {provider: {}}}},
        }
        bot = await self.store.bots.create_bot(BotRequest.model_validate(body), self.workspace_id)
        for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
            await self.store.events.record(bot.id, Happening(step, NOW), epoch=None)
        facts = Facts(recorded_s=LENGTH_S, statistics={"audio_world": "webrtc" if separate else "webaudio"})
        ended = Happening(Step.STOPPED, NOW, EndReason.SILENCE)
        await self.store.events.record(bot.id, ended, epoch=None, facts=facts)
        mix = await self._sound(bot.id, "audio.mp3", [(name, at_s) for name, at_s, _ in SAID], 0.0)
        artifacts = [mix, await self._timeline(bot.id)]
        if separate:
            for speaker_id, from_s in (("p1", 0.0), ("p2", 5.0)):
                clips = [(name, at_s - from_s) for name, at_s, who in SAID if who == speaker_id]
                artifacts.append(await self._sound(bot.id, f"{speaker_id}.flac", clips, from_s, speaker_id))
        processed = Happening(Step.AUDIO_PROCESSED, NOW)
        await self.store.events.record(bot.id, processed, epoch=None, artifacts=artifacts)
        return bot.id

    async def transcribed(self, bot_id: str, provider: str, address: str, key: str) -> StoredTranscript:
        """The bot's transcript, made with the workspace's own account."""
        settings = Settings(data_dir=self.folder / "data", allowed_networks=("127.0.0.0/8",))
        accounts = Accounts(settings, self.store.provider_accounts)
        await accounts.keep(self.workspace_id, provider, key, address, None)
        adapter = ServedProvider(SERVICES[provider].make(Waits().patience))
        transcriber = Transcriber(
            self.store, self.storage, self.folder / "work", {provider: adapter}, 60.0, accounts
        )
        transcript_id = (await self.store.bots.get(bot_id)).transcript_id
        assert transcript_id is not None
        async with self.store.database.write() as transaction:
            await self.jobs.enqueue(transaction, transcribe_job(transcript_id, provider, bot_id))
        worker = TranscriptsWorker("node", self.jobs, transcriber, claim_wait_s=0.02, first_delay_s=0.0)
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(), name="worker")
            while not (await self.store.transcripts.get(transcript_id)).finished:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            worker.stop()
        return await self.store.transcripts.get(transcript_id)

    async def read(self, made: StoredTranscript, kind: str) -> Any:
        """One of the transcript's stored files."""
        artifact = await self.store.artifacts.find(made.bot_id, kind, f"{made.id}.json")
        assert artifact is not None, made.error
        pieces = self.storage.open_range(artifact.storage_key, 0, artifact.size_bytes)
        return json.loads(b"".join([piece async for piece in pieces]))

    async def _sound(
        self, bot_id: str, name: str, clips: list[tuple[str, float]], from_s: float, speaker_id: str = ""
    ) -> NewArtifact:
        path = self.folder / name
        await asyncio.to_thread(write_track, path, clips, LENGTH_S - from_s)
        key = f"bots/{bot_id}/{name}"
        size = await self.storage.put_file(key, path)
        if not speaker_id:
            return NewArtifact("audio", key, "audio/mpeg", size, LENGTH_S)
        facts = {
            "participant_id": speaker_id,
            "participant_name": NAMES[speaker_id],
            "start_sample": round(from_s * 48_000),
        }
        return NewArtifact(AUDIO_STREAM, key, "audio/flac", size, LENGTH_S - from_s, name=name, facts=facts)

    async def _timeline(self, bot_id: str) -> NewArtifact:
        lines = [
            {"speaker_id": who, "speaker_name": NAMES[who], "start_s": at_s + 0.3, "end_s": at_s + 2.2}
            for _, at_s, who in SAID
        ]
        path = self.folder / "timeline.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        key = f"bots/{bot_id}/timeline/timeline.jsonl"
        size = await self.storage.put_file(key, path)
        return NewArtifact("timeline", key, "application/jsonl", size, name="timeline.jsonl")


@pytest.fixture
def meeting(store: Store, jobs: EmbeddedJobs, workspace_id: str, tmp_path: Path) -> Meeting:
    """The service's parts."""
    return Meeting(store, jobs, workspace_id, tmp_path)


def test_every_provider_with_an_account_is_tried():
    """A new one has to be added here."""
    assert set(SERVICES) == set(ACCOUNTS)
    assert set(SERVICES) < set(served_providers(Settings()))


@pytest.mark.parametrize("separate", [True, False], ids=["separate", "mix"])
@pytest.mark.parametrize("provider", SERVICES)
async def test_every_provider_gives_the_same_meeting(meeting: Meeting, provider: str, separate: bool):
    """Turns, names and times are those of the script; the provider's own answer is kept as it came."""
    bot_id = await meeting.recorded(provider, separate=separate)
    async with served(provider) as (_, address):
        made = await meeting.transcribed(bot_id, provider, address, SERVICES[provider].key)
    assert (made.state, made.error) == ("Success", None)
    segments = await meeting.read(made, "transcript")
    assert [(one["speaker"], one["speaker_id"], one["transcript"]) for one in segments] == [
        ("Ada", "p1", "Go forward ten meters."),
        ("Bób", "p2", "Go somewhere, and do something!"),
        ("Ada", "p1", "He was not an ill disposed young man."),
    ]
    words = write_track(meeting.folder / "truth.flac", [(name, at_s) for name, at_s, _ in SAID], LENGTH_S)
    heard = [word for one in segments for word in one["words"]]
    assert [word["punctuated_word"] for word in heard] == [word.text for word in words]
    off_s = SERVICES[provider].off_s
    for told, truth in zip(heard, words, strict=True):
        assert told["start"] == pytest.approx(truth.start_s, abs=off_s)
        assert told["end"] == pytest.approx(truth.end_s, abs=off_s)
    raw = json.dumps(await meeting.read(made, "raw_transcript"), ensure_ascii=False)
    assert "meters" in raw
    assert SERVICES[provider].key not in raw


@pytest.mark.parametrize("provider", ONE_BY_DEFAULT)
async def test_a_wrong_key_is_told_in_the_providers_words_and_the_recording_stays(
    meeting: Meeting, provider: str, capfd: pytest.CaptureFixture[str]
):
    """One request, no second; transcription.failed says what the provider said; the files are as they were."""
    bot_id = await meeting.recorded(provider, separate=True)
    before = {(one.kind, one.name): one.size_bytes for one in await meeting.store.artifacts.of_bot(bot_id)}
    wrong = "wrong-key-0123456789abcdef"
    async with served(provider) as (faulty, address):
        made = await meeting.transcribed(bot_id, provider, address, wrong)
        refused = len(faulty.requests)
    assert made.state == "Failed"
    assert made.error
    assert refused <= 4, "each of the tracks is asked for once at most"
    bodies = [event.body for event in await meeting.store.events.of_bot(bot_id)]
    assert [body["event"] for body in bodies][-2:] == ["audio.processed", "transcription.failed"]
    assert bodies[-1]["message"] == f"Transcript processing error: {made.error}"
    for shown in (made.error, json.dumps(bodies), capfd.readouterr().out):
        assert wrong not in shown
    after = {(one.kind, one.name): one.size_bytes for one in await meeting.store.artifacts.of_bot(bot_id)}
    assert after == before


@pytest.mark.parametrize("provider", ONE_BY_DEFAULT)
async def test_a_provider_in_trouble_is_asked_again(meeting: Meeting, provider: str):
    """Some 503 later the transcript is there."""
    bot_id = await meeting.recorded(provider, separate=False)
    async with served(provider) as (faulty, address):
        faulty.fail(*[Fault(503)] * 2)
        made = await meeting.transcribed(bot_id, provider, address, SERVICES[provider].key)
    assert made.state == "Success"
    assert len(await meeting.read(made, "transcript")) == 3


async def test_a_key_that_was_deleted_meanwhile_is_told(meeting: Meeting):
    """transcription.failed says what to set up."""
    bot_id = await meeting.recorded("deepgram", separate=True)
    settings = Settings(data_dir=meeting.folder / "data")
    accounts = Accounts(settings, meeting.store.provider_accounts)
    served_here = {"deepgram": ServedProvider(DeepgramRecognition())}
    transcriber = Transcriber(
        meeting.store, meeting.storage, meeting.folder / "work", served_here, 60.0, accounts
    )
    transcript_id = (await meeting.store.bots.get(bot_id)).transcript_id
    assert transcript_id is not None
    with pytest.raises(Exception, match=r"^no key for deepgram: keep one"):
        await transcriber.make(transcript_id)
