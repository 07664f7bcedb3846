"""What the streaming clients themselves add: from sound to the provider, from its words to ours."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.providers.recognised import account_of
from tests.providers.running_sound import cut
from tests.providers.streaming_fake import FakeConnection, StreamingFake

from roomtone.bot.transcript_providers import PROVIDERS
from roomtone.speech.streaming.assemblyai import AssemblyaiStreaming
from roomtone.speech.streaming.deepgram import DeepgramStreaming

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from websockets.asyncio.server import ServerConnection

    from roomtone.speech.streaming.port import StreamingProvider

N_VOICES = 10
LENGTH_S = 10.0
PIECE_S = 0.02
MESSAGE_EVERY_BYTES = 9600


def deepgrams(n: int) -> dict[str, Any]:
    """One of its messages, with 20 words."""
    word = {
        "word": "word",
        "start": n / 10,
        "end": n / 10 + 0.1,
        "confidence": 0.9,
        "punctuated_word": "Word",
    }
    channel = {"alternatives": [{"transcript": "Word " * 20, "confidence": 0.9, "words": [word] * 20}]}
    return {"type": "Results", "start": 0.0, "duration": 1.0, "is_final": n % 5 == 4, "channel": channel}


def assemblyais(n: int) -> dict[str, Any]:
    """One of its messages, with 20 words."""
    word = {"text": "word", "start": 100, "end": 200, "confidence": 0.9, "word_is_final": True}
    turn = {
        "turn_order": n // 5,
        "turn_is_formatted": False,
        "transcript": "word " * 20,
        "words": [word] * 20,
    }
    return {"type": "Turn", "end_of_turn": n % 5 == 4} | turn


class Answering(StreamingFake):
    """Says something every 100 ms of sound, and notes when what came and went.

    Args:
        message: What it says.
        goodbye: The type of its last message.
    """

    def __init__(self, message: Any, goodbye: str) -> None:
        super().__init__()
        self.message = message
        self.goodbye = goodbye
        self.pulled: dict[int, deque[tuple[int, float]]] = {}
        self.said: dict[int, deque[float]] = {}
        self.sound_took_s: list[float] = []

    def usual_refusal(self, status: int) -> Any:
        """It refuses nobody, so there is nothing more to say than the status."""
        return {"status": status}

    def problem_of(self, _path: str, _query: dict[str, str], _headers: dict[str, str]) -> None:
        """Everybody may come in."""

    async def talk(self, connection: ServerConnection, heard: FakeConnection) -> None:
        """Answer sound with words."""
        n_bytes = n_said = 0
        pulled, said = self.pulled[heard.number], self.said[heard.number]
        async for frame in connection:
            now_s = time.perf_counter()
            if isinstance(frame, bytes):
                n_bytes += len(frame)
                while pulled and pulled[0][0] <= n_bytes:
                    self.sound_took_s.append(now_s - pulled.popleft()[1])
                while n_said < n_bytes // MESSAGE_EVERY_BYTES:
                    said.append(time.perf_counter())
                    await connection.send(json.dumps(self.message(n_said)))
                    n_said += 1
            elif json.loads(frame)["type"] in {"CloseStream", "Terminate"}:
                await connection.send(json.dumps({"type": self.goodbye}))
                return

    async def sound_of(self, number: int) -> AsyncIterator[bytes]:
        """A voice in real time."""
        begun_s, total = time.perf_counter(), 0
        for n, piece in enumerate(cut(bytes(round(LENGTH_S * 96_000)), PIECE_S)):
            await asyncio.sleep(begun_s + n * PIECE_S - time.perf_counter())
            total += len(piece)
            self.pulled[number].append((total, time.perf_counter()))
            yield piece


async def _voice(client: StreamingProvider, fake: Answering, number: int, took_s: list[float]) -> None:
    said = fake.said[number]

    def tell(_piece: Any) -> None:
        if said:
            took_s.append(time.perf_counter() - said.popleft())

    options = PROVIDERS[client.name].options().model_dump(mode="json")
    await client.stream(fake.sound_of(number), options, account_of(fake), tell)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("client", "message", "goodbye"),
    [
        (DeepgramStreaming(), deepgrams, "Metadata"),
        (AssemblyaiStreaming(), assemblyais, "Termination"),
    ],
    ids=["deepgram", "assemblyai"],
)
async def test_latency_that_the_client_adds(client, message, goodbye, capsys):
    """Ten voices in real time: sound is out and words are in within a few milliseconds, gathering apart."""
    words_took_s: list[float] = []
    async with Answering(message, goodbye) as fake:
        cpu_s = time.process_time()
        async with asyncio.TaskGroup() as tasks:
            for number in range(N_VOICES):
                fake.pulled[number], fake.said[number] = deque(), deque()
                tasks.create_task(_voice(client, fake, number, words_took_s), name=f"voice-{number}")
                await fake.until(partial(_has_come, fake, number))
        cpu_s = time.process_time() - cpu_s
    with capsys.disabled():
        print(
            f"\n{client.name}: sound to provider {_spread(fake.sound_took_s)}; message to piece"
            f" {_spread(words_took_s)}; {cpu_s / N_VOICES / LENGTH_S * 1000:.1f} ms of processor"
            " a second of voice, with the fake's"
        )
    assert len(fake.sound_took_s) > N_VOICES * LENGTH_S / PIECE_S * 0.9
    assert len(words_took_s) > N_VOICES * LENGTH_S * 10 * 0.9
    assert statistics.median(words_took_s) < 0.05
    assert statistics.median(fake.sound_took_s) < 0.1


def _has_come(fake: Answering, number: int) -> bool:
    return len(fake.connections) > number


def _spread(values_s: list[float]) -> str:
    cuts = statistics.quantiles(values_s, n=100)
    return f"p50 {cuts[49] * 1000:.2f} ms, p99 {cuts[98] * 1000:.2f} ms ({len(values_s)} times)"
