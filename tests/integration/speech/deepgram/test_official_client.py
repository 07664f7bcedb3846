"""The fake of Deepgram, asked by Deepgram's own library: what it answers is what the library expects."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from deepgram import AsyncDeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from deepgram.errors.bad_request_error import BadRequestError
from deepgram.types.listen_v1response import ListenV1Response
from tests.providers.deepgram import KEY, FakeDeepgram, answer
from tests.providers.hearing import Heard
from tests.providers.script import said
from tests.providers.sounds import make_sound

from roomtone.bot.transcript_options import DeepgramOptions
from roomtone.speech.deepgram.query import query_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# The library imports names that websockets wants to be rid of.
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")

GOLDEN = Path(__file__).parents[3] / "unit" / "speech" / "deepgram" / "golden"
WORDS = (*said("Hello there.", 0.2), *said("Bye now.", 2.0, speaker=1))


@contextlib.asynccontextmanager
async def client_of(fake: FakeDeepgram, key: str = KEY) -> AsyncIterator[AsyncDeepgramClient]:
    """Deepgram's client, pointed at the fake."""
    nowhere = "ws://127.0.0.1:1"
    places = DeepgramClientEnvironment(
        base=fake.address, production=nowhere, agent=nowhere, agent_rest=fake.address
    )
    async with httpx.AsyncClient() as connections:
        yield AsyncDeepgramClient(api_key=key, environment=places, httpx_client=connections)


async def test_the_library_gets_its_transcript(tmp_path):
    """Words, voices, paragraphs, utterances, search, tags and the language arrive in the library's own types."""
    path = make_sound(tmp_path / "a.ogg", 3.0)
    async with FakeDeepgram().serving() as fake, client_of(fake) as client:
        fake.hearing.learn(path, WORDS)
        made = await client.listen.v1.media.transcribe_file(
            request=path.read_bytes(), model="nova-3", smart_format=True, utterances=True, paragraphs=True,
            diarize_model="latest", keyterm=["Roomtone"], search=["bye"], tag=["t"], detect_language=True, utt_split=0.5,
        )  # fmt: skip
    assert isinstance(made, ListenV1Response)
    (channel,) = made.results.channels
    assert channel.alternatives is not None
    told = channel.alternatives[0]
    assert told.transcript == "Hello there. Bye now."
    assert [(word.model_dump()["punctuated_word"], word.start, word.speaker) for word in told.words or ()] == [
        ("Hello", 0.2, 0), ("there.", 0.5, 0), ("Bye", 2.0, 1), ("now.", 2.3, 1),
    ]  # fmt: skip
    assert [part.transcript for part in made.results.utterances or ()] == ["Hello there.", "Bye now."]
    assert told.paragraphs is not None
    assert channel.detected_language == "en"
    assert made.metadata.tags == ["t"]


async def test_the_library_gets_its_errors(tmp_path):
    """A wrong key, sound that is none and wrong parameters are the library's own errors."""
    path = make_sound(tmp_path / "a.ogg", 0.5)
    wrong_options = (
        {"model": "nova-3", "keywords": ["a"]}, {"model": "nova-2", "keyterm": ["a"]}, {"diarize_model": "v9"},
    )  # fmt: skip
    async with (
        FakeDeepgram().serving() as fake,
        client_of(fake) as client,
        client_of(fake, "wrong") as unknown,
    ):
        with pytest.raises(ApiError) as refused:
            await unknown.listen.v1.media.transcribe_file(request=path.read_bytes())
        assert refused.value.status_code == 401
        media = client.listen.v1.media
        with pytest.raises(BadRequestError, match="corrupt or unsupported data"):
            await media.transcribe_file(request=b"no sound", model="nova-3")
        for wrong in wrong_options:
            with pytest.raises(BadRequestError):
                await media.transcribe_file(request=path.read_bytes(), **wrong)


@pytest.mark.parametrize("has_one_voice", [True, False])
@pytest.mark.parametrize(
    "more", [{}, {"language": "multi"}, {"detect_language": True, "search": ["bye"], "tag": ["t"]}]
)
@pytest.mark.parametrize("words", [WORDS, ()])
def test_every_answer_fits_the_librarys_types(words, more, has_one_voice):
    """The library itself checks nothing when it reads; its types, asked to, find every answer right."""
    query = query_of(DeepgramOptions().model_dump() | more, has_one_voice=has_one_voice)
    told = answer(Heard(3.0, "00" * 32, words), query)
    checked = ListenV1Response.model_validate(told)
    assert checked.metadata.duration == 3.0


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.name)
def test_the_golden_answers_fit_the_librarys_types(path):
    """What our parser is tried on is what the library's types describe."""
    assert ListenV1Response.model_validate(json.loads(path.read_text("utf-8"))).results.channels
