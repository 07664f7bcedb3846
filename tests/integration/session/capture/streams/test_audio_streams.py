"""Participants' own files of sound: real speech in, decoded and compared; kills and full disks."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

import roomtone.practice
from roomtone.bot.speaker import CHUNK_SAMPLES, NO_SPEAKER, Speaker
from roomtone.bot.stream_manifest import STREAMS_FOLDER, STREAMS_MANIFEST, StreamSegment, read_manifest
from roomtone.practice.clips import decode_clip
from roomtone.session.capture.model import SILENCE, Samples, Tick
from roomtone.session.capture.streams.audio_streams import AudioStreams
from roomtone.session.capture.streams.errors import StreamsFailed
from roomtone.session.capture.streams.manifest import StreamManifest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[5]
CLIPS = Path(roomtone.practice.__file__).parent / "demo"
FIRST_POSITION = 48_000 * 3
ADA, GRACE = Speaker("7", "Ada Lovelace"), Speaker("8", "NoSpeaker")
RATE = 48_000


@cache
def speech(name: str) -> Samples:
    """Real speech, int16 at 48 kHz, in whole ticks."""
    samples = (decode_clip(CLIPS / name) * 32_000).astype(np.int16)
    return samples[: len(samples) // CHUNK_SAMPLES * CHUNK_SAMPLES]


def ticks(length_s: float, said: dict[Speaker, list[tuple[float, Samples]]]) -> list[Tick]:
    """A meeting in which everybody is known from the beginning and says things at their times."""
    tracks = {speaker: np.zeros(round(length_s * RATE), np.int16) for speaker in said}
    for speaker, clips in said.items():
        for at_s, samples in clips:
            place = tracks[speaker][round(at_s * RATE) :][: len(samples)]
            place[:] = samples[: len(place)]
    made = []
    for begin in range(0, round(length_s * RATE), CHUNK_SAMPLES):
        pieces = {speaker: track[begin : begin + CHUNK_SAMPLES] for speaker, track in tracks.items()}
        voices = {speaker: piece if piece.any() else SILENCE for speaker, piece in pieces.items()}
        made.append(Tick(FIRST_POSITION + begin, 500.0 + begin / RATE, voices))
    return made


def segments_in(folder: Path) -> list[StreamSegment]:
    """What the manifest tells."""
    with (folder / STREAMS_MANIFEST).open(encoding="utf-8") as lines:
        return read_manifest(lines)


def decoded(folder: Path, segment: StreamSegment) -> np.ndarray:
    """A segment's samples, full scale 1."""
    with av.open(str(folder / STREAMS_FOLDER / segment.file)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def likeness(heard: np.ndarray, wanted: Samples) -> tuple[float, int]:
    """The correlation of what was heard with what was said, and by how many samples they are apart."""
    reach = 960
    middle = wanted[reach : 2 * RATE].astype(float)
    found = np.correlate(heard[: 2 * RATE + reach].astype(float), middle, "valid")
    offset = int(found.argmax()) - reach
    at = heard[reach + offset : reach + offset + len(middle)]
    return float(np.corrcoef(at, middle)[0, 1]), offset


@pytest.fixture
def streams(tmp_path: Path) -> Iterator[AudioStreams]:
    """Streams into the test's folder."""
    manifest = StreamManifest(tmp_path)
    streams = AudioStreams(manifest)
    yield streams
    streams.close()
    manifest.close()


def test_everybody_is_heard_alone_in_their_place(tmp_path: Path, streams: AudioStreams):
    """Speech that overlaps comes out whole in each speaker's file, at its sample; a long gap makes two."""
    first, second, third = speech("goforward.flac"), speech("something.flac"), speech("numbers.flac")
    meeting = ticks(
        60.0, {ADA: [(1.0, first), (45.0, third)], GRACE: [(1.5, second)], NO_SPEAKER: [(20.0, first)]}
    )
    for tick in meeting:
        while streams.backlog > 500:
            time.sleep(0.002)
        late = {Speaker("8", "Grace Hopper") if one == GRACE else one: s for one, s in tick.voices.items()}
        streams.on_tick(tick if tick.at_s < 502.0 else Tick(tick.position, tick.at_s, late))
    assert streams.close()
    made = segments_in(tmp_path)
    assert [(one.participant_id, one.name) for one in made] == [
        ("7", "Ada Lovelace"),
        ("8", "Grace Hopper"),
        ("NoSpeaker", "NoSpeaker"),
        ("7", "Ada Lovelace"),
    ]
    for segment, (at_s, said) in zip(
        made, [(1.0, first), (1.5, second), (20.0, first), (45.0, third)], strict=True
    ):
        heard = decoded(tmp_path, segment)
        assert len(heard) == segment.samples
        begin = round(at_s * RATE) - segment.start_sample
        assert 0 <= begin <= 0.4 * RATE
        alike, offset = likeness(heard[begin:], said)
        assert alike > 0.95, segment.file
        assert abs(offset) < 48, segment.file


def test_ticks_that_did_not_come_are_silence_in_their_place(tmp_path: Path, streams: AudioStreams):
    """What a hang cost is missing, and what follows lies where it was."""
    said = speech("numbers.flac")
    for tick in ticks(len(said) / RATE, {ADA: [(0.0, said)]}):
        if not 502.0 <= tick.at_s < 503.0:
            streams.on_tick(tick)
    assert streams.close()
    heard = decoded(tmp_path, segments_in(tmp_path)[0])
    start = segments_in(tmp_path)[0].start_sample
    assert np.abs(heard[round(2.1 * RATE) - start : round(2.95 * RATE) - start]).max() < 0.01
    alike, offset = likeness(heard[3 * RATE + 960 - start :], said[3 * RATE + 960 :])
    assert alike > 0.9
    assert abs(offset) < 48


KILLED = """
import sys, time
from pathlib import Path
from roomtone.session.capture.streams.audio_streams import AudioStreams
from roomtone.session.capture.streams.manifest import StreamManifest
from tests.integration.session.capture.streams.test_audio_streams import ADA, GRACE, speech, ticks
streams = AudioStreams(StreamManifest(Path(sys.argv[1])))
said = speech("austen-0870.flac")
made = ticks(5.0, {ADA: [(0.0, said)], GRACE: [(1.0, said)]})
print("ready", flush=True)
for tick in made[:200]:
    streams.on_tick(tick)
while streams.backlog:
    time.sleep(0.01)
print("now", flush=True)
time.sleep(30)
"""


def test_a_killed_writer_loses_less_than_a_second(tmp_path: Path):
    """After kill -9 everybody's file plays up to a second before the kill."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGKILL)
    made = segments_in(tmp_path)
    assert [(one.participant_id, one.samples) for one in made] == [("7", None), ("8", None)]
    for segment in made:
        said = speech("austen-0870.flac")
        heard = decoded(tmp_path, segment)
        ends_s = (segment.start_sample + len(heard)) / RATE
        assert 3.0 < ends_s < 4.5
        begin = 0 if segment.participant_id == "7" else RATE - segment.start_sample
        alike, offset = likeness(heard[begin:], said[: len(heard) - begin])
        assert alike > 0.9
        assert abs(offset) < 48


FULL = """
import resource, sys, time
from pathlib import Path
from roomtone.session.capture.streams.audio_streams import AudioStreams
from roomtone.session.capture.streams.errors import StreamsFailed
from roomtone.session.capture.streams.manifest import StreamManifest
from tests.integration.session.capture.streams.test_audio_streams import ADA, speech, ticks
resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))
streams = AudioStreams(StreamManifest(Path(sys.argv[1])))
for tick in ticks(5.0, {ADA: [(0.0, speech("austen-0870.flac"))]}):
    try:
        streams.on_tick(tick)
    except StreamsFailed:
        break
    time.sleep(0.002)
print(streams.close(), type(streams.failure).__name__)
"""


def test_a_full_disk_ends_the_streams_and_what_they_hold_plays(tmp_path: Path):
    """The failure is told by the next tick, closing says it too, and the file plays up to it."""
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], cwd=ROOT, capture_output=True, check=True, timeout=30
    )
    assert told.stdout.split()[-2:] == [b"False", StreamsFailed.__name__.encode()]
    assert 1.0 < len(decoded(tmp_path, segments_in(tmp_path)[0])) / RATE < 3.0
