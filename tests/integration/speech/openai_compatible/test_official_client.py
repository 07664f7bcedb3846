"""OpenAI's own client understands every answer of the fake: so the fake is one that others would take for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openai
import pytest
from tests.providers.asking import TOLD_ONCE
from tests.providers.clips import CLIPS, TEXTS, teach, write_track
from tests.providers.openai_compatible import KEY, FakeOpenai, Flavour
from tests.providers.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def fake() -> AsyncIterator[tuple[FakeOpenai, openai.AsyncOpenAI]]:
    """The fake, and OpenAI's client pointed at it."""
    served = FakeOpenai()
    teach(served.ear, TOLD_ONCE)
    async with (
        serve(served.app()) as address,
        openai.AsyncOpenAI(api_key=KEY, base_url=f"{address}/v1", max_retries=0) as client,
    ):
        yield served, client


async def test_every_shape_is_parsed(fake):
    """Words, segments, voices and texts arrive in the client's own types."""
    _, client = fake
    clip = CLIPS / "goforward.flac"
    verbose = await client.audio.transcriptions.create(
        file=clip,
        model="whisper-1",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert verbose.words is not None
    assert [word.word for word in verbose.words] == ["go", "forward", "ten", "meters"]
    assert verbose.segments is not None
    assert verbose.segments[0].text.strip() == TEXTS["goforward"]
    assert verbose.usage is not None
    assert (verbose.language, verbose.usage.type) == ("english", "duration")
    plain = await client.audio.transcriptions.create(file=clip, model="gpt-4o-transcribe")
    assert plain.text == TEXTS["goforward"]
    text = await client.audio.transcriptions.create(file=clip, model="whisper-1", response_format="text")
    assert text.strip() == TEXTS["goforward"]


async def test_voices_are_parsed(fake, tmp_path):
    """A diarised answer has its segments with labels."""
    _, client = fake
    write_track(tmp_path / "mix.flac", [("goforward", 0.5), ("something", 5.0)], 9.0)
    told = await client.audio.transcriptions.create(
        file=tmp_path / "mix.flac",
        model="gpt-4o-transcribe-diarize",
        response_format="diarized_json",
        chunking_strategy="auto",
    )
    assert [segment.speaker for segment in told.segments] == ["A", "B"]


async def test_refusals_are_parsed(fake, tmp_path):
    """Errors become the client's own, with their codes and fields."""
    served, client = fake
    clip = CLIPS / "goforward.flac"
    with pytest.raises(openai.AuthenticationError) as key:
        await client.with_options(api_key="sk-wrong").audio.transcriptions.create(
            file=clip, model="whisper-1"
        )
    assert key.value.code == "invalid_api_key"
    with pytest.raises(openai.NotFoundError) as model:
        await client.audio.transcriptions.create(file=clip, model="whisper-9")
    assert model.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as shape:
        await client.audio.transcriptions.create(
            file=clip, model="gpt-4o-transcribe", response_format="verbose_json"
        )
    assert shape.value.param == "response_format"
    (tmp_path / "broken.mp3").write_bytes(b"no sound")
    with pytest.raises(openai.BadRequestError, match="corrupted"):
        await client.audio.transcriptions.create(file=tmp_path / "broken.mp3", model="whisper-1")
    served.flavour = Flavour(most_bytes=1000)
    with pytest.raises(openai.APIStatusError) as size:
        await client.audio.transcriptions.create(file=clip, model="whisper-1")
    assert size.value.status_code == 413
