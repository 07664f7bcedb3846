"""AssemblyAI's client against a real WebSocket server that speaks AssemblyAI's protocol."""

from __future__ import annotations

import asyncio
import json
import math
from functools import partial
from typing import TYPE_CHECKING

import pytest
from assemblyai.streaming.v3.models import RealTimeErrorCodes
from tests.providers.assemblyai_streaming import CLOSES, AssemblyaiStreamingFake
from tests.providers.fake_clock import MovedClock
from tests.providers.recognised import Told, account_of, recognised
from tests.providers.running_sound import cut, in_pieces, voiced
from tests.providers.script import said
from tests.providers.streaming_fake import Fault

from roomtone.speech.accounts import Account
from roomtone.speech.streaming.assemblyai import CLOSES as KNOWN_CLOSES
from roomtone.speech.streaming.assemblyai import AssemblyaiStreaming, dial
from roomtone.speech.streaming.errors import StreamEnded
from roomtone.speech.streaming.port import FLUSH
from roomtone.speech.streaming.provider_socket import SocketTiming

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HELLO = said("Hello there, I am well.", 0.5)
WORDS = HELLO + said("And you too?", 4.0)
SOUND = voiced(WORDS, 6.0)
FAST = SocketTiming()
"""Sound that waited is sent as fast as it goes."""


async def test_words_and_turns_are_those_that_were_said():
    """A turn grows, keeps its place and ends once; times are exact."""
    async with AssemblyaiStreamingFake(WORDS) as fake:
        told = await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(SOUND))
    assert told.texts == ["hello there i am well", "and you too"]
    assert told.words == [(word.bare, word.start_s, word.end_s) for word in WORDS]
    assert [piece.segment for piece in told.pieces] == [0, 0, 0, 1, 1, 1]
    assert [piece.n_final_words for piece in told.pieces] == [1, 4, 5, 0, 2, 3]
    assert [piece.is_final for piece in told.pieces] == [False, False, True] * 2
    assert told.n_ends == 2
    assert told.pieces[1].raw["words"][4]["word_is_final"] is False


async def test_formatted_turn_ends_once():
    """The turn that ends twice, as it was heard and formatted, is one final piece with punctuation."""
    async with AssemblyaiStreamingFake(WORDS) as fake:
        told = await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(SOUND), format_turns=True)
        over = [turn for turn in fake.connections[0].sent if turn.get("end_of_turn")]
    assert len(over) == 4
    assert told.texts == ["Hello there, I am well.", "And you too?"]
    assert [piece.is_formatted for piece in told.pieces] == [False, False, False, True] * 2
    assert [piece.ends_utterance for piece in told.pieces] == [False, False, False, True] * 2


async def test_model_that_always_formats_ends_its_turns_at_once():
    """A turn that ends once and formatted is final with it."""
    async with AssemblyaiStreamingFake(WORDS) as fake:
        told = await recognised(
            AssemblyaiStreaming(FAST), fake, in_pieces(SOUND), format_turns=True, speech_model="u3-rt-pro"
        )
    assert told.texts == ["Hello there, I am well.", "And you too?"]
    assert told.n_ends == 2


async def test_formatted_form_that_does_not_come_is_not_waited_for():
    """The turn is final as it was heard; when its formatted form comes after all it replaces it."""
    told, late, done = Told(), asyncio.Event(), asyncio.Event()

    def tell(piece):
        told.pieces.append(piece)
        if piece.is_final:
            (done if late.is_set() else late).set()

    async def spoken() -> AsyncIterator[bytes]:
        pieces = cut(SOUND)
        for piece in pieces[:150]:
            yield piece
        await late.wait()
        for piece in pieces[150:190]:
            yield piece
        await done.wait()

    async with AssemblyaiStreamingFake(HELLO, formatted_delay_s=1.0) as fake:
        client = AssemblyaiStreaming(FAST, formatted_s=0.02)
        options = {"format_turns": True, "speech_model": "universal-streaming-english"}
        await client.stream(spoken(), options, account_of(fake), tell)
    finals = [piece for piece in told.pieces if piece.is_final]
    assert [piece.text for piece in finals] == ["hello there i am well", "Hello there, I am well."]
    assert [piece.ends_utterance for piece in finals] == [True, False]


async def test_request_says_what_was_asked_for():
    """The documented query and headers; what is ours is not sent."""
    async with AssemblyaiStreamingFake() as fake:
        await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(SOUND[:9600]), max_turn_silence=2000)
    (connection,) = fake.connections
    assert connection.query == {
        "sample_rate": "48000",
        "encoding": "pcm_s16le",
        "speech_model": "universal-streaming-english",
        "format_turns": "false",
        "vad_threshold": "0.4",
        "end_of_turn_confidence_threshold": "0.4",
        "inactivity_timeout": "300",
        "min_turn_silence": "400",
        "max_turn_silence": "2000",
    }
    assert connection.headers["authorization"] == fake.key
    assert connection.headers["assemblyai-version"] == "2025-05-12"
    assert connection.kinds == ["Terminate"]


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        (None, "wss://streaming.assemblyai.com/v3/ws"),
        ("https://api.assemblyai.com", "wss://streaming.assemblyai.com/v3/ws"),
        ("https://api.eu.assemblyai.com", "wss://streaming.eu.assemblyai.com/v3/ws"),
        ("https://api.eu.assemblyai.com/v2", "wss://streaming.eu.assemblyai.com/v3/ws"),
        ("http://stt.internal:8080", "ws://stt.internal:8080/v3/ws"),
        ("https://stt.internal/asm/v3/", "wss://stt.internal/asm/v3/ws"),
    ],
)
def test_streams_have_hosts_of_their_own(base_url, url):
    """The address of recordings leads to that of streams."""
    assert dial({}, Account(api_key="k", base_url=base_url)).url.partition("?")[0] == url


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 48_000])
@pytest.mark.parametrize("piece_s", [0.02, 0.1, 2.5])
async def test_frames_have_a_length_that_is_taken(rate, piece_s):
    """Pieces of any length become frames of 50 to 1000 ms, the last one padded."""
    words = said("Hello there.", 0.5)
    sound = voiced(words, 3.03, rate)
    async with AssemblyaiStreamingFake(words) as fake:
        client = AssemblyaiStreaming(FAST)
        assert client.sample_rate_hz({"sample_rate": rate}) == rate
        told = await recognised(client, fake, in_pieces(sound, piece_s, rate), sample_rate=rate)
        frames = fake.connections[0].frames
    assert told.texts == ["hello there"]
    assert len(sound) <= sum(frames) < len(sound) + rate * 2 * 0.051
    assert all(0.05 <= n_bytes / 2 / rate <= 1 for n_bytes in frames)


async def test_pauses_bring_out_turns_and_do_not_move_times():
    """FLUSH pads the frame and ends the turn; times stay those of the sound that was given."""
    told, ends = Told(), asyncio.Semaphore(0)

    def tell(piece):
        told.pieces.append(piece)
        if piece.ends_utterance:
            ends.release()

    async def spoken() -> AsyncIterator[bytes]:
        for n in range(8):
            for piece in cut(voiced(said(f"word{n}", 0.0), 0.31)):
                yield piece
            yield FLUSH
            await ends.acquire()

    # The provider hears 350 ms for each 310: it pads nothing, and counts what it hears.
    words = [word for n in range(8) for word in said(f"word{n}", round(n * 0.35, 3))]
    async with AssemblyaiStreamingFake(words) as fake:
        await AssemblyaiStreaming(FAST).stream(
            spoken(), {"speech_model": "universal-streaming-english"}, account_of(fake), tell
        )
        assert fake.connections[0].kinds == ["ForceEndpoint"] * 8 + ["Terminate"]
    assert told.words == [(f"word{n}", round(n * 0.31, 3), round(n * 0.31 + 0.3, 3)) for n in range(8)]


async def test_silence_is_bridged_by_keep_alive():
    """While nothing is spoken a text frame says that we are there, so that the session is not idle."""
    clock = MovedClock()
    async with AssemblyaiStreamingFake(WORDS, clock=clock) as fake:
        heard = fake.connections

        def more_texts_than(seen: int) -> bool:
            return len(heard[0].texts) > seen

        async def spoken() -> AsyncIterator[bytes]:
            for piece in cut(SOUND[: 3 * 96_000]):
                yield piece
            for _ in range(4):
                await fake.until(partial(more_texts_than, len(heard[0].texts)))
                clock.move(290.0)
            for piece in cut(SOUND[3 * 96_000 :]):
                yield piece

        client = AssemblyaiStreaming(SocketTiming(keep_alive_s=0.01))
        told = await recognised(client, fake, spoken())
    assert told.texts == ["hello there i am well", "and you too"]
    assert set(heard[0].kinds[:-1]) == {"KeepAlive"}


async def test_idle_session_is_told_as_idle():
    """4031 after ``inactivity_timeout``: another connection will do, with the next words."""
    clock = MovedClock()
    async with AssemblyaiStreamingFake(clock=clock) as fake:

        async def spoken() -> AsyncIterator[bytes]:
            yield bytes(9600)
            await fake.until(lambda: bool(fake.connections and fake.connections[0].frames))
            clock.move(30.0)
            await asyncio.sleep(60)

        with pytest.raises(StreamEnded, match="idle for too long") as ended:
            await recognised(
                AssemblyaiStreaming(SocketTiming(keep_alive_s=60)), fake, spoken(), inactivity_timeout=30
            )
    assert (ended.value.code, ended.value.retryable) == ("idle", True)


MEANINGS = {
    1000: ("closed", True),
    1001: ("closed", True),
    1008: ("key_refused", False),
    1011: ("engine_failed", True),
    1012: ("closed", True),
    1013: ("unreachable", True),
    3005: ("engine_failed", True),
    3006: ("bad_request", False),
    3007: ("closed", False),
    3008: ("expired", True),
    3009: ("too_many_streams", True),
    4000: ("bad_request", False),
    4001: ("key_refused", False),
    4002: ("no_funds", False),
    4003: ("no_funds", False),
    4004: ("closed", False),
    4008: ("expired", True),
    4010: ("closed", False),
    4029: ("closed", False),
    4030: ("closed", False),
    4031: ("idle", True),
    4032: ("closed", False),
    4033: ("closed", False),
    4034: ("closed", False),
    4100: ("closed", False),
    4101: ("closed", False),
    4102: ("too_many_streams", False),
    4103: ("closed", False),
    4999: ("closed", False),
    3999: ("closed", True),
    0: ("closed", True),
}


def test_every_documented_close_has_a_meaning():
    """None of the codes that the provider or its library names falls to the rule for unknown ones."""
    named = CLOSES.keys() | RealTimeErrorCodes.keys()
    assert named <= KNOWN_CLOSES.keys()
    assert KNOWN_CLOSES.keys() <= MEANINGS.keys()


@pytest.mark.parametrize("close_code", MEANINGS)
async def test_closes(close_code):
    """Every close ends the stream with what it means and the provider's words; what was final stays."""
    told = Told()
    async with AssemblyaiStreamingFake(WORDS, faults=[Fault(close_code=close_code, after_s=4.5)]) as fake:
        with pytest.raises(StreamEnded) as ended:
            await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(SOUND), told)
    assert (ended.value.code, ended.value.retryable) == MEANINGS[close_code]
    assert CLOSES.get(close_code, "") in str(ended.value)
    assert (f"code {close_code}" in str(ended.value)) is (close_code != 0)
    assert told.texts == ["hello there i am well"]
    assert told.n_ends == 1
    assert not told.last[-1].is_final


@pytest.mark.parametrize("close_code", [3005, 3009, 4001, 4002, 4029])
async def test_error_messages(close_code):
    """An Error message says the same as the close that follows it."""
    fault = Fault(close_code=close_code, error_first=True, after_s=0.1)
    async with AssemblyaiStreamingFake(WORDS, faults=[fault]) as fake:
        with pytest.raises(StreamEnded, match=CLOSES[close_code]) as ended:
            await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(SOUND))
    assert (ended.value.code, ended.value.retryable) == MEANINGS[close_code]


@pytest.mark.parametrize("error", [{"type": "Error", "error": "boo"}, {"error": "boo", "error_code": "x"}])
async def test_error_without_a_code(error):
    """It ends the stream, to be tried again."""

    class Failing(AssemblyaiStreamingFake):
        async def talk(self, connection, _heard):
            await connection.send(json.dumps(error))
            await connection.wait_closed()

    async with Failing() as fake:
        with pytest.raises(StreamEnded, match="boo") as ended:
            await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(SOUND))
    assert (ended.value.code, ended.value.retryable) == ("engine_failed", True)


@pytest.mark.parametrize(
    ("status", "code", "retryable", "words"),
    [
        (400, "bad_request", False, "Something went wrong"),
        (401, "key_refused", False, "Invalid API key"),
        (402, "no_funds", False, "Insufficient funds"),
        (403, "key_refused", False, "Something went wrong"),
        (429, "too_many_streams", True, "Too many requests"),
        (503, "unreachable", True, "Something went wrong"),
    ],
)
async def test_refused_handshake(status, code, retryable, words):
    """What the status means, with AssemblyAI's own words."""
    async with AssemblyaiStreamingFake(faults=[Fault(refuse_status=status)]) as fake:
        with pytest.raises(StreamEnded, match=words) as ended:
            await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(SOUND))
    assert (ended.value.code, ended.value.retryable) == (code, retryable)


@pytest.mark.parametrize("by_http", [False, True])
async def test_wrong_key(by_http):
    """Refused at the handshake or right after it, it is the same and never tried again."""
    async with AssemblyaiStreamingFake(refuses_keys_by_http=by_http) as fake:
        with pytest.raises(StreamEnded) as ended:
            await AssemblyaiStreaming(FAST).stream(in_pieces(SOUND), {}, account_of(fake, "wrong"), print)
    assert (ended.value.code, ended.value.retryable) == ("key_refused", False)
    assert "wrong" not in str(ended.value)


@pytest.mark.parametrize("account", [None, Account()])
async def test_without_a_key_nobody_is_asked(account):
    """No key is told without a connection."""
    with pytest.raises(StreamEnded, match="there is no key for AssemblyAI"):
        await AssemblyaiStreaming().stream(in_pieces(SOUND), {}, account, print)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"speech_model": "no-such"}, "speech_model is missing"),
        ({"vad_threshold": "7"}, "vad_threshold must be"),
    ],
)
async def test_refused_options(options, words):
    """What is wrong with a parameter is told in the provider's words."""
    options = {"speech_model": "universal-streaming-english"} | options
    async with AssemblyaiStreamingFake() as fake:
        with pytest.raises(StreamEnded, match=words) as ended:
            await AssemblyaiStreaming(FAST).stream(in_pieces(SOUND), options, account_of(fake), print)
    assert (ended.value.code, ended.value.retryable) == ("bad_request", False)


async def test_sound_that_waited_does_not_come_too_fast():
    """What was kept while there was no connection is sent at a pace that the provider bears."""
    timing = SocketTiming(most_speed=100.0, ahead_s=2.0)
    loop = asyncio.get_running_loop()
    async with AssemblyaiStreamingFake(WORDS) as fake:
        begun_s = loop.time()
        told = await recognised(AssemblyaiStreaming(timing), fake, in_pieces(voiced(WORDS, 30.0)))
    assert loop.time() - begun_s >= 0.25
    assert told.n_ends == 2


async def test_sound_that_comes_too_fast_ends_the_stream():
    """4029 is what the pace is there for."""
    async with AssemblyaiStreamingFake(WORDS, most_speed=1.5, clock=MovedClock()) as fake:
        with pytest.raises(StreamEnded, match="too fast"):
            await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(voiced(WORDS, 8.0)))


async def test_too_many_streams_of_one_account():
    """The one stream that is too many is closed, and may be tried again; the others go on."""
    async with AssemblyaiStreamingFake(WORDS, most_streams=1) as fake:
        over = asyncio.Event()

        async def first() -> AsyncIterator[bytes]:
            for piece in cut(SOUND):
                yield piece
            await over.wait()

        async with asyncio.TaskGroup() as tasks:
            one = tasks.create_task(recognised(AssemblyaiStreaming(FAST), fake, first()), name="one")
            await fake.until(lambda: bool(fake.connections and fake.connections[0].frames))
            with pytest.raises(StreamEnded) as ended:
                await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(SOUND))
            over.set()
    assert (ended.value.code, ended.value.retryable) == ("too_many_streams", True)
    assert one.result().n_ends == 2


async def test_warnings_are_passed_over():
    """A warning, and what later versions may say, ends nothing."""

    class Talkative(AssemblyaiStreamingFake):
        async def talk(self, connection, heard):
            await connection.send('{"type": "Warning", "warning_code": 3, "warning": "an old parameter"}')
            await connection.send('{"type": "Heartbeat", "total_audio_received_ms": 1}')
            await connection.send('{"type": "Turn", "turn_order": "x"}')
            await connection.send("not json")
            await super().talk(connection, heard)

    async with Talkative(WORDS) as fake:
        told = await recognised(AssemblyaiStreaming(FAST), fake, in_pieces(SOUND))
    assert told.n_ends == 2


async def test_last_words_are_waited_for_only_so_long():
    """Without Termination after Terminate the stream ends with an error, since words may be missing."""
    timing = SocketTiming(goodbye_s=0.1)
    async with AssemblyaiStreamingFake(WORDS, faults=[Fault(mute=True, after_s=5.0)]) as fake:
        with pytest.raises(StreamEnded, match="did not finish within") as ended:
            await recognised(AssemblyaiStreaming(timing), fake, in_pieces(SOUND))
    assert ended.value.retryable


async def test_cancelled_stream_leaves_nothing():
    """All its tasks and its socket are gone when the cancellation has come through."""
    before = asyncio.all_tasks()
    async with AssemblyaiStreamingFake(WORDS) as fake:

        async def spoken() -> AsyncIterator[bytes]:
            for piece in cut(SOUND[:96_000]):
                yield piece
            await asyncio.sleep(math.inf)

        async with asyncio.TaskGroup() as tasks:
            client = AssemblyaiStreaming(FAST)
            streaming = tasks.create_task(recognised(client, fake, spoken()), name="streaming")
            await fake.until(lambda: bool(fake.connections and fake.connections[0].frames))
            streaming.cancel()
        await asyncio.sleep(0)
        assert fake.dialled_by_us() == 0
        mine = {task.get_name() for task in asyncio.all_tasks()}
        assert not {name for name in mine if name.startswith("recognition")}
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before | {asyncio.current_task()}
