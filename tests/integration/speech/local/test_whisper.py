"""The real faster-whisper in the recognising children, with a model whose words are known."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import TYPE_CHECKING

import av
import numpy as np
import psutil
import pytest
import webrtcvad
from tests.integration.speech.local.needs_whisper import NEEDS_WHISPER
from tests.providers.clips import CLIPS, sound_of

from roomtone.bot.speaker import Speaker
from roomtone.config import Settings
from roomtone.doctor import Verdict, check_transcripts
from roomtone.speech.errors import EngineFailed
from roomtone.speech.local.decoding import frames_of
from roomtone.speech.local.provider import LocalRecognition
from roomtone.speech.local.utterances import SAMPLE_RATE_HZ, Utterance, utterances
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track
from roomtone.speech.streaming.errors import StreamEnded
from roomtone.speech.streaming.local import LocalStreaming
from roomtone.speech.streaming.port import FLUSH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from roomtone.speech.streaming.port import Piece
    from roomtone.speech.transcript import Word

pytestmark = NEEDS_WHISPER
WORDS = ("hello", "big", "world")
GO, AUSTEN = CLIPS / "goforward.flac", CLIPS / "austen-0880.flac"
ADA, ZOE = Speaker("p1", "Ada"), Speaker("p2", "Zoë")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A multilingual model; it takes everything for English."""
    from tests.integration.speech.local.made_whisper import make_model

    return make_model(tmp_path_factory.mktemp("models") / "tiny", WORDS)


def write(path: Path, sound: NDArray[np.int16]) -> Path:
    """A FLAC of 16 kHz."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        file.mux([*stream.encode(frame), *stream.encode(None)])
    return path


def expected_s(path: Path, begin_s: float = 0.0) -> list[float]:
    """When the words that the model hears in a file begin: 0.4 s each from every utterance's beginning."""
    detector = webrtcvad.Vad(2)
    parts = utterances(frames_of(path), lambda frame: detector.is_speech(frame, SAMPLE_RATE_HZ))
    found = [part for part in parts if isinstance(part, Utterance)]
    assert all(part.end_s - part.start_s > 1.2 for part in found), "the words fit into each"
    return [begin_s + part.start_s + 0.4 * n for part in found for n in range(len(WORDS))]


def begins_s(words: Sequence[Word]) -> list[float]:
    """When words begin."""
    return [word.start_s for word in words]


async def test_each_speakers_words_have_times_and_probabilities(model: Path, tmp_path: Path):
    """Two tracks: every word in its place in the meeting, sure, and under its speaker's name."""
    told: list[float] = []
    recorded = Recorded((Track(GO, 100.0, ADA), Track(AUSTEN, 200.0, ZOE)))
    provider = LocalRecognition(whisper_model=model)
    made = await provider.transcribe(recorded, {"language": "auto"}, tmp_path, told.append)
    assert (made.engine, made.model, made.language) == ("faster-whisper", "tiny", "en")
    assert [turn.speaker for turn in made.turns] == ["Ada", "Zoë"]
    for turn, path, begin_s in zip(made.turns, (GO, AUSTEN), (100.0, 200.0), strict=True):
        assert turn.text == "hello big world"
        assert begins_s(turn.words) == pytest.approx(expected_s(path, begin_s), abs=0.021)
        assert [word.end_s - word.start_s for word in turn.words] == pytest.approx([0.4] * 3, abs=0.021)
        assert all(0.99 < (word.confidence or 0) <= 1.0 for word in turn.words)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(("asked", "told"), [("de", "de"), ("nb-NO", "no"), ("jv", "jv")])
async def test_a_language_can_be_asked_for(model: Path, tmp_path: Path, asked: str, told: str):
    """By the codes of the rest of the world, too."""
    provider = LocalRecognition(whisper_model=model)
    recorded = Recorded((Track(GO, 0.0, ADA),))
    made = await provider.transcribe(recorded, {"language": asked}, tmp_path, lambda _: None)
    assert made.language == told
    assert [turn.text for turn in made.turns] == ["hello big world"]


async def test_a_language_is_found_out(tmp_path: Path):
    """``auto`` tells what the model takes the sound for, by the code that others have for it."""
    from tests.integration.speech.local.made_whisper import make_model

    provider = LocalRecognition(whisper_model=make_model(tmp_path / "java", language="jw"))
    recorded = Recorded((Track(GO, 0.0, ADA),))
    made = await provider.transcribe(recorded, {"language": "auto"}, tmp_path, lambda _: None)
    assert made.language == "jv"


async def test_a_model_of_english_alone(tmp_path: Path):
    """Works with ``auto``, and knows what it is."""
    from tests.integration.speech.local.made_whisper import make_model

    provider = LocalRecognition(whisper_model=make_model(tmp_path / "tiny.en", is_multilingual=False))
    recorded = Recorded((Track(GO, 0.0, ADA),))
    made = await provider.transcribe(recorded, {"language": "auto"}, tmp_path, lambda _: None)
    assert (made.model, made.language) == ("tiny.en", "en")
    assert [turn.text for turn in made.turns] == ["hello big world"]


async def test_the_words_of_a_mix_are_named_by_the_timeline(model: Path, tmp_path: Path):
    """Two clips in one file."""
    pause = np.zeros(2 * SAMPLE_RATE_HZ, np.int16)
    first, second = sound_of("goforward"), sound_of("austen-0880")
    mix = write(tmp_path / "mix.flac", np.concatenate([first, pause, second]))
    change_s = (len(first) + len(pause) / 2) / SAMPLE_RATE_HZ
    timeline = (Stretch("p1", "Ada", 0.0, change_s), Stretch("p2", "Zoë", change_s, 60.0))
    provider = LocalRecognition(whisper_model=model)
    made = await provider.transcribe(Recorded((Track(mix),), timeline), {}, tmp_path, lambda _: None)
    assert [(turn.speaker, turn.text) for turn in made.turns] == [
        ("Ada", "hello big world"),
        ("Zoë", "hello big world"),
    ]


async def test_silence_and_sound_without_words_have_none(model: Path, tmp_path: Path):
    """Whisper is not asked about silence, in which it would hear words; of a voice it may hear none."""
    from tests.integration.speech.local.made_whisper import make_model

    silence = write(tmp_path / "silence.flac", np.zeros(30 * SAMPLE_RATE_HZ, np.int16))
    deaf = make_model(tmp_path / "deaf", words=())
    for number, (path, whisper) in enumerate(((silence, model), (GO, deaf))):
        work = tmp_path / str(number)
        work.mkdir()
        provider = LocalRecognition(whisper_model=whisper)
        made = await provider.transcribe(Recorded((Track(path, 0.0, ADA),)), {}, work, lambda _: None)
        assert made.turns == ()


async def test_a_long_file_is_heard_to_its_end(model: Path, tmp_path: Path):
    """Two minutes, with speech that is cut since nobody pauses: each utterance once, in order."""
    pause = np.zeros(SAMPLE_RATE_HZ, np.int16)
    clip, breathless = sound_of("austen-0880"), np.concatenate([sound_of("goforward")[6000:-6000]] * 20)
    sound = np.concatenate([*([clip, pause] * 20), breathless])
    path = write(tmp_path / "long.flac", sound)
    assert len(sound) > 100 * SAMPLE_RATE_HZ
    provider = LocalRecognition(whisper_model=model)
    made = await provider.transcribe(Recorded((Track(path, 0.0, ADA),)), {}, tmp_path, lambda _: None)
    heard = begins_s([word for turn in made.turns for word in turn.words])
    assert heard == pytest.approx(expected_s(path), abs=0.021)
    assert len(heard) > 20 * len(WORDS)


async def child_of(before: set[psutil.Process], work: Path) -> psutil.Process:
    """The recognising child, once it has told an utterance."""
    while not (work / "heard.jsonl").is_file() or not (work / "heard.jsonl").stat().st_size:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    (child,) = set(psutil.Process().children(recursive=True)) - before
    return child


def many_tracks() -> Recorded:
    """Work for some time."""
    return Recorded(tuple(Track(AUSTEN, 10.0 * n, ADA) for n in range(40)))


async def test_no_process_is_left_when_it_is_cancelled(model: Path, tmp_path: Path):
    """With the threads of the library at work."""
    before = set(psutil.Process().children(recursive=True))
    provider = LocalRecognition(whisper_model=model)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        work = provider.transcribe(many_tracks(), {}, tmp_path, lambda _: None)
        task = tasks.create_task(work, name="transcribe")
        child = await child_of(before, tmp_path)
        task.cancel()
    assert task.cancelled()
    assert not child.is_running()


async def test_a_child_that_is_killed_is_told_and_what_it_heard_is_kept(model: Path, tmp_path: Path):
    """As by a system without memory; the next attempt begins after the last utterance that was told."""
    before = set(psutil.Process().children(recursive=True))
    provider = LocalRecognition(whisper_model=model)
    recorded = many_tracks()

    async def kill() -> None:
        (await child_of(before, tmp_path)).send_signal(signal.SIGKILL)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(kill(), name="kill")
        with pytest.raises(EngineFailed, match="was killed; perhaps its model needs more memory") as failed:
            await provider.transcribe(recorded, {}, tmp_path, lambda _: None)
    assert failed.value.retryable
    kept = (tmp_path / "heard.jsonl").read_text("utf-8")
    made = await provider.transcribe(recorded, {}, tmp_path, lambda _: None)
    lines = [json.loads(line) for line in (tmp_path / "heard.jsonl").read_text("utf-8").splitlines() if line]
    assert (tmp_path / "heard.jsonl").read_text("utf-8").startswith(kept)
    assert sum("words" in line for line in lines) == 40
    assert sum(len(turn.words) for turn in made.turns) == 40 * len(WORDS)


async def test_models_that_cannot_be_used_are_told(tmp_path: Path):
    """One that was not copied to its end, one of 128 bands without the file that says so; not where they lie."""
    from tests.integration.speech.local.made_whisper import make_model

    torn = make_model(tmp_path / "torn")
    os.truncate(torn / "model.bin", 3_000_000)
    large = make_model(tmp_path / "large", n_mels=128)
    recorded = Recorded((Track(GO, 0.0, ADA),))
    assert await LocalRecognition(whisper_model=large).transcribe(recorded, {}, tmp_path, lambda _: None)
    (large / "preprocessor_config.json").unlink()
    for number, (folder, said) in enumerate(
        ((torn, "cannot be loaded: RuntimeError"), (large, "takes sound in 128 bands .* preprocessor_config"))
    ):
        work = tmp_path / str(number)
        work.mkdir()
        with pytest.raises(EngineFailed, match=said) as failed:
            await LocalRecognition(whisper_model=folder).transcribe(recorded, {}, work, lambda _: None)
        assert str(tmp_path) not in str(failed.value)


def test_the_doctor_loads_the_model(model: Path):
    """And says its name."""
    finding = check_transcripts(Settings(whisper_model_dir=model))
    assert (finding.verdict, finding.found) == (Verdict.GOOD, "the Whisper model tiny can be loaded")


async def spoken(*names: str, heard: Sequence[Piece] | None = None) -> AsyncIterator[bytes]:
    """Clips with a second of silence around each; the speaker waits in the middle of the first to be heard."""
    for name in names:
        sound = bytes(32_000) + sound_of(name).astype("<i2").tobytes() + bytes(32_000)
        for first in range(0, len(sound), 1920):
            yield sound[first : first + 1920]
            await asyncio.sleep(0)
            while heard is not None and not heard and first > len(sound) // 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        yield FLUSH


async def test_it_hears_people_while_they_speak(model: Path):
    """Two voices share one loaded model; words come before an utterance is over, and for good after it."""
    local = LocalStreaming(model)
    ada: list[Piece] = []
    zoe: list[Piece] = []
    auto = {"language": "auto"}
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        sound = spoken("goforward", "something", heard=ada)
        tasks.create_task(local.stream(sound, auto, None, ada.append), name="ada")
        tasks.create_task(local.stream(spoken("austen-0880"), auto, None, zoe.append), name="zoe")
    await local.aclose()
    for heard, n_utterances in ((ada, 2), (zoe, 1)):
        final = [piece for piece in heard if piece.is_final]
        assert [piece.text for piece in final] == ["hello big world"] * n_utterances
        assert {piece.language for piece in final} == {"en"}
        assert all(piece.ends_utterance for piece in final)
    assert not ada[0].is_final
    assert "hello big world".startswith(ada[0].text)
    first = next(piece for piece in ada if piece.is_final)
    assert 0.5 < first.words[0].start_s < 2.0


async def test_nobody_waits_for_those_who_go_on_speaking(model: Path):
    """Four people stop in the middle of an utterance until a fifth was heard to the end: there is room for all."""
    local = LocalStreaming(model)
    heard: list[list[Piece]] = [[] for _ in range(5)]
    last = heard[-1]
    stopped = asyncio.Semaphore(0)

    async def stopping() -> AsyncIterator[bytes]:
        n_bytes = 0
        async for piece in spoken("goforward"):
            yield piece
            if n_bytes < 64_000 <= n_bytes + len(piece):
                stopped.release()
                while not any(one.is_final for one in last):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            n_bytes += len(piece)

    async def after_them() -> AsyncIterator[bytes]:
        for _ in heard[:-1]:
            await stopped.acquire()
        async for piece in spoken("something"):
            yield piece

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for number, pieces in enumerate(heard):
            sound = after_them() if pieces is last else stopping()
            tasks.create_task(local.stream(sound, {}, None, pieces.append), name=f"voice-{number}")
    await local.aclose()
    for pieces in heard:
        assert [piece.text for piece in pieces if piece.is_final] == ["hello big world"]


async def test_a_model_that_cannot_be_loaded_ends_live_words(tmp_path: Path):
    """Said once, in words that help."""
    from tests.integration.speech.local.made_whisper import make_model

    folder = make_model(tmp_path / "half")
    (folder / "tokenizer.json").unlink()
    local = LocalStreaming(folder)
    with pytest.raises(StreamEnded, match=r"has no tokenizer\.json") as ended:
        await local.stream(spoken("something"), {}, None, lambda _piece: None)
    await local.aclose()
    assert not ended.value.retryable
