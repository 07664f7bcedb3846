"""The recording writer, with real files, full disks and kills."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
from tests.integration.session.capture.recording_material import BEEP_AT_S, packets, sound
from tests.quiet_machine import in_time

from roomtone.session.capture.model import VideoPacket
from roomtone.session.capture.recording_errors import RecordingDiskFull, RecordingFailed
from roomtone.session.capture.writer import RecordingWriter

START_S = 500.0
ROOT = Path(__file__).parents[4]


def feed(writer: RecordingWriter, seconds: float, video: list[VideoPacket], *, first_position: int = 48_000):
    """Give sound and pictures as they would come, in capture order, without waiting."""
    pcm, waiting = sound(seconds), list(video)
    for start in range(0, len(pcm), 960):
        at_s = START_S + start / 48_000
        writer.write_audio(first_position + start, at_s, pcm[start : start + 960])
        while waiting and waiting[0].at_s <= at_s:
            writer.write_video(waiting.pop(0))


def streams(path: Path) -> dict[str, tuple[str, float, int]]:
    """Codec, length in seconds and number of decoded frames of each stream."""
    found: dict[str, tuple[str, float, int]] = {}
    with av.open(str(path)) as container:
        pictures = (
            [frame.time or 0.0 for frame in container.decode(video=0)] if container.streams.video else []
        )
        if pictures:
            found["video"] = (container.streams.video[0].codec_context.name, pictures[-1], len(pictures))
    with av.open(str(path)) as container:
        sounds = list(container.decode(container.streams.audio[0]))
        end_s = (sounds[-1].time or 0.0) + sounds[-1].samples / sounds[-1].rate
        found["audio"] = (container.streams.audio[0].codec_context.name, end_s, len(sounds))
    return found


def length_s(path: Path, kind: str) -> float:
    """What the container says of a stream's length."""
    with av.open(str(path)) as container:
        stream = container.streams.get(**{kind: 0})[0]
        packet_ends = [
            float((packet.pts + (packet.duration or 0)) * packet.time_base)
            for packet in container.demux(stream)
            if packet.pts is not None and packet.time_base is not None
        ]
        return max(packet_ends)


def flash_and_beep_s(path: Path) -> tuple[float, float]:
    """When the picture turns white and when the tone begins, by the file's own clock."""
    with av.open(str(path)) as container:
        flash = next(
            float(frame.time)
            for frame in container.decode(video=0)
            if frame.to_ndarray(format="gray")[400, 900] > 180
        )
    return flash, beep_s(path)


def beep_s(path: Path) -> float:
    """When the tone begins, by the file's own clock."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    heard = np.concatenate([frame.to_ndarray()[0].astype(float) for frame in frames])
    loud = np.abs(heard) > (0.1 if np.abs(heard).max() <= 2 else 3000)
    return (frames[0].time or 0.0) + int(np.argmax(loud)) / 48_000


def test_both_files_play_are_in_sync_and_as_long_as_the_stay(tmp_path: Path):
    """MP4 with H.264 and AAC, MP3; 6 s each; flash and beep within 5 ms of each other."""
    writer = RecordingWriter(tmp_path, with_video=True)
    feed(writer, 6, packets(6, START_S))
    assert writer.close()
    video, audio = streams(tmp_path / "recording.mp4")["video"], streams(tmp_path / "recording.mp4")["audio"]
    assert (video[0], video[2], audio[0]) == ("h264", 180, "aac")
    for kind in ("video", "audio"):
        assert length_s(tmp_path / "recording.mp4", kind) == pytest.approx(6, abs=0.1)
    codec, end_s, _ = streams(tmp_path / "audio.mp3")["audio"]
    assert codec == "mp3float"
    assert end_s == pytest.approx(6, abs=0.1)
    flash, beep = flash_and_beep_s(tmp_path / "recording.mp4")
    assert beep - flash == pytest.approx(0, abs=0.005)
    assert flash == pytest.approx(BEEP_AT_S, abs=0.005)
    assert beep_s(tmp_path / "audio.mp3") == pytest.approx(BEEP_AT_S, abs=0.06)
    assert writer.statistics.pictures == 180
    assert writer.statistics.recorded_s == 6


def test_a_finished_file_has_an_ordinary_index(tmp_path: Path):
    """A proper end leaves a file that every player can seek in without reading all of it."""
    writer = RecordingWriter(tmp_path, with_video=True)
    feed(writer, 4, packets(4, START_S))
    writer.close()
    with av.open(str(tmp_path / "recording.mp4")) as container:
        assert container.streams.video[0].frames == 120


def test_a_late_first_picture_covers_the_beginning_and_the_last_one_the_end(tmp_path: Path):
    """The encoder took 2 s to start and died 2 s before the end: still no desync, both streams whole."""
    writer = RecordingWriter(tmp_path, with_video=True)
    late = [packet for packet in packets(6, START_S, late_s=1.0) if packet.at_s < START_S + 4]
    feed(writer, 6, late)
    writer.close()
    path = tmp_path / "recording.mp4"
    with av.open(str(path)) as container:
        times = [float(frame.time) for frame in container.decode(video=0)]
    assert times[0] == pytest.approx(0.02, abs=0.025)
    assert times[1] == pytest.approx(2.05, abs=0.04)
    assert length_s(path, "video") == pytest.approx(6, abs=0.1)
    assert length_s(path, "audio") == pytest.approx(6, abs=0.1)


def test_pictures_from_before_the_first_sample_show_the_beginning(tmp_path: Path):
    """What was encoded before the recording began is kept as far as it is needed to decode the rest."""
    writer = RecordingWriter(tmp_path, with_video=True)
    early = packets(6, START_S - 3)
    for packet in early:
        if packet.at_s < START_S:
            writer.write_video(packet)
    feed(writer, 3, [packet for packet in early if packet.at_s >= START_S])
    writer.close()
    with av.open(str(tmp_path / "recording.mp4")) as container:
        times = [float(frame.time) for frame in container.decode(video=0)]
    assert times == sorted(set(times))
    assert len(times) == 120, "one second before the start belongs to the same group of pictures"
    assert times[-1] == pytest.approx(3, abs=0.06)


def test_without_any_picture_the_mp4_holds_the_sound_and_a_dark_one(tmp_path: Path):
    """A picture that never comes costs nothing of the sound, nor its safety while the meeting runs."""
    writer = RecordingWriter(tmp_path, with_video=True)
    feed(writer, 7, [])
    deadline = time.monotonic() + 60
    while writer.statistics.recorded_s < 7 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert beep_s(tmp_path / "recording.mp4") == pytest.approx(BEEP_AT_S, abs=0.03), "before the end"
    writer.close()
    video = streams(tmp_path / "recording.mp4")["video"]
    assert (video[0], video[2]) == ("h264", 1)
    assert length_s(tmp_path / "recording.mp4", "video") == pytest.approx(7, abs=0.1)
    assert beep_s(tmp_path / "recording.mp4") == pytest.approx(BEEP_AT_S, abs=0.03)


def test_sound_alone_makes_only_the_mp3(tmp_path: Path):
    """An audio-only stay has no MP4, and pictures are ignored."""
    writer = RecordingWriter(tmp_path, with_video=False)
    feed(writer, 3, packets(3, START_S))
    writer.close()
    assert [path.name for path in tmp_path.iterdir()] == ["audio.mp3"]


def test_missing_sound_is_silence_of_the_same_length(tmp_path: Path):
    """A jump of the position moves nothing that follows; what overlaps is written once."""
    writer = RecordingWriter(tmp_path, with_video=False)
    pcm = sound(4)
    writer.write_audio(0, START_S, pcm[:24_000])
    writer.write_audio(72_000, START_S + 1.5, pcm[72_000:120_000])
    writer.write_audio(96_000, START_S + 2, pcm[96_000:])
    writer.close()
    assert writer.statistics.gap_samples == 48_000
    assert writer.statistics.recorded_s == 4
    assert beep_s(tmp_path / "audio.mp3") == pytest.approx(BEEP_AT_S, abs=0.06)


def test_a_restarted_encoder_with_other_parameters_is_decoded_through(tmp_path: Path):
    """New parameter sets in mid-file, as after a fallback to another recorder, are decoded by a player."""
    writer = RecordingWriter(tmp_path, with_video=True)
    other = packets(1, START_S + 3, preset="veryfast")
    assert other[0].data[:30] != packets(3, START_S)[0].data[:30], "the parameter sets differ"
    feed(writer, 4, [packet for packet in packets(3, START_S) if packet.at_s < START_S + 3] + other)
    writer.close()
    assert streams(tmp_path / "recording.mp4")["video"][2] == 120


def test_pictures_with_a_broken_clock_are_left_out(tmp_path: Path):
    """A stamp far in the future does not stretch the file, and what depends on that picture goes with it."""
    writer = RecordingWriter(tmp_path, with_video=True)
    video = packets(6, START_S)
    video[30] = VideoPacket(START_S + 10_000, video[30].data, is_key=False)
    pcm = sound(6)
    for index, packet in enumerate(video):
        writer.write_audio(index * 1600, START_S + index / 30, pcm[index * 1600 : (index + 1) * 1600])
        writer.write_video(packet)
    writer.close()
    assert writer.statistics.pictures == 150
    assert writer.statistics.pictures_dropped == 30
    assert length_s(tmp_path / "recording.mp4", "video") == pytest.approx(6, abs=0.1)


KILLED = """
import sys, time
from pathlib import Path
from roomtone.session.capture.writer import RecordingWriter
from tests.integration.session.capture.recording_material import packets, sound
writer = RecordingWriter(Path(sys.argv[1]), with_video=True)
video, pcm = packets(20, 0.0), sound(20)
for index in range(1000):
    writer.write_audio(index * 960, index * 0.02, pcm[index * 960:][:960])
    while video and video[0].at_s <= index * 0.02:
        writer.write_video(video.pop(0))
    print(index * 0.02, flush=True)
    time.sleep(0.02)
"""


def test_a_killed_writer_loses_less_than_a_second(tmp_path: Path):
    """After kill -9 both files play, and end less than a second before what was written last."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        while float(process.stdout.readline()) < 4.3:
            pass
        process.send_signal(signal.SIGKILL)
        written_s = max(map(float, process.stdout.read().split()), default=4.3)
    found = streams(tmp_path / "recording.mp4")
    assert found["video"][1] > written_s - 1
    assert found["audio"][1] > written_s - 1
    assert streams(tmp_path / "audio.mp3")["audio"][1] > written_s - 1


LIMITED = """
import resource, sys, time
from pathlib import Path
from roomtone.session.capture.recording_errors import RecordingDiskFull
from roomtone.session.capture.writer import RecordingWriter
from tests.integration.session.capture.recording_material import packets, sound
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
writer = RecordingWriter(Path(sys.argv[1]), with_video=True)
video, pcm = packets(10, 0.0), sound(10)
told = 0
for index in range(500):
    try:
        writer.write_audio(index * 960, index * 0.02, pcm[index * 960:][:960])
        while video and video[0].at_s <= index * 0.02:
            writer.write_video(video.pop(0))
    except RecordingDiskFull:
        told += 1
    time.sleep(0.004)
print(told, writer.close(), writer.close(), type(writer.failure).__name__)
"""


def test_a_full_disk_is_told_once_and_costs_only_what_follows(tmp_path: Path):
    """``RecordingDiskFull`` comes once, ``close`` does not raise, and what was written before plays."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-4:] == ["1", "False", "False", "RecordingDiskFull"]
    found = streams(tmp_path / "recording.mp4")
    assert found["video"][1] > 1.5
    assert found["audio"][1] > 1.5
    assert streams(tmp_path / "audio.mp3")["audio"][1] > 2
    checked = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", tmp_path / "recording.mp4", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert checked.stderr == "", "no half-written fragment is left at the end"


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path: Path):
    """Without a place for the files nothing begins."""
    with pytest.raises(RecordingFailed):
        RecordingWriter(tmp_path / "missing", with_video=True)


def test_a_disk_that_hangs_costs_pictures_first_and_never_blocks(tmp_path: Path):
    """With the queue full, writing returns at once; what is left out is counted, the rest keeps its place."""
    writer = RecordingWriter(tmp_path, with_video=True)
    pcm, video = sound(60), packets(6, START_S)
    begin_s = time.monotonic()
    for index in range(3000):
        writer.write_audio(index * 960, START_S + index * 0.02, pcm[index * 960 : (index + 1) * 960])
        writer.write_video(VideoPacket(START_S + index * 0.02, video[0].data, is_key=True))
    assert in_time(time.monotonic() - begin_s, 2)
    writer.close(30)
    assert writer.statistics.pictures + writer.statistics.pictures_dropped == 3000
    assert writer.statistics.pictures_dropped > 0
    assert writer.statistics.recorded_s >= 29.9, "a quarter of the queue is for sound alone: 900 + 600 pieces"


def test_disk_full_is_a_recording_failure():
    """Whoever handles the general case handles the special one."""
    assert issubclass(RecordingDiskFull, RecordingFailed)
