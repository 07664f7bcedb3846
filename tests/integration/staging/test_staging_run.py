"""A whole staging against stand-ins of the commands it uses, in real processes."""

from __future__ import annotations

import asyncio
import json
import signal
import statistics
import subprocess
import sys
import time
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image
from tests.integration.staging.fake_roomtone import DELAY_S
from tests.quiet_machine import in_time

from roomtone.practice.script_parser import load_script
from roomtone.staging.errors import ChildFailed, NoStandIn
from roomtone.staging.expectation import expectation
from roomtone.staging.progress import Progress
from roomtone.staging.report import judge
from roomtone.staging.stage import Stage
from roomtone.staging.stage_folder import StageFolder
from roomtone.staging.staging_run import stage_script

FAKE = (sys.executable, str(Path(__file__).parent / "fake_roomtone.py"))
SCRIPT = """
title: A test
participants:
  - name: Ada Lovelace
    says: [{at_s: 1.0, file: clip.wav}]
ends: {at_s: 3, how: ended}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a script, its clip (noise in bursts, which fits in one place only), and a request."""
    rng = np.random.default_rng(7)
    noise = rng.normal(0, 4000, 48_000) * np.repeat(rng.random(10) > 0.4, 4800)
    with wave.open(str(tmp_path / "clip.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(noise.astype("<i2").tobytes())
    (tmp_path / "script.yaml").write_text(SCRIPT)
    (tmp_path / "request.json").write_text('{"video_required": false, "custom_attributes": {"a": "b"}}')
    monkeypatch.setenv("FAKE_FOLDER", str(tmp_path))
    return tmp_path


def staged(folder: Path) -> dict[str, Any]:
    """Stage the folder's script with its request."""
    return stage_script(folder / "script.yaml", folder / "out", folder / "request.json", FAKE).figures


def latency_ms(folder: Path) -> float:
    """The median of how late the clip's frames arrived, by what the stand-in and the receiver wrote down."""
    zero_s = float((folder / "began").read_text()) + time.time() - time.monotonic()
    lines = (folder / "out" / "live" / "frames.jsonl").read_text().splitlines()
    arrived_s: list[float] = [json.loads(line)["arrived_s"] for line in lines]
    return 1000 * statistics.median(arrived_s[n] - zero_s - n * 0.02 for n in range(50, 100))


def test_everything_is_written_and_measured(folder):
    """A bot that does its work: all files, the delay and the likeness of the clip, the costs of its processes."""
    figures = staged(folder)
    out = folder / "out"
    assert figures["as_scripted"], figures["problem"]
    assert figures == json.loads((out / "report.json").read_text())
    assert figures["end_reason"] == "meeting_ended"
    (clip,) = figures["speech"]
    assert clip["correlation"] > 0.99
    assert clip["latency_ms"] == pytest.approx(latency_ms(folder), abs=5)
    assert clip["latency_ms"] >= 1000 * DELAY_S
    assert in_time(clip["latency_ms"], 120, 40)
    assert figures["latency_ms"]["frames"] >= 49
    assert figures["peak_pss_mb"] > 1
    assert figures["created_to_joined_s"] > 0
    assert figures["concealed"]["concealed_samples"] == 480
    assert figures["processes_left"] == 0
    events = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    assert [event["body"]["event"] for event in events][-1] == "bot.done"
    assert set(events[0]) == {"arrived_s", "headers", "body"}
    arrived_s = {event["body"]["event"]: event["arrived_s"] for event in events}
    recorded_s = arrived_s["bot.leaving"] - arrived_s["bot.recording"]
    assert (
        0 < figures["meeting_end_to_s"]["bot.done"] < arrived_s["bot.done"] - arrived_s["bot.recording"] - 2.9
    )
    assert 0.1 < figures["cores"] * recorded_s < 0.5 + recorded_s
    assert in_time(figures["cores"], 1.0, 0.1)
    assert in_time(figures["meeting_end_to_s"]["bot.done"], 5)
    with wave.open(str(out / "live" / "scripted-1.wav")) as file:
        assert file.getnframes() >= 2.5 * 48_000
    assert (out / "audio.mp3").exists()
    assert not (out / "video.mp4").exists()
    assert [turn["transcript"] for turn in json.loads((out / "transcript.json").read_text())] == ["hello"]
    assert (out / "transcript.md").read_text() == "# Transcript"
    with Image.open(out / "sheet.png") as sheet:
        assert sheet.width == 2000
    request = json.loads((folder / "sent.json").read_text())
    assert request["custom_attributes"] == {"a": "b"}
    assert request["meeting_link"] == "http://127.0.0.1:9/practice/fake"
    assert request["live_audio_required"]["websocket_url"].startswith("ws://127.0.0.1:")


def test_another_end_than_scripted_is_a_failure_with_its_reason(folder, monkeypatch):
    """A bot that is refused where the script lets it in: not as scripted, and a sheet is drawn all the same."""
    monkeypatch.setenv("FAKE_END", "denied")
    figures = staged(folder)
    assert not figures["as_scripted"]
    assert "entry_denied" in figures["problem"]
    assert (folder / "out" / "sheet.png").exists()


def test_a_server_that_dies_is_told_with_its_log(folder, monkeypatch):
    """A server that dies in mid-meeting ends the staging at once, and what there is is kept."""
    monkeypatch.setenv("FAKE_SERVER", "dies")
    figures = staged(folder)
    assert "the server ended by itself with code 3" in figures["problem"]
    assert (folder / "out" / "report.json").exists()


def test_a_command_that_is_missing_is_told(folder):
    """Without the command nothing can be staged, and the error names it."""
    with pytest.raises(ChildFailed, match="roomtone keys create"):
        stage_script(folder / "script.yaml", folder / "out", None, ("/nowhere/roomtone",))


def test_a_client_without_stand_in_is_refused_at_once(folder):
    """A Teams script is refused plainly, and nothing is started or written."""
    (folder / "script.yaml").write_text("client: teams\n" + SCRIPT)
    with pytest.raises(NoStandIn, match="no stand-in for teams in this version"):
        staged(folder)
    assert not (folder / "out").exists()


BROKEN_OFF = """
import sys
from pathlib import Path
from roomtone.staging.staging_run import stage_script
folder = Path(sys.argv[1])
stage_script(folder / "script.yaml", folder / "out", folder / "request.json", sys.argv[2:])
"""


@pytest.mark.parametrize(
    "numbers",
    [[signal.SIGINT], [signal.SIGTERM], [signal.SIGHUP], [signal.SIGINT, signal.SIGINT], [signal.SIGKILL]],
    ids=lambda numbers: "-".join(one.name for one in numbers),
)
def test_nothing_is_left_when_it_is_broken_off(folder, monkeypatch, numbers):
    """Ctrl-C, also twice, SIGTERM, SIGHUP and even SIGKILL in mid-meeting: all it started is gone soon after."""
    monkeypatch.setenv("FAKE_BOT", "stuck")
    monkeypatch.setenv("FAKE_STOP_S", "1")
    command = [sys.executable, "-c", BROKEN_OFF, str(folder), *FAKE]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as staging:
        assert staging.stderr is not None
        for line in staging.stderr:
            if "bot.joining" in line:
                break
        family = psutil.Process(staging.pid).children(recursive=True)
        assert len(family) >= 2
        for number in numbers:
            staging.send_signal(number)
            time.sleep(0.2)
        try:
            _, errors = staging.communicate(timeout=60)
        finally:
            staging.kill()
    assert "_cancel_all_tasks" not in errors, "it stopped in the middle of stopping"
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert staging.returncode != 0


def test_a_bot_that_is_never_done_is_a_failure_with_its_status(folder, monkeypatch):
    """After the deadline the staging ends, says how far the bot came, and stops everything."""
    monkeypatch.setenv("FAKE_BOT", "stuck")
    script = load_script(folder / "script.yaml")
    expected = replace(expectation(script, 2.0, {}), deadline_s=3.0)
    output = StageFolder(folder / "out")
    output.prepare()
    stage = Stage(script, folder / "script.yaml", expected, {}, output, Progress(), roomtone=FAKE)
    observed = asyncio.run(stage.run())
    assert observed.problem is not None
    assert "not done 3 s after its creation (status Joining)" in observed.problem
    assert judge(observed, expected) == observed.problem
