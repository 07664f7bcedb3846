"""The installed ``roomtone demo``: a real browser records a real meeting through the public API."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from datetime import datetime
from typing import TYPE_CHECKING, Any

import av
import pytest
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder that the demo filled, and its report."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "roomtone", "demo", "--output", str(folder), "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder, json.loads(result.stdout)


def test_the_recordings_are_as_long_as_the_stay(made):
    """H.264 1280x720 with AAC, and MP3, both as long as the bot's stay within half a second."""
    folder, report = made
    with av.open(str(folder / "video.mp4")) as video:
        (picture,), (sound,) = video.streams.video, video.streams.audio
        assert (picture.codec_context.name, picture.width, picture.height) == ("h264", 1280, 720)
        assert sound.codec_context.name == "aac"
    with av.open(str(folder / "audio.mp3")) as audio:
        assert audio.streams.audio[0].codec_context.name.startswith("mp3")
    bodies = [json.loads(line)["body"] for line in (folder / "events.jsonl").read_text().splitlines()]
    told = {body["event"]: body for body in bodies}
    at = {name: datetime.fromisoformat(told[name]["timestamp"]) for name in ("bot.inmeeting", "bot.leaving")}
    stay_s = (at["bot.leaving"] - at["bot.inmeeting"]).total_seconds()
    assert report["video_s"] == pytest.approx(stay_s, abs=0.5)
    assert report["audio_s"] == pytest.approx(stay_s, abs=0.5)


def test_every_speaker_is_heard_live(made):
    """Each clip is recognised in its speaker's WAV; all WAVs have one length, the meeting's."""
    folder, report = made
    assert len(report["speech"]) == 7
    assert min(clip["correlation"] for clip in report["speech"]) > 0.85
    lengths = set()
    for path in (folder / "live").glob("*.wav"):
        with wave.open(str(path)) as file:
            lengths.add(file.getnframes())
    assert len(lengths) == 1
    assert lengths.pop() / 48_000 == pytest.approx(report["recorded_s"], abs=0.5)
    assert report["live"]["wrong_frames"] == report["live"]["lost_writes"] == 0


def test_everything_is_told_in_order(made):
    """The webhooks come in the documented order, and the report and the sheet are there."""
    folder, report = made
    names = [json.loads(line)["body"]["event"] for line in (folder / "events.jsonl").read_text().splitlines()]
    assert names[-4:] == [
        "audio.processed",
        "video.processed",
        "transcription.processed",
        "bot.done",
    ]
    assert report["end_reason"] == "meeting_ended"
    assert report["cores"] > 0
    assert report["peak_pss_mb"] > 100
    assert report["processes_left"] == 0
    with Image.open(folder / "sheet.png") as sheet:
        assert sheet.width == 2000


def test_what_was_said_is_written_down_under_names(made):
    """The transcript is there in three forms; every word of a voice has its speaker's name, most are right."""
    folder, report = made
    assert "**Ada Lovelace**" in (folder / "transcript.md").read_text()
    assert " --> " in (folder / "transcript.srt").read_text()
    assert len(json.loads((folder / "transcript.json").read_text())) == report["transcript"]["turns"] >= 5
    assert report["transcript"]["right_names"] >= 0.95
    assert report["transcript"]["word_error_rate"] < 0.6
