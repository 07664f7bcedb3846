"""Deepgram's client against a real WebSocket server that speaks Deepgram's protocol."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.integration.outbound.conftest import tls  # noqa: F401  a certificate of our own
from tests.providers.deepgram_streaming import DATA_0000, NET_0001, DeepgramStreamingFake
from tests.providers.fake_clock import MovedClock
from tests.providers.recognised import Told, account_of, recognised
from tests.providers.running_sound import cut, in_pieces, voiced
from tests.providers.script import said
from tests.providers.streaming_fake import Fault

from roomtone.speech.accounts import Account
from roomtone.speech.streaming.deepgram import DeepgramStreaming
from roomtone.speech.streaming.errors import StreamEnded
from roomtone.speech.streaming.port import FLUSH
from roomtone.speech.streaming.provider_socket import SocketTiming

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HELLO = said("Hello there, I am well.", 0.5)
WORDS = HELLO + said("And you too?", 4.0)
SOUND = voiced(WORDS, 6.0)


async def test_words_and_utterances_are_those_that_were_said():
    """Interim results come first, final ones replace them, each utterance ends once; times are exact."""
    async with DeepgramStreamingFake(WORDS) as fake:
        told = await recognised(DeepgramStreaming(), fake, in_pieces(SOUND))
    assert told.texts == ["Hello there, I am well.", "And you too?"]
    assert told.words == [(word.text, word.start_s, word.end_s) for word in WORDS]
    assert [piece.is_final for piece in told.pieces] == [False, False, True] * 2
    assert [piece.utterance for piece in told.pieces] == [0, 0, 0, 1, 1, 1]
    assert told.n_ends == 2
    assert told.pieces[2].raw["speech_final"] is True
    assert told.pieces[2].words[0].text == "hello"


async def test_request_says_what_was_asked_for():
    """The documented query and header; what is ours is not sent."""
    async with DeepgramStreamingFake() as fake:
        await recognised(
            DeepgramStreaming(), fake, in_pieces(SOUND[:9600]), model="nova-3", transcription_mode="raw"
        )
    (connection,) = fake.connections
    assert connection.query == {
        "model": "nova-3",
        "language": "en",
        "punctuate": "true",
        "smart_format": "true",
        "endpointing": "300",
        "vad_events": "true",
        "utterance_end_ms": "1000",
        "encoding": "linear16",
        "channels": "1",
        "sample_rate": "48000",
        "interim_results": "true",
    }
    assert connection.headers["authorization"] == f"Token {fake.key}"
    assert sum(connection.frames) == 9600
    assert connection.kinds == ["CloseStream"]


async def test_final_results_of_one_utterance_are_joined():
    """An utterance of several final results is one utterance, over with its last."""
    async with DeepgramStreamingFake(HELLO, words_a_final=2) as fake:
        told = await recognised(DeepgramStreaming(), fake, in_pieces(SOUND[: 3 * 96_000]))
    assert told.texts == ["Hello there,", "I am", "well."]
    assert {piece.utterance for piece in told.pieces} == {0}
    assert [piece.ends_utterance for piece in told.last] == [False, False, True]


async def test_pause_brings_out_what_is_pending():
    """FLUSH becomes Finalize: the words are final and the utterance is over, though no silence was heard."""
    done = asyncio.Event()

    async def spoken() -> AsyncIterator[bytes]:
        for piece in cut(voiced(HELLO, 2.0)):
            yield piece
        yield FLUSH
        await done.wait()

    def tell(piece):
        told.pieces.append(piece)
        if piece.ends_utterance:
            done.set()

    told = Told()
    async with DeepgramStreamingFake(HELLO) as fake:
        await DeepgramStreaming().stream(
            spoken(), {"model": "nova-3", "encoding": "linear16"}, account_of(fake), tell
        )
        assert fake.connections[0].kinds == ["Finalize", "CloseStream"]
    assert told.words == [(word.bare, word.start_s, word.end_s) for word in HELLO]
    assert told.n_ends == 1


async def test_unanswered_finalize_ends_the_utterance_in_time():
    """Where everything was final already there is no answer to Finalize: the utterance ends all the same."""
    over = asyncio.Event()

    async def spoken() -> AsyncIterator[bytes]:
        for piece in cut(voiced(HELLO, 1.72)):
            yield piece
        yield FLUSH
        await over.wait()

    def tell(piece):
        told.pieces.append(piece)
        if piece.ends_utterance:
            over.set()

    told = Told()
    words = [*HELLO[:4], *said("later", 9.0)]
    async with DeepgramStreamingFake(words, words_a_final=1) as fake:
        client = DeepgramStreaming(finalize_s=0.05)
        options = {"model": "nova-3", "encoding": "linear16", "endpointing": 60_000}
        await client.stream(spoken(), options, account_of(fake), tell)
    assert told.n_ends == 1
    assert " ".join(told.texts) == "hello there i am"


async def test_silence_is_bridged_by_keep_alive():
    """While nothing is spoken a text frame says that we are there, so the 10 s rule does not hang up."""
    clock = MovedClock()
    async with DeepgramStreamingFake(WORDS, clock=clock) as fake:
        heard = fake.connections

        def more_texts_than(seen: int) -> bool:
            return len(heard[0].texts) > seen

        async def spoken() -> AsyncIterator[bytes]:
            for piece in cut(SOUND[: 3 * 96_000]):
                yield piece
            for _ in range(4):
                seen = len(heard[0].texts)
                await fake.until(partial(more_texts_than, seen))
                clock.move(8.0)
            for piece in cut(SOUND[3 * 96_000 :]):
                yield piece

        client = DeepgramStreaming(SocketTiming(keep_alive_s=0.01))
        told = await recognised(client, fake, spoken())
    assert told.texts == ["Hello there, I am well.", "And you too?"]
    assert set(heard[0].kinds[:-1]) == {"KeepAlive"}


async def test_hang_up_in_silence_is_told_as_idle():
    """NET-0001: another connection will do, with the next words."""
    clock = MovedClock()
    async with DeepgramStreamingFake(clock=clock) as fake:

        async def spoken() -> AsyncIterator[bytes]:
            yield bytes(960)
            await fake.until(lambda: bool(fake.connections and fake.connections[0].frames))
            clock.move(10.0)
            await asyncio.sleep(60)

        with pytest.raises(StreamEnded, match="NET-0001") as ended:
            await recognised(DeepgramStreaming(SocketTiming(keep_alive_s=60)), fake, spoken())
    assert (ended.value.code, ended.value.retryable) == ("idle", True)


async def test_sound_that_cannot_be_decoded():
    """DATA-0000 is not tried again."""
    async with DeepgramStreamingFake() as fake:
        with pytest.raises(StreamEnded, match="DATA-0000") as ended:
            await recognised(DeepgramStreaming(), fake, in_pieces(bytes(961), piece_s=1))
    assert (ended.value.code, ended.value.retryable) == ("closed", False)


@pytest.mark.parametrize(
    ("status", "code", "retryable", "words"),
    [
        (400, "bad_request", False, "failed to parse the query"),
        (401, "key_refused", False, "Invalid credentials"),
        (402, "no_funds", False, "does not have enough credits"),
        (403, "key_refused", False, "does not have access to the requested model"),
        (404, "bad_request", False, "Something went wrong"),
        (429, "too_many_streams", True, "Too many requests"),
        (500, "unreachable", True, "Something went wrong"),
        (503, "unreachable", True, "temporarily unavailable"),
    ],
)
async def test_refused_handshake(status, code, retryable, words):
    """What the status means, with Deepgram's own words."""
    async with DeepgramStreamingFake(faults=[Fault(refuse_status=status)]) as fake:
        with pytest.raises(StreamEnded, match=words) as ended:
            await recognised(DeepgramStreaming(), fake, in_pieces(SOUND))
    assert (ended.value.code, ended.value.retryable) == (code, retryable)
    assert f"HTTP {status}" in str(ended.value)


@pytest.mark.parametrize(
    ("close_code", "reason", "code", "retryable"),
    [
        (1000, "", "closed", True),
        (1001, "going away", "closed", True),
        (1008, DATA_0000, "closed", False),
        (1008, "something else", "bad_request", False),
        (1011, NET_0001, "idle", True),
        (1011, "NET-0000: internal server error", "engine_failed", True),
        (1012, "restart", "closed", True),
        (1013, "later", "closed", True),
        (4321, "unheard of", "closed", False),
        (0, "", "closed", True),
    ],
)
async def test_closes(close_code, reason, code, retryable):
    """Every close ends the stream with what it means; what was final stays, its utterance is over."""
    fault = Fault(close_code=close_code, close_reason=reason, after_s=4.5)
    told = Told()
    async with DeepgramStreamingFake(WORDS, faults=[fault]) as fake:
        with pytest.raises(StreamEnded) as ended:
            await recognised(DeepgramStreaming(), fake, in_pieces(SOUND), told)
    assert (ended.value.code, ended.value.retryable) == (code, retryable)
    assert reason[:20] in str(ended.value)
    assert told.texts == ["Hello there, I am well."]
    assert told.n_ends == 1
    assert not told.last[-1].is_final


@pytest.mark.parametrize(
    ("close_code", "reason", "code", "retryable"),
    [
        (1008, DATA_0000, "closed", False),
        (1011, NET_0001, "idle", True),
        (1011, "NET-0000: internal server error", "engine_failed", True),
    ],
)
async def test_error_messages(close_code, reason, code, retryable):
    """An Error message says the same as the close that follows it."""
    fault = Fault(close_code=close_code, close_reason=reason, error_first=True, after_s=0.1)
    async with DeepgramStreamingFake(WORDS, faults=[fault]) as fake:
        with pytest.raises(StreamEnded, match=reason[:8]) as ended:
            await recognised(DeepgramStreaming(), fake, in_pieces(SOUND))
    assert (ended.value.code, ended.value.retryable) == (code, retryable)
    assert "code 1" not in str(ended.value)


async def test_wrong_key_is_refused_and_never_shown():
    """The text names the provider and not the key, even if the provider repeats it."""
    key = "sk-very-secret-0123456789"
    fault = Fault(refuse_status=401, refuse_body={"err_code": "X", "err_msg": f"no such key {key}"})
    async with DeepgramStreamingFake(faults=[fault]) as fake:
        with pytest.raises(StreamEnded) as ended:
            await DeepgramStreaming().stream(in_pieces(SOUND), {}, account_of(fake, key), print)
    assert ended.value.code == "key_refused"
    assert "no such key" in str(ended.value)
    assert key not in str(ended.value) + repr(ended.value)


@pytest.mark.parametrize("account", [None, Account(), Account(api_key="schlüssel")])
async def test_without_a_usable_key_nobody_is_asked(account):
    """No key, or one that cannot be one, is told without a connection."""
    with pytest.raises(StreamEnded, match="key for Deepgram") as ended:
        await DeepgramStreaming().stream(in_pieces(SOUND), {}, account, print)
    assert (ended.value.code, ended.value.retryable) == ("key_refused", False)


async def test_private_address_is_not_dialled_unless_allowed():
    """The address policy holds for providers too."""
    async with DeepgramStreamingFake() as fake:
        account = Account(api_key=fake.key, base_url=fake.url)
        with pytest.raises(StreamEnded, match="not public") as ended:
            await DeepgramStreaming().stream(in_pieces(SOUND), {}, account, print)
    assert (ended.value.code, ended.value.retryable) == ("unreachable", False)
    assert fake.connections == []


async def test_tls_is_checked(tls):  # noqa: F811  it is the fixture
    """A certificate that is not trusted is told as that; with the operator's trust words come."""
    server_tls, client_tls, _ = tls
    async with DeepgramStreamingFake(WORDS, tls=server_tls) as fake:
        with pytest.raises(StreamEnded, match="certificate that is not trusted") as ended:
            await recognised(DeepgramStreaming(), fake, in_pieces(SOUND))
        assert (ended.value.code, ended.value.retryable) == ("unreachable", True)
        account, told = replace(account_of(fake), tls=client_tls), Told()
        await DeepgramStreaming().stream(in_pieces(SOUND), {}, account, told.pieces.append)
    assert told.n_ends == 2


async def test_nobody_there():
    """A server that is down is worth another attempt."""
    async with DeepgramStreamingFake() as fake:
        account = account_of(fake)
    with pytest.raises(StreamEnded, match="cannot be reached") as ended:
        await DeepgramStreaming().stream(in_pieces(SOUND), {}, account, print)
    assert (ended.value.code, ended.value.retryable) == ("unreachable", True)


async def test_provider_that_takes_nothing():
    """While it does not read, sound is not pulled without end; after the deadline the stream ends."""
    n_pulled = 0

    async def spoken() -> AsyncIterator[bytes]:
        nonlocal n_pulled
        while True:
            n_pulled += 1
            yield bytes(1920)

    timing = SocketTiming(send_s=0.3)
    async with DeepgramStreamingFake(faults=[Fault(stall=True)]) as fake:
        with pytest.raises(StreamEnded, match=r"took nothing for 0\.3 s") as ended:
            await recognised(DeepgramStreaming(timing), fake, spoken())
    assert (ended.value.code, ended.value.retryable) == ("unreachable", True)
    assert n_pulled * 0.02 < 30


async def test_provider_that_says_nothing_any_more():
    """It takes sound and is silent, though it says something of silence too: another connection may do."""
    timing = SocketTiming(silent_s=0.05)

    async def spoken() -> AsyncIterator[bytes]:
        while True:
            yield bytes(1920)
            await asyncio.sleep(0)

    async with DeepgramStreamingFake(faults=[Fault(mute=True)]) as fake:
        with pytest.raises(StreamEnded, match="said nothing of") as ended:
            await recognised(DeepgramStreaming(timing), fake, spoken())
    assert (ended.value.code, ended.value.retryable) == ("unreachable", True)


async def test_last_words_are_waited_for_only_so_long():
    """Without Metadata after CloseStream the stream ends with an error, since words may be missing."""
    timing = SocketTiming(goodbye_s=0.1)
    async with DeepgramStreamingFake(WORDS, faults=[Fault(mute=True, after_s=5.0)]) as fake:
        with pytest.raises(StreamEnded, match=r"did not finish within 0\.1 s") as ended:
            await recognised(DeepgramStreaming(timing), fake, in_pieces(SOUND))
    assert ended.value.retryable


async def test_close_without_goodbye_is_an_end_too():
    """A provider that closes with 1000 once it was told that nothing follows has said everything."""

    class Curt(DeepgramStreamingFake):
        async def talk(self, connection, heard):
            async for message in connection:
                if isinstance(message, str):
                    heard.texts.append(message)
                    return

    async with Curt() as fake:
        await recognised(DeepgramStreaming(), fake, in_pieces(SOUND))
        assert fake.connections[0].kinds == ["CloseStream"]


async def test_slow_answers_are_waited_for():
    """A provider that lags tells everything before the stream returns."""
    async with DeepgramStreamingFake(WORDS, faults=[Fault(answer_delay_s=0.05)]) as fake:
        told = await recognised(DeepgramStreaming(), fake, in_pieces(SOUND))
    assert told.texts == ["Hello there, I am well.", "And you too?"]


@pytest.mark.parametrize("stall", [False, True])
async def test_cancelled_stream_leaves_nothing(stall):
    """All its tasks and its socket are gone when the cancellation has come through."""
    before = asyncio.all_tasks()
    async with DeepgramStreamingFake(WORDS, faults=[Fault(stall=stall)]) as fake:
        of_fake = asyncio.all_tasks()

        async def spoken() -> AsyncIterator[bytes]:
            for piece in cut(SOUND[:96_000]):
                yield piece
            await asyncio.sleep(math.inf)

        async with asyncio.TaskGroup() as tasks:
            streaming = tasks.create_task(recognised(DeepgramStreaming(), fake, spoken()), name="streaming")
            await fake.until(lambda: bool(fake.connections))
            await asyncio.sleep(0.05)
            assert fake.dialled_by_us() == 1
            streaming.cancel()
        await asyncio.sleep(0)
        assert fake.dialled_by_us() == 0
        mine = {task.get_name() for task in asyncio.all_tasks() - of_fake}
        assert not {name for name in mine if name.startswith("recognition")}
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before | {asyncio.current_task()}


async def test_message_that_is_too_long_ends_the_connection():
    """What a provider may make us keep is bounded; the close is ours and says nothing of it."""

    class Shouting(DeepgramStreamingFake):
        async def talk(self, connection, _heard):
            await connection.send("x" * 2_000_000)
            await connection.wait_closed()

    async with Shouting() as fake:
        with pytest.raises(StreamEnded, match="lost the connection") as ended:
            await recognised(DeepgramStreaming(), fake, in_pieces(SOUND))
    assert (ended.value.code, ended.value.retryable) == ("closed", True)


async def test_what_makes_no_sense_is_passed_over():
    """Broken, strange and unknown messages do not end a stream."""

    class Strange(DeepgramStreamingFake):
        async def talk(self, connection, heard):
            for text in ["{", "[]", "null", '{"type": "Results"}', '{"type": "New"}', "NaN", '{"type": 3}']:
                await connection.send(text)
            await connection.send(b"\x00\x01")
            await super().talk(connection, heard)

    async with Strange(WORDS) as fake:
        told = await recognised(DeepgramStreaming(), fake, in_pieces(SOUND))
    assert told.texts == ["Hello there, I am well.", "And you too?"]


async def test_many_streams_at_once_do_not_mix():
    """One client object serves a stream a speaker."""
    texts = [f"Word number {n}." for n in range(12)]
    async with DeepgramStreamingFake(lambda n: said(texts[n], 0.2)) as fake:
        client = DeepgramStreaming()
        async with asyncio.TaskGroup() as tasks:
            sound = voiced(said(texts[0], 0.2), 2.0)
            streams = [
                tasks.create_task(recognised(client, fake, in_pieces(sound)), name=f"stream-{n}")
                for n in range(12)
            ]
    assert sorted(stream.result().texts[0] for stream in streams) == sorted(texts)


async def test_wrong_options_are_told_in_the_providers_words():
    """What the provider has against a parameter is read from its refusal."""
    async with DeepgramStreamingFake() as fake:
        with pytest.raises(StreamEnded, match="utterance_end_ms must be") as ended:
            await DeepgramStreaming().stream(
                in_pieces(SOUND), {"utterance_end_ms": 5}, account_of(fake), lambda _: None
            )
    assert (ended.value.code, ended.value.retryable) == ("bad_request", False)
