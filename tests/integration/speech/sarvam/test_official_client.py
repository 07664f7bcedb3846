"""Sarvam's own client understands every answer of the fake, and does a whole job with it."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import httpx
import pytest
import sarvamai
from sarvamai.environment import SarvamAIEnvironment
from tests.providers.clips import CLIPS, TEXTS, teach
from tests.providers.sarvam import KEY, FakeSarvam
from tests.providers.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


# The library imports names that websockets wants to be rid of.
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")


@contextlib.asynccontextmanager
async def _client(address: str, key: str = KEY) -> AsyncIterator[sarvamai.AsyncSarvamAI]:
    environment = SarvamAIEnvironment(base=address, creative=address, production=address)
    async with httpx.AsyncClient(timeout=30.0) as web:
        yield sarvamai.AsyncSarvamAI(api_subscription_key=key, environment=environment, httpx_client=web)


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where the fake is served."""
    fake = FakeSarvam()
    teach(fake.ear)
    async with serve(fake.app()) as served:
        yield served


async def test_a_short_recording_and_refusals_are_parsed(address):
    """A phrase has its time; a wrong key is the client's own error."""
    content = (CLIPS / "goforward.flac").read_bytes()
    async with _client(address) as client:
        told = await client.speech_to_text.transcribe(
            file=("a.flac", content), model="saaras:v3", language_code="en-IN", with_timestamps=True
        )
    assert told.transcript == TEXTS["goforward"]
    assert told.timestamps is not None
    assert told.timestamps.words == [TEXTS["goforward"]]
    async with _client(address, "wrong") as client:
        with pytest.raises(sarvamai.ForbiddenError):
            await client.speech_to_text.transcribe(file=("a.flac", content), model="saaras:v3")


async def test_a_job_goes_from_files_to_answers(address, tmp_path):
    """Made, uploaded, started, waited for and fetched by the client's own code."""
    async with _client(address) as client:
        job = await client.speech_to_text_job.create_job(
            model="saaras:v3", with_diarization=True, with_timestamps=True
        )
        await job.upload_files([str(CLIPS / "goforward.flac")])
        await job.start()
        status = await job.wait_until_complete(poll_interval=0)
        assert status.job_state == "Completed"
        await job.download_outputs(str(tmp_path))
    told = json.loads((tmp_path / "goforward.flac.json").read_text())
    assert told["diarized_transcript"]["entries"][0]["transcript"] == TEXTS["goforward"]
