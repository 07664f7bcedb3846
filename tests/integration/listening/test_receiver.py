"""The receiver against real WebSocket senders."""

from __future__ import annotations

import json
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest
from websockets.asyncio.client import connect

from roomtone.bot.live_audio_frame import LiveAudioFrame, encode_frame
from roomtone.listening.errors import CannotListen
from roomtone.listening.heard_words import HeardWords
from roomtone.listening.receiver import LiveAudioReceiver, ReceiverEvent

if TYPE_CHECKING:
    from pathlib import Path

TICK = 960


def samples(path: Path) -> np.ndarray:
    """All samples of a WAV."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def frame(speaker: str, value: int, width: int = 4) -> bytes:
    """A frame of one tick with a constant value."""
    pcm = np.full(TICK, value, dtype="<i2").tobytes()
    return encode_frame(LiveAudioFrame(speaker, speaker.title(), pcm), width)  # type: ignore[arg-type]


async def test_each_speaker_gets_an_aligned_file(tmp_path):
    """Two speakers, one appearing later: both files have the meeting's length and every sample its place."""
    async with LiveAudioReceiver(tmp_path) as receiver, connect(receiver.url) as bot:
        await bot.send(json.dumps({"type": "ready", "bot_id": "b1", "message": "Ready to receive messages"}))
        assert json.loads(await bot.recv())["type"] == "ack"
        for tick in range(50):
            await bot.send(frame("ada", tick + 1, 2))
            if tick >= 20:
                await bot.send(frame("grace hopper/../x", 1000 + tick))
        await bot.close()
    assert receiver.counts.frames == 80
    ada = samples(tmp_path / "ada.wav")
    (grace_path,) = tmp_path.glob("grace*.wav")
    grace = samples(grace_path)
    assert len(ada) == len(grace)
    lead = len(ada) - 50 * TICK
    assert 0 <= lead < 48_000
    assert ada[lead::TICK].tolist() == list(range(1, 51))
    assert not grace[: lead + 20 * TICK].any()
    assert grace[lead + 20 * TICK :: TICK].tolist() == list(range(1020, 1050))
    lines = [json.loads(line) for line in (tmp_path / "frames.jsonl").read_text().splitlines()]
    assert len(lines) == 80
    assert set(lines[0]) == {"arrived_s", "capture_s", "speaker_id", "speaker_name", "samples"}
    assert lines[0]["capture_s"] == pytest.approx(lead / 48_000, abs=1e-5)


async def test_a_bot_that_comes_again_continues_its_files(tmp_path):
    """After a reconnect the same file goes on; nothing heard before is lost."""
    async with LiveAudioReceiver(tmp_path) as receiver:
        for part in range(2):
            async with connect(receiver.url) as bot:
                await bot.send('{"type":"ready","bot_id":"b1"}')
                await bot.recv()
                for tick in range(10):
                    await bot.send(frame("ada", part * 10 + tick + 1))
    ada = samples(tmp_path / "ada.wav")
    values = [int(v) for v in ada[np.flatnonzero(np.diff(ada, prepend=0) != 0)] if v]
    assert values == list(range(1, 21))
    assert receiver.counts.connections == 2


async def test_a_position_is_believed(tmp_path):
    """Files begin at the recording's beginning, and a told loss is silence of that length; nonsense is counted."""
    async with LiveAudioReceiver(tmp_path) as receiver, connect(receiver.url) as bot:
        await bot.send('{"type":"ready","bot_id":"b1"}')
        await bot.recv()
        for position, value in ((4800, 1), (96_000, 2)):
            await bot.send(json.dumps({"type": "position", "position": position, "sample_rate": 48_000}))
            await bot.send(frame("ada", value))
        for wrong in ('{"type":"position"}', '{"type":"position","position":"x"}'):
            await bot.send(wrong)
        await bot.close()
    ada = samples(tmp_path / "ada.wav")
    assert len(ada) == 96_000 + TICK
    assert np.flatnonzero(ada == 1).tolist() == list(range(4800, 4800 + TICK))
    assert np.flatnonzero(ada == 2)[0] == 96_000
    assert receiver.counts.other_messages == 2


async def test_wrong_messages_are_counted_and_nothing_ends(tmp_path):
    """Garbage, unknown types, texts and odd PCM are counted; the next good frame is heard."""
    async with LiveAudioReceiver(tmp_path) as receiver, connect(receiver.url) as bot:
        await bot.send('{"type":"ready","bot_id":"b1"}')
        await bot.recv()
        for wrong in (b"", b"\x01", b"\x01\xff\xff\xff\xff", frame("ada", 1) + b"\0"):
            await bot.send(wrong)
        await bot.send(b"\x07whatever")
        await bot.send("not json")
        await bot.send(frame("ada", 7))
        await bot.close()
    assert receiver.counts.wrong_frames == 4
    assert receiver.counts.other_messages == 2
    assert (samples(tmp_path / "ada.wav") == 7).sum() == TICK


async def test_a_second_bot_has_its_own_folder(tmp_path):
    """Two meetings never share a file: the second bot's lie in a folder named by its id."""
    async with (
        LiveAudioReceiver(tmp_path) as receiver,
        connect(receiver.url) as one,
        connect(receiver.url) as two,
    ):
        for bot, bot_id in ((one, "b1"), (two, "b2")):
            await bot.send(json.dumps({"type": "ready", "bot_id": bot_id}))
            await bot.recv()
        await one.send(frame("ada", 1))
        await two.send(frame("ada", 2))
        await one.close()
        await two.close()
    assert set(samples(tmp_path / "ada.wav").tolist()) - {0} == {1}
    assert set(samples(tmp_path / "b2" / "ada.wav").tolist()) - {0} == {2}


async def test_a_port_in_use_is_said_plainly(tmp_path):
    """A second receiver on the same port ends with an error for people."""
    async with LiveAudioReceiver(tmp_path) as receiver:
        with pytest.raises(CannotListen, match="choose another --port"):
            async with LiveAudioReceiver(tmp_path, port=receiver.port):
                pass


async def test_a_port_that_is_none_is_said_plainly(tmp_path):
    """A number that no port can have ends with an error for people."""
    with pytest.raises(CannotListen, match="0 to 65535"):
        async with LiveAudioReceiver(tmp_path, port=99_999):
            pass


async def test_words_and_sound_of_one_bot_come_over_two_connections(tmp_path):
    """A connection of words does not take the place of the one with sound."""
    events: list[ReceiverEvent] = []
    words = HeardWords(tmp_path / "words.jsonl")
    async with LiveAudioReceiver(tmp_path / "live", on_event=events.append, words=words) as receiver:
        async with connect(receiver.url) as sound, connect(receiver.url) as text:
            await sound.send('{"type":"ready","bot_id":"b1"}')
            await sound.recv()
            await text.send('{"type":"ready","bot_id":"b1","stream":"live_transcription"}')
            message = {
                "bot_id": "b1", "new_text": "hello", "words": [{"word": "hello", "start": 3.0}],
                "is_final": True, "speakerName": "Ada", "utterance_id": "u",
            }  # fmt: skip
            await text.send(json.dumps(message))
            await sound.send(encode_frame(LiveAudioFrame("ada", "Ada", b"\1\0" * 960)))
            await (await text.ping())
            await (await sound.ping())
        assert receiver.counts.frames == 1
    told = [event.fields["line"] for event in events if event.what == "words"]
    assert told == ["0:03  Ada: hello"]
    assert json.loads((tmp_path / "words.jsonl").read_text())["message"] == message
