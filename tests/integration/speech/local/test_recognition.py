"""The local provider on real speech."""

from __future__ import annotations

import asyncio
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

import roomtone.practice
from roomtone.bot.speaker import Speaker
from roomtone.speech.errors import EngineFailed, NothingToTranscribe, UnsupportedOption, UnusableAudio
from roomtone.speech.local.decoding import frames_of
from roomtone.speech.local.provider import LocalRecognition
from roomtone.speech.local.utterances import FRAME_BYTES
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track

CLIP = Path(roomtone.practice.__file__).parent / "demo" / "goforward.flac"


async def test_a_speakers_own_track_becomes_words_under_the_speakers_name(tmp_path):
    """The words of a clip, in time order within it, at the track's place in the meeting, by name."""
    told: list[float] = []
    track = Track(CLIP, 100.0, Speaker("p1", "Zoë"))
    transcript = await LocalRecognition().transcribe(Recorded((track,)), {}, tmp_path, told.append)
    (turn,) = transcript.turns
    assert (turn.speaker, turn.text) == ("Zoë", "go forward ten meters")
    assert 100.3 < turn.start_s < turn.end_s < 102.7
    sure = [word.confidence for word in turn.words if word.confidence is not None]
    assert len(sure) == 4
    assert all(0.0 < share <= 1.0 for share in sure)
    assert min(sure) < 0.99, "a small model is not sure of every word"
    assert (transcript.engine, transcript.model, transcript.language) == ("pocketsphinx", "en-us", "en-US")
    assert told == sorted(told)
    assert told[-1] == 1.0


async def test_what_was_heard_before_a_restart_is_not_recognised_again(tmp_path):
    """With all of a track heard, the rest is done and the kept words of a mix are named by the timeline."""
    kept = [
        {"track": 0, "until_s": 60.0, "words": [["hello", "hello", 1.0, 1.5, 0.9]]},
        {"track": 7, "until_s": 60.0, "words": [["stray", "stray", 1.0, 1.5, 0.9]]},
    ]
    torn = '{"track": 0, "until_s": 70'
    (tmp_path / "heard.jsonl").write_text("".join(json.dumps(line) + "\n" for line in kept) + torn, "utf-8")
    recorded = Recorded((Track(CLIP),), (Stretch("p1", "Ada", 0.9, 1.6),))
    transcript = await LocalRecognition().transcribe(recorded, {}, tmp_path, lambda _: None)
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == [("Ada", "hello")]
    again = await LocalRecognition().transcribe(recorded, {}, tmp_path, lambda _: None)
    assert again == transcript


async def test_the_language_is_that_in_which_most_was_said(tmp_path):
    """An engine may find another in each utterance; a short word does not decide."""
    kept = [
        {"track": 0, "until_s": 5.0, "words": [["ja", "Ja", 1.0, 1.2, 0.9]], "language": "de"},
        {"track": 0, "until_s": 9.0, "words": [["yes", "yes", 6.0, 8.0, 0.9]], "language": "en"},
        {"track": 0, "until_s": 60.0, "words": [["so", "so", 9.0, 9.2, 0.9]], "language": "de"},
        {"done": True, "language": "de"},
    ]
    (tmp_path / "heard.jsonl").write_text("".join(json.dumps(line) + "\n" for line in kept), "utf-8")
    recorded = Recorded((Track(CLIP, 0.0, Speaker("p1", "Ada")),))
    transcript = await LocalRecognition().transcribe(recorded, {}, tmp_path, lambda _: None)
    assert transcript.language == "en"


async def test_no_process_is_left_when_it_is_cancelled(tmp_path):
    """A transcription that is stopped takes its child with it."""
    tracks = tuple(Track(CLIP, float(n), Speaker(str(n), "Ada")) for n in range(50))
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.8):
            await LocalRecognition().transcribe(Recorded(tracks), {}, tmp_path, lambda _: None)
    assert set(psutil.Process().children(recursive=True)) <= before


async def test_files_without_sound_are_told(tmp_path):
    """One broken track of none that works is an error that another attempt would not mend."""
    broken = tmp_path / "audio-0001.webm"
    broken.write_bytes(b"no sound")
    with pytest.raises(UnusableAudio) as refused:
        await LocalRecognition().transcribe(Recorded((Track(broken),)), {}, tmp_path, lambda _: None)
    assert not refused.value.retryable
    with pytest.raises(NothingToTranscribe):
        await LocalRecognition().transcribe(Recorded(), {}, tmp_path, lambda _: None)


@pytest.mark.parametrize(
    "options", [{"language": "de"}, {"engine": "faster_whisper"}, {"model": "large"}, {"translate": True}]
)
async def test_what_the_engine_cannot_do_is_refused(tmp_path, options):
    """Options beyond the bundled model are refused by name, and a retry would not help."""
    with pytest.raises(UnsupportedOption) as refused:
        await LocalRecognition().transcribe(Recorded((Track(CLIP),)), options, tmp_path, lambda _: None)
    assert str(refused.value).startswith(next(iter(options)))


async def test_an_engine_that_dies_is_an_error_worth_another_attempt(tmp_path):
    """A model that is none ends the child; what it said stands in the log, and the error may be retried."""
    recognition = LocalRecognition(whisper_model=tmp_path)
    with pytest.raises(EngineFailed) as failed:
        await recognition.transcribe(Recorded((Track(CLIP),)), {}, tmp_path, lambda _: None)
    assert failed.value.retryable
    assert "cannot be loaded: the folder has no model.bin" in str(failed.value)
    assert "UnusableModel" in (tmp_path / "engine.log").read_text()


def test_gaps_in_a_file_are_silence(tmp_path):
    """Where a stream sent nothing for two seconds, its frames have two seconds of silence."""
    path = tmp_path / "gap.webm"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        tone = (np.sin(np.arange(960) * 0.1) * 8000).astype(np.int16).reshape(1, -1)
        for number in [*range(50), *range(150, 200)]:
            frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = 48_000, Fraction(1, 48_000), number * 960
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    frames = list(frames_of(path))
    assert all(len(frame) == FRAME_BYTES for frame in frames)
    assert len(frames) * 0.03 == pytest.approx(4.0, abs=0.1)
    quiet = [max(abs(np.frombuffer(frame, "<i2"))) < 50 for frame in frames]
    assert all(quiet[40:95])
    assert not any(quiet[5:30] + quiet[105:125])
