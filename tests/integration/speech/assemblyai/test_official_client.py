"""The fake of AssemblyAI, asked by AssemblyAI's own library: what it answers is what the library expects."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import assemblyai
import pytest
from assemblyai.prerecorded.v2 import api
from tests.providers.assemblyai import KEY, FakeAssemblyai
from tests.providers.script import said
from tests.providers.sounds import make_sound

GOLDEN = Path(__file__).parents[3] / "unit" / "speech" / "assemblyai" / "golden"
# The library still uses what pydantic wants to be rid of.
pytestmark = pytest.mark.filterwarnings("ignore::pydantic.PydanticDeprecatedSince20")


def client_of(fake: FakeAssemblyai, key: str = KEY) -> assemblyai.AsyncClient:
    """AssemblyAI's client, pointed at the fake."""
    settings = assemblyai.Settings(base_url=fake.address, api_key=key, polling_interval=0.01)
    return assemblyai.AsyncClient(settings=settings)


async def test_the_library_gets_its_transcript_and_deletes_it(tmp_path):
    """Upload, order, looks and deletion by the library; words and utterances in its own types."""
    path = make_sound(tmp_path / "a.ogg", 3.0)
    config = assemblyai.TranscriptionConfig(
        speech_models=["universal-3-pro", "universal-2"], speaker_labels=True, language_code="en_us",
        keyterms_prompt=["Roomtone"], redact_pii=True,
 redact_pii_policies=[assemblyai.PIIRedactionPolicy.person_name], entity_detection=True,
    )  # fmt: skip
    async with FakeAssemblyai().serving() as fake, client_of(fake) as client:
        fake.hearing.learn(path, [*said("Hello there.", 0.25), *said("Bye now.", 2.0, speaker=1)])
        made = await assemblyai.AsyncTranscriber(client=client).transcribe(str(path), config)
        assert made.status == assemblyai.TranscriptStatus.completed
        assert made.text == "Hello there. Bye now."
        assert [(word.text, word.start, word.speaker) for word in made.words or ()] == [
            ("Hello", 250, "A"), ("there.", 550, "A"), ("Bye", 2000, "B"), ("now.", 2300, "B"),
        ]  # fmt: skip
        assert [(part.speaker, part.text) for part in made.utterances or ()] == [
            ("A", "Hello there."),
            ("B", "Bye now."),
        ]
        assert made.audio_duration == 3
        assert made.id
        blocking = assemblyai.Client(settings=client.settings)
        gone = await asyncio.to_thread(api.delete_transcript, blocking.http_client, made.id)
        listed = await asyncio.to_thread(api.list_transcripts, blocking.http_client, None)
        blocking.http_client.close()
        assert gone.words == []
        assert [item.id for item in listed.transcripts] == [made.id]
    assert fake.left == []


async def test_the_library_gets_its_errors(tmp_path):
    """A wrong key and a wrong order are the library's errors; sound that is none is a failed transcript."""
    path = make_sound(tmp_path / "a.ogg", 0.5)
    broken = tmp_path / "b.ogg"
    broken.write_bytes(b"no sound")
    good = assemblyai.TranscriptionConfig(speech_models=["universal-2"])
    async with FakeAssemblyai().serving() as fake:
        async with client_of(fake, "wrong") as client:
            with pytest.raises(assemblyai.TranscriptError, match="API token missing/invalid"):
                await assemblyai.AsyncTranscriber(client=client).transcribe(str(path), good)
        async with client_of(fake) as client:
            library = assemblyai.AsyncTranscriber(client=client)
            with pytest.raises(assemblyai.TranscriptError, match="speech_models"):
                await library.transcribe(str(path), assemblyai.TranscriptionConfig(speech_models=["best"]))
            failed = await library.transcribe(str(broken), good)
            assert failed.status == assemblyai.TranscriptStatus.error
            assert "does not appear to contain audio" in (failed.error or "")


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.name)
def test_the_golden_transcripts_fit_the_librarys_types(path):
    """What our parser is tried on is what the library's types describe."""
    told = json.loads(path.read_text("utf-8"))
    assert assemblyai.types.TranscriptResponse.model_validate(told).status == told["status"]
