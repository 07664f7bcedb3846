"""Following a recording: whenever it is looked at, only what is whole is seen, and all of it once."""

import contextlib
import io
import itertools
import subprocess
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.growing_recording import GrowingRecording

from roomtone.fragments.boxes import Track
from roomtone.fragments.errors import BrokenVideo
from roomtone.fragments.growing import Fragment, GrowingVideo


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Five seconds of recording: its bytes while it lasted, and once it was completed."""
    recording = GrowingRecording(tmp_path_factory.mktemp("grown"))
    recording.grow(5.0)
    running = recording.path.read_bytes()
    recording.finish()
    return running, recording.path.read_bytes()


def scanned(folder: Path, *states: bytes) -> tuple[GrowingVideo, list[Fragment]]:
    """What is found by looking at one file in these states, one after the other."""
    path = folder / "looked_at.mp4"
    path.write_bytes(b"")
    video, found = GrowingVideo(), []
    with path.open("rb", buffering=0) as file:
        for state in states:
            path.write_bytes(state)
            found += list(video.scan(file))
    return video, found


def test_header_says_what_the_tracks_are(tmp_path, grown):
    """Size, codec, sample rate and channels are the file's own."""
    video, _ = scanned(tmp_path, grown[0])
    assert video.video is not None
    assert video.audio is not None
    assert (video.video.width, video.video.height, video.video.timescale) == (320, 180, 90_000)
    assert (video.audio.sample_rate_hz, video.audio.channels) == (48_000, 1)
    assert video.video.codec.startswith("avc1.42")
    assert not video.is_complete


def test_fragments_join_and_every_second_begins_one_with_a_key_frame(tmp_path, grown):
    """No byte between them, no second missing; key frames every 2 s begin fragments."""
    _, fragments = scanned(tmp_path, grown[0])
    assert all(b.start == a.end for a, b in itertools.pairwise(fragments))
    assert all(b.begin_s == pytest.approx(a.end_s) for a, b in itertools.pairwise(fragments))
    assert [f.begin_s for f in fragments if f.begins_with_key] == [0.0, 2.0, 4.0]
    assert all(f.end_s - f.begin_s < 0.75 for f in fragments)


def test_completed_file_is_read_as_the_growing_one_was(tmp_path, grown):
    """Who follows it sees the end; who comes afterwards finds the same fragments at the same places."""
    running, complete = grown
    follower, followed = scanned(tmp_path, running[:700], running, complete)
    newcomer, found = scanned(tmp_path, complete)
    assert follower.is_complete
    assert newcomer.is_complete
    assert followed == found
    assert follower.init == newcomer.init
    assert sum(f.n_pictures for f in found) == 125


def test_init_and_fragments_are_a_playable_file_with_every_picture(tmp_path, grown):
    """Joined they decode as the recording does, picture for picture."""
    video, fragments = scanned(tmp_path, grown[1])
    assert video.init is not None
    joined = video.init + b"".join(grown[1][f.start : f.end] for f in fragments)
    assert picture_hashes(joined) == picture_hashes(grown[1])


def picture_hashes(mp4: bytes) -> list[bytes]:
    """Each decoded picture of a video."""
    with av.open(io.BytesIO(mp4), "r") as container:
        return [bytes(frame.planes[0])[:2000] for frame in container.decode(video=0)]


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 10**6), max_size=12))
def test_however_it_is_looked_at_all_is_found_once(tmp_path_factory, grown, cuts):
    """Looks at any moments, torn boxes included, find the fragments of one look at the end."""
    running = grown[0]
    states = [running[: cut % len(running)] for cut in sorted(cuts, key=lambda cut: cut % len(running))]
    folder = tmp_path_factory.mktemp("cut")
    _, found = scanned(folder, *states, running)
    _, at_once = scanned(folder, running)
    assert found == at_once


@settings(max_examples=30, deadline=None)
@given(at=st.integers(44, 3000), byte=st.integers(0, 255))
def test_broken_file_is_refused_and_never_followed_for_ever(tmp_path_factory, grown, at, byte):
    """Any byte of its header may be wrong: it is read, or refused with our own error."""
    broken = bytearray(grown[0])
    broken[at] = byte
    with contextlib.suppress(BrokenVideo):
        scanned(tmp_path_factory.mktemp("broken"), bytes(broken))


def test_file_of_another_muxer_is_read_too(tmp_path):
    """Sample flags of their own for each sample, several runs: as ffmpeg's command writes them."""
    path = tmp_path / "other.mp4"
    source = "-f lavfi -i testsrc2=s=160x90:r=10:d=3 -c:v libx264 -g 10 -bf 0 -preset ultrafast"
    flags = "-movflags frag_keyframe+empty_moov"
    subprocess.run(
        ["ffmpeg", "-v", "error", *source.split(), *flags.split(), str(path)], check=True, timeout=30
    )
    video, fragments = scanned(tmp_path, path.read_bytes())
    assert isinstance(video.video, Track)
    assert video.audio is None
    assert [(f.begin_s, f.n_pictures, f.begins_with_key) for f in fragments] == [
        (0.0, 10, True),
        (1.0, 10, True),
        (2.0, 10, True),
    ]


def test_recording_without_pictures_after_the_first_has_fragments_without_pictures(tmp_path):
    """Sound goes on alone; such a fragment's time is its sound's."""
    recording = GrowingRecording(tmp_path)
    recording.grow(1.0)
    recording.grow(2.0, with_pictures=False)
    recording.finish()
    _, fragments = scanned(tmp_path, recording.path.read_bytes())
    silent = [f for f in fragments if not f.n_pictures]
    assert silent
    assert not any(f.begins_with_key for f in silent)
    assert fragments[-1].end_s == pytest.approx(3.0, abs=0.05)
