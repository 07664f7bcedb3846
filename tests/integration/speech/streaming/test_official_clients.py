"""The fakes of streaming recognition, asked by the providers' own libraries: they understand every message."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from assemblyai.streaming.v3.async_client import AsyncRealTimeTranscriber
from assemblyai.streaming.v3.models import (
    RealTimeError,
    RealTimeEvents,
    RealTimeParameters,
    RealTimeTranscriberOptions,
)
from deepgram import AsyncDeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.core.events import EventType
from deepgram.environment import DeepgramClientEnvironment
from deepgram.listen.v1.types.listen_v1configure import ListenV1Configure
from tests.providers.assemblyai_streaming import CLOSES, AssemblyaiStreamingFake
from tests.providers.deepgram_streaming import NET_0001, DeepgramStreamingFake
from tests.providers.running_sound import cut, voiced
from tests.providers.script import said
from tests.providers.streaming_fake import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# Both libraries use names that websockets wants to be rid of.
pytestmark = pytest.mark.filterwarnings(
    "ignore:websockets:DeprecationWarning",
    "ignore:ConnectionClosed:DeprecationWarning",
)

WORDS = said("Hello there, I am well.", 0.5) + said("And you too?", 4.0)
SOUND = voiced(WORDS, 6.0)
DEEPGRAM_OPTIONS: dict[str, Any] = {
    "model": "nova-3",
    "encoding": "linear16",
    "sample_rate": 48_000,
    "channels": 1,
    "interim_results": True,
    "smart_format": True,
    "punctuate": True,
    "endpointing": 300,
    "utterance_end_ms": 1000,
    "vad_events": True,
}


@contextlib.asynccontextmanager
async def deepgram_stream(fake: DeepgramStreamingFake, key: str, **options: Any) -> AsyncIterator[Any]:
    """A stream of Deepgram's library, pointed at the fake."""
    places = DeepgramClientEnvironment(
        base="http://127.0.0.1:1",
        production=fake.url,
        agent="ws://127.0.0.1:1",
        agent_rest="http://127.0.0.1:1",
    )
    client = AsyncDeepgramClient(api_key=key, environment=places)
    async with client.listen.v1.connect(**(DEEPGRAM_OPTIONS | options)) as stream:
        yield stream


async def heard_by_deepgrams_library(fake: DeepgramStreamingFake, **options: Any) -> list[Any]:
    """Everything that the library hears of the sound, in its own types; an error last."""
    told: list[Any] = []
    async with deepgram_stream(fake, fake.key, **options) as stream:
        stream.on(EventType.MESSAGE, told.append)
        stream.on(EventType.ERROR, told.append)
        for piece in cut(SOUND):
            await stream.send_media(piece)
        await stream.send_keep_alive()
        await stream.send_finalize()
        await stream.send_close_stream()
        await stream.start_listening()
    return told


@pytest.mark.parametrize("options", [{}, {"language": "multi", "diarize_model": "latest"}])
async def test_deepgrams_library_understands_every_message(options):
    """Each comes in the type that is meant, complete by the type's own rules."""
    async with DeepgramStreamingFake(WORDS) as fake:
        told = await heard_by_deepgrams_library(fake, **options)
        sent = fake.connections[0].sent
    assert [type(message).__name__ for message in told] == [f"ListenV1{message['type']}" for message in sent]
    for message, raw in zip(told, sent, strict=True):
        type(message).model_validate(raw)
        assert message.dict().items() >= {"type": raw["type"]}.items()
    finals = [message for message in told if getattr(message, "is_final", False)]
    assert [message.channel.alternatives[0].transcript for message in finals] == [
        "Hello there, I am well.",
        "And you too?",
    ]
    assert told[-1].duration == 6.0
    assert finals[0].channel.alternatives[0].words[0].start == 0.5
    if options:
        assert finals[0].channel.alternatives[0].words[0].speaker == 0
        assert finals[0].channel.alternatives[0].languages == ["en"]


@pytest.mark.parametrize(("model", "kind"), [("nova-3", "Success"), ("nova-2", "Failure")])
async def test_deepgrams_library_understands_the_answer_to_configure(model, kind):
    """Other keyterms are taken, or refused by models that know none."""
    async with DeepgramStreamingFake(WORDS) as fake:
        async with deepgram_stream(fake, fake.key, model=model) as stream:
            await stream.send_configure(ListenV1Configure(keyterms=["Roomtone"]))
            told = await stream.recv()
        sent = fake.connections[0].sent
    assert type(told).__name__ == f"ListenV1Configure{kind}"
    type(told).model_validate(sent[0])


async def test_deepgrams_library_has_its_wrong_key_refused():
    """As 401 of the handshake."""
    async with DeepgramStreamingFake() as fake:
        with pytest.raises(ApiError) as refused:
            async with deepgram_stream(fake, "wrong"):
                pass
    assert refused.value.status_code == 401


async def test_deepgrams_library_understands_errors():
    """An ``Error`` message, and then the close."""
    fault = Fault(close_code=1011, error_first=True, after_s=1.0)
    async with DeepgramStreamingFake(WORDS, faults=[fault]) as fake:
        told: list[Any] = []
        async with deepgram_stream(fake, fake.key) as stream:
            stream.on(EventType.MESSAGE, told.append)
            stream.on(EventType.ERROR, told.append)
            for piece in cut(SOUND[: 96_000 + 1920]):
                await stream.send_media(piece)
            await stream.start_listening()
    *_, error, closed = told
    assert type(error).__name__ == "ListenV1Error"
    type(error).model_validate(fake.connections[0].sent[-1])
    assert error.description == NET_0001
    assert closed.code == 1011


class Heard:
    """What AssemblyAI's library hears."""

    def __init__(self, fake: AssemblyaiStreamingFake, key: str | None = None) -> None:
        options = RealTimeTranscriberOptions(
            api_host=fake.url,
            api_key=fake.key if key is None else key,
            connection_retry_delay=0,
            connect_timeout=10,
        )
        self.client = AsyncRealTimeTranscriber(options)
        self.events: list[Any] = []
        for event in RealTimeEvents:
            self.client.on(event, lambda _client, told: self.events.append(told))

    async def sound(self, **options: Any) -> None:
        """Let it hear the sound, to the end."""
        parameters: dict[str, Any] = {"sample_rate": 48_000, "speech_model": "universal-streaming-english"}
        await self.client.connect(RealTimeParameters(**(parameters | options)))
        try:
            if not self.events:
                await self.client.stream(cut(SOUND, 0.05))
                await self.client.keep_alive()
                await self.client.force_endpoint()
        finally:
            await self.client.disconnect(terminate=True)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"format_turns": True, "min_end_of_turn_silence_when_confident": 400, "vad_threshold": 0.4},
        {
            "speech_model": "universal-streaming-multilingual",
            "speaker_labels": True,
            "inactivity_timeout": 30,
        },
        {"speech_model": "u3-rt-pro", "format_turns": True, "max_turn_silence": 1280},
        {"speech_model": "u3-pro", "format_turns": True, "session_heartbeat": True},
    ],
)
async def test_assemblyais_library_understands_every_message(options):
    """Each comes in the type that is meant; the turns are those that were said."""
    async with AssemblyaiStreamingFake(WORDS) as fake:
        heard = Heard(fake)
        await heard.sound(**options)
        sent = fake.connections[0].sent
        assert fake.connections[0].kinds == ["KeepAlive", "ForceEndpoint", "Terminate"]
    assert [event.type for event in heard.events] == [message["type"] for message in sent]
    turns = [event for event in heard.events if event.type == "Turn"]
    last = {turn.turn_order: turn for turn in turns}
    formatted = options.get("format_turns", False)
    expected = (
        ["Hello there, I am well.", "And you too?"] if formatted else ["hello there i am well", "and you too"]
    )
    assert [turn.transcript for turn in last.values()] == expected
    assert all(turn.end_of_turn and turn.turn_is_formatted is formatted for turn in last.values())
    assert last[1].words[0].start == 4000
    assert heard.events[-1].audio_duration_seconds == 6


@pytest.mark.parametrize("close_code", CLOSES)
async def test_assemblyais_library_understands_every_close(close_code):
    """The code that the fake closes with is the one that it tells, with the words that it has for it."""
    async with AssemblyaiStreamingFake(WORDS, faults=[Fault(close_code=close_code, after_s=0.5)]) as fake:
        heard = Heard(fake)
        with contextlib.suppress(asyncio.CancelledError):
            await heard.sound()
    error = heard.events[-1]
    assert isinstance(error, RealTimeError)
    assert error.code == close_code


@pytest.mark.parametrize("by_http", [False, True])
async def test_assemblyais_library_has_its_wrong_key_refused(by_http):
    """By the handshake or by the close."""
    async with AssemblyaiStreamingFake(refuses_keys_by_http=by_http) as fake:
        heard = Heard(fake, "wrong")
        await heard.sound()
    assert heard.events[-1].code == (401 if by_http else 4001)


async def test_assemblyais_library_understands_errors():
    """An ``Error`` message comes with its code and words."""
    fault = Fault(close_code=3005, error_first=True, after_s=0.5)
    async with AssemblyaiStreamingFake(WORDS, faults=[fault]) as fake:
        heard = Heard(fake)
        await heard.sound()
    assert (heard.events[-1].code, str(heard.events[-1])) == (3005, CLOSES[3005])
