"""Finishing real files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import av
import pytest

from roomtone.service.recordings.errors import UnusableMedia
from roomtone.service.recordings.files import finish_audio, finish_files, finish_video
from roomtone.service.recordings.fragmented_mp4 import scan_mp4


@pytest.fixture
def session(tmp_path: Path, recorded: Path) -> Path:
    """A session's folder with both files."""
    return Path(shutil.copytree(recorded, tmp_path / "session"))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where finished files go."""
    (tmp_path / "output").mkdir()
    return tmp_path / "output"


def packets(path: Path) -> list[tuple[str, float, int]]:
    """Kind, time (s) and size (bytes) of every packet, in the order of each stream."""
    with av.open(str(path)) as container:
        found = [
            (packet.stream.type, round(float(packet.pts * packet.time_base), 3), packet.size)
            for packet in container.demux()
            if packet.pts is not None
        ]
    return sorted(found, key=lambda packet: packet[0])


def assert_same_packets(first: Path, second: Path) -> None:
    """Equal in kind and size, and in time within the rounding of two time bases."""
    one, two = packets(first), packets(second)
    assert [(kind, size) for kind, _, size in one] == [(kind, size) for kind, _, size in two]
    assert [at_s for _, at_s, _ in one] == pytest.approx([at_s for _, at_s, _ in two], abs=0.002)


def test_nothing_is_lost_or_moved(session: Path, output: Path):
    """Every packet of the recording is in the finished file at its time, and the index comes first."""
    result = finish_files(session, output)
    assert result.problems == ()
    assert result.video is not None
    assert result.audio is not None
    assert_same_packets(result.video.path, session / "recording.mp4")
    assert result.video.duration_s == pytest.approx(12.0, abs=0.1)
    assert result.audio.duration_s == pytest.approx(12.0, abs=0.08)
    head = result.video.path.read_bytes()[:100_000]
    assert head.index(b"moov") < head.index(b"mdat")
    assert b"moof" not in result.video.path.read_bytes()


def test_a_large_recording_is_written_once(session: Path, output: Path, tmp_path: Path):
    """Above the size where the index gets reserved space, the file is as complete and index-first as below."""
    large = tmp_path / "large"
    large.mkdir()
    whole = (session / "recording.mp4").read_bytes()
    # A big unknown-content mdat that no sample points to: size without minutes of encoding.
    padding = (70 * 1024 * 1024).to_bytes(4, "big") + b"free" + bytes(70 * 1024 * 1024 - 8)
    (large / "recording.mp4").write_bytes(whole + padding)
    video = finish_video(large, output)
    assert video is not None
    assert video.note == ""
    head = video.path.read_bytes()[:200_000]
    assert head.index(b"moov") < head.index(b"free")
    assert_same_packets(video.path, session / "recording.mp4")


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.77, 0.999])
def test_a_killed_recording_plays_up_to_its_last_fragment(session: Path, output: Path, cut: float):
    """Cut anywhere, what is finished decodes without an error and is at most one fragment shorter."""
    source = session / "recording.mp4"
    size = int(source.stat().st_size * cut)
    os.truncate(source, size)
    os.truncate(session / "audio.mp3", int((session / "audio.mp3").stat().st_size * cut))
    with source.open("rb") as file:
        scan = scan_mp4(file)
    result = finish_files(session, output)
    assert result.video is not None
    assert result.audio is not None
    assert result.problems == ()
    assert result.video.duration_s == pytest.approx(scan.fragments, abs=0.2)
    assert scan.fragments >= int(12 * cut) - 1
    assert result.audio.duration_s == pytest.approx(12 * cut, abs=0.1)
    for path in (result.video.path, result.audio.path):
        with av.open(str(path)) as container:
            assert sum(1 for frame in container.decode()) > 0
    assert source.stat().st_size == size


def test_an_interrupted_encoder_leaves_no_extra_frame(session: Path, output: Path):
    """The empty frame at the front of a killed MP3 is not heard as 24 ms of silence."""
    source = session / "audio.mp3"
    data = source.read_bytes()
    frame = data.index(b"\xff\xfb")
    length = 192
    source.write_bytes(data[: frame + 4] + bytes(length - 4) + data[frame + length : -50])
    audio = finish_audio(session, output)
    assert audio is not None
    frames = (audio.size_bytes // length) - 1
    assert frames == (len(data) - frame) // length - 2
    assert b"Info" in audio.path.read_bytes()[:100]


def test_a_bot_that_never_recorded_has_no_files(tmp_path: Path, output: Path):
    """No file, or an empty one, is no audio and no problem."""
    (tmp_path / "audio.mp3").touch()
    result = finish_files(tmp_path, output)
    assert (result.audio, result.video, result.problems) == (None, None, ())


def test_a_file_that_ends_before_its_first_second_is_told(session: Path, output: Path):
    """A recording cut in its header is a problem with the file's name, and the audio is still finished."""
    os.truncate(session / "recording.mp4", 600)
    result = finish_files(session, output)
    assert result.video is None
    assert result.audio is not None
    assert "recording.mp4" in result.problems[0]


def test_noise_instead_of_sound_is_refused(tmp_path: Path, output: Path):
    """Bytes that are no MP3 are not offered as one."""
    (tmp_path / "audio.mp3").write_bytes(os.urandom(5000).replace(b"\xff", b"\0"))
    with pytest.raises(UnusableMedia):
        finish_audio(tmp_path, output)


def test_without_ffmpeg_the_recording_is_kept_as_it_is(
    session: Path, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The fragmented file plays too, so it is given rather than nothing, with a note."""
    monkeypatch.setenv("PATH", str(tmp_path))
    result = finish_files(session, output)
    assert result.video is not None
    assert result.audio is not None
    assert result.video.path.read_bytes() == (session / "recording.mp4").read_bytes()
    assert "ffmpeg is not installed" in result.problems[0]
