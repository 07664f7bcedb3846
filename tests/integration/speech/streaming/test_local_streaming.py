"""The local engine on human speech, as it is spoken, in its child process."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import pytest
from tests.providers.clips import sound_of

from roomtone.speech.streaming.errors import StreamEnded
from roomtone.speech.streaming.local import LocalStreaming
from roomtone.speech.streaming.port import FLUSH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from roomtone.speech.streaming.port import Piece

PIECE_BYTES = 16_000 * 2 * 60 // 1000


async def pieces_of(*names: str) -> AsyncIterator[bytes]:
    """Clips with a second of silence before and after each, and a pause that is told."""
    for name in names:
        sound = bytes(32_000) + sound_of(name).astype("<i2").tobytes() + bytes(32_000)
        for first in range(0, len(sound), PIECE_BYTES):
            yield sound[first : first + PIECE_BYTES]
            await asyncio.sleep(0)
        yield FLUSH


def text_of(pieces: list[Piece]) -> list[str]:
    """The final texts."""
    return [piece.text for piece in pieces if piece.is_final]


async def test_two_voices_share_a_child_that_is_gone_afterwards():
    """Each hears its own words at their times; the child ends with the provider."""
    local = LocalStreaming()
    ada: list[Piece] = []
    grace: list[Piece] = []
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(local.stream(pieces_of("goforward"), {}, None, ada.append), name="ada")
        tasks.create_task(local.stream(pieces_of("something"), {}, None, grace.append), name="grace")
    assert local._engine is not None
    assert local._engine._child is not None
    pid = local._engine._child.pid
    await local.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert text_of(ada)[0].split()[:2] == ["go", "forward"]
    assert text_of(grace) == ["go somewhere and do something"]
    words = grace[-1].words
    assert 1.0 < words[0].start_s < 2.0
    assert words[-1].end_s < 1.0 + len(sound_of("something")) / 16_000
    assert all(word.confidence is not None for word in words)
    assert grace[-1].ends_utterance


async def test_a_child_that_dies_is_told_and_the_next_stream_has_another():
    """A crash of the engine's C code ends what it heard, and nothing else."""
    local = LocalStreaming()
    heard: list[Piece] = []

    async def crashing() -> AsyncIterator[bytes]:
        n_sent = 0
        async for pcm in pieces_of("austen-0880"):
            yield pcm
            n_sent += 1
            if n_sent == 40:
                while not heard:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                assert local._engine is not None
                assert local._engine._child is not None
                os.kill(local._engine._child.pid, 9)

    async with asyncio.timeout(60):
        with pytest.raises(StreamEnded) as ended:
            await local.stream(crashing(), {}, None, heard.append)
        assert (ended.value.code, ended.value.retryable) == ("engine_failed", True)
        again: list[Piece] = []
        await local.stream(pieces_of("something"), {}, None, again.append)
        await local.aclose()
    assert text_of(again) == ["go somewhere and do something"]


@pytest.mark.parametrize(
    ("options", "code"),
    [({"language": "fr"}, "bad_request"), ({"engine": "faster_whisper"}, "bad_request")],
)
async def test_what_the_engine_cannot_do_is_refused(options: dict[str, Any], code: str):
    """Before anything is started."""
    local = LocalStreaming()
    with pytest.raises(StreamEnded) as ended:
        await local.stream(pieces_of("something"), options, None, lambda _piece: None)
    assert (ended.value.code, ended.value.retryable) == (code, False)
    await local.aclose()


async def test_a_model_that_cannot_be_loaded_is_told(tmp_path):
    """As without the package: said once, in the engine's words, and not tried for ever."""
    local = LocalStreaming(tmp_path / "no-model")
    with pytest.raises(StreamEnded) as ended:
        await local.stream(pieces_of("something"), {}, None, lambda _piece: None)
    await local.aclose()
    assert (ended.value.code, ended.value.retryable) == ("engine_failed", False)
    assert "cannot be loaded" in str(ended.value)


async def test_sound_that_waits_too_long_is_dropped_and_counted():
    """Two utterances hold the engine: of the third voice the oldest goes."""
    dropped: list[float] = []
    local = LocalStreaming(on_dropped=dropped.append)
    engine = local._engine_for({})
    seats = [await engine.take_seat(), await engine.take_seat()]
    long = [name for _ in range(20) for name in ("austen-0880", "austen-0930")]
    heard: list[Piece] = []
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(local.stream(pieces_of(*long), {}, None, heard.append), name="late")
        while not dropped:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for seat in seats:
            engine.leave_seat(seat)
        task.cancel()
    await local.aclose()
    assert sum(dropped) > 1
    told = [piece.wordless_s for piece in heard if piece.wordless_s is not None]
    assert sum(until_s - from_s for from_s, until_s in told) == pytest.approx(sum(dropped))


async def test_a_pause_after_sound_without_words_is_told():
    """Nobody need wait for words of it; of sound with words only the words are told."""
    local = LocalStreaming()
    heard: list[Piece] = []

    async def silence_and_words() -> AsyncIterator[bytes]:
        yield bytes(3 * 32_000)
        yield FLUSH
        async for pcm in pieces_of("something"):
            yield pcm

    async with asyncio.timeout(60):
        await local.stream(silence_and_words(), {}, None, heard.append)
        await local.aclose()
    assert [piece.wordless_s for piece in heard if piece.wordless_s is not None] == [(0.0, 3.0)]
    assert text_of(heard) == ["go somewhere and do something"]
