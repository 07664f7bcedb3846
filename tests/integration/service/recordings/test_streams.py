"""Participants' own files on their way from a session's folder into the storage."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import av
import pytest
from tests.integration.service.recordings.test_finisher import Bench

from roomtone.bot.stream_manifest import (
    STREAMS_FOLDER,
    STREAMS_MANIFEST,
    StreamClosed,
    StreamNamed,
    StreamOpened,
)
from roomtone.service.recordings.streams import finish_stream, store_streams, stream_segments
from roomtone.service.storage.port import folder_of

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store

LENGTH_S = 6
VOICE = f"-f lavfi -i sine=f=440:r=48000:d={LENGTH_S} -ac 1 -c:a libopus -b:a 48k -cluster_time_limit 500"
CAMERA = (
    f"-f lavfi -i testsrc2=s=320x180:r=15:d={LENGTH_S} -c:v libvpx -deadline realtime -cpu-used 8 -b:v 200k -g 15"
    " -cluster_time_limit 500"
)
MANIFEST = (
    StreamOpened(file="audio-0001.webm", kind="audio", participant_id="7", name="", start_sample=960),
    StreamOpened(
        file="audio-0002.webm", kind="audio", participant_id="8", name="Grace Hopper", start_sample=48_000
    ),
    StreamOpened(
        file="video-0001.webm", kind="camera", participant_id="7", name="Ada Lovelace", start_sample=0
    ),
    StreamOpened(file="audio-0003.webm", kind="audio", participant_id="8", name="", start_sample=9_600_000),
    StreamOpened(file="audio-0004.webm", kind="audio", participant_id="8", name="", start_sample=9_700_000),
    StreamNamed(participant_id="8", name="Grace Hopper"),
    StreamClosed(file="audio-0001.webm", samples=LENGTH_S * 48_000),
)


@pytest.fixture(scope="module")
def streamed(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session's folder as one that was killed leaves it.

    One voice is whole, one and the camera were cut off in the middle of their last second, one never came
    to be, one is no WebM at all.
    """
    directory = tmp_path_factory.mktemp("streamed") / "session"
    shutil.copytree(recorded, directory)
    folder = directory / STREAMS_FOLDER
    folder.mkdir()
    for what, name in ((VOICE, "audio-0001.webm"), (CAMERA, "video-0001.webm")):
        command = f"ffmpeg -v error -nostdin {what} {name}".split()
        subprocess.run(command, cwd=folder, check=True, timeout=60)
    for source, name in (("audio-0001.webm", "audio-0002.webm"), ("video-0001.webm", "video-0001.webm")):
        whole = (folder / source).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) * 3 // 4])
    (folder / "audio-0004.webm").write_bytes(b"ruined" * 1000)
    (folder / "audio-0009.webm").symlink_to("/etc/hostname")
    lines = [line.model_dump_json() + "\n" for line in MANIFEST]
    (directory / STREAMS_MANIFEST).write_text("".join(lines) + '{"what": "opened", "fi')
    return directory


@pytest.fixture
def bench(store: Store, jobs: EmbeddedJobs, workspace_id: str, tmp_path: Path, streamed: Path) -> Bench:
    """The finisher's surroundings, with participants' own files."""
    return Bench(store, jobs, workspace_id, tmp_path, streamed)


def test_what_was_cut_off_gets_a_length_and_can_be_sought_in(streamed: Path, tmp_path: Path):
    """A file that ends in the middle plays up to there, and states so."""
    segments = {one.file: one for one in stream_segments(streamed)}
    assert set(segments) == {"audio-0001.webm", "audio-0002.webm", "video-0001.webm", "audio-0004.webm"}
    for name in ("audio-0002.webm", "video-0001.webm"):
        finished = finish_stream(streamed, tmp_path, segments[name])
        assert finished is not None
        assert 3.0 < finished.file.duration_s < LENGTH_S
        with av.open(str(finished.file.path)) as container:
            assert container.duration == pytest.approx(finished.file.duration_s * 1e6, rel=0.01)
            container.seek(2_000_000)
            assert next(container.decode()).time == pytest.approx(2.0, abs=1.0)
    assert finish_stream(streamed, tmp_path, segments["audio-0004.webm"]) is None


async def test_streams_are_artifacts_with_whose_they_are(bench: Bench):
    """Each playable segment is stored with what was measured of it."""
    bot = await bench.ended_bot(audio_separate_streams=True)
    await bench.finisher.finish(bot.id)
    assert await bench.steps(bot) == ["audio_processed", "video_processed", "done"]
    stored = {a.name: a for a in await bench.store.artifacts.of_bot(bot.id) if a.kind.endswith("_stream")}
    assert {name: (a.kind, a.content_type) for name, a in stored.items()} == {
        "audio-0001.webm": ("audio_stream", "audio/webm"),
        "audio-0002.webm": ("audio_stream", "audio/webm"),
        "video-0001.webm": ("video_stream", "video/webm"),
    }
    voice, camera = stored["audio-0001.webm"], stored["video-0001.webm"]
    assert voice.duration_s == pytest.approx(LENGTH_S, abs=0.03)
    assert voice.facts is not None
    assert camera.facts is not None
    assert voice.facts["participant_name"] == "Ada Lovelace"
    assert (voice.facts["start_sample"], voice.facts["sample_rate"], voice.facts["channels"]) == (
        960,
        48000,
        1,
    )
    assert (camera.facts["width"], camera.facts["height"]) == (320, 180)
    assert camera.facts["fps"] == pytest.approx(15, abs=0.5)
    for artifact in stored.values():
        assert await bench.storage.size(artifact.storage_key) == artifact.size_bytes
        assert artifact.storage_key.startswith(f"{folder_of(bot.id)}/"), "deleted with everything of the bot"


async def test_finishing_twice_stores_each_stream_once(bench: Bench):
    """An attempt that was broken off before the end is repeated as a whole."""
    bot = await bench.ended_bot()
    for _ in range(2):
        output = bench.folder(bot) / "finished"
        output.mkdir(exist_ok=True)
        await store_streams(bench.store.artifacts, bench.storage, bot.id, bench.folder(bot), output)
    names = [a.name for a in await bench.store.artifacts.of_bot(bot.id) if a.kind == "audio_stream"]
    assert names == ["audio-0001.webm", "audio-0002.webm"]
