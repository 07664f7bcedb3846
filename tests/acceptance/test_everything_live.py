"""Ten minutes of a staged meeting with everything live at once: the recording has no gap, and nothing grows."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import av
import pytest
import yaml

from roomtone.staging.bench.everything_live import CLIP, FIELDS
from roomtone.staging.bench.meeting import bench_script
from roomtone.staging.tree_memory import MOST_GROWTH_MB_A_MINUTE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = float(os.environ.get("EVERYTHING_LIVE_S", "600"))
"""Length of the meeting; a shorter one is for trying the test itself."""
LONGEST_PICTURE_GAP_S = 1.0
LEAST_JUDGED_S = 480.0
"""In a shorter meeting there is too little beside the warm-up to tell growth from garbage."""


def longest_gap_s(path: Path, kind: str) -> float:
    """Longest stretch between two packets of a stream; gaps in sound would be silence in its samples."""
    with av.open(str(path), "r") as container:
        stream = container.streams.video[0] if kind == "video" else container.streams.audio[0]
        times = sorted(
            float(p.pts * p.time_base) for p in container.demux(stream) if p.pts is not None and p.time_base
        )
    return max(b - a for a, b in itertools.pairwise(times))


@pytest.mark.timeout(SECONDS + 400)
def test_a_long_meeting_with_everything_live_has_no_gap_and_flat_memory(tmp_path, capsys):
    """Live audio, video, words and a conversation all the while: recorded as if there were none of them."""
    with as_file(files("roomtone.practice").joinpath("demo")) as clips:
        script, control, request = (tmp_path / name for name in ("m.yaml", "control.yaml", "request.json"))
        script.write_text(yaml.safe_dump(bench_script(clips, SECONDS)), encoding="utf-8")
        steps = [
            {"at_s": at_s, "command": "sendmsg", "message": "hello"} for at_s in range(5, int(SECONDS), 5)
        ]
        steps += [
            {"at_s": at_s, "command": "sendaudio", "file": str(clips / CLIP)}
            for at_s in range(10, int(SECONDS), 20)
        ]
        control.write_text(yaml.safe_dump({"control": steps}), encoding="utf-8")
        request.write_text(json.dumps(FIELDS), encoding="utf-8")
        command = [sys.executable, "-m", "roomtone", "stage", str(script), "--output", str(tmp_path / "out")]
        options = ["--request", str(request), "--control", str(control), "--json"]
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=SECONDS + 300, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    with capsys.disabled():
        print(
            f"\neverything live: {report['recorded_s']:.0f} s, cores {report['cores']}, "
            f"PSS {report['pss_mb_by_minute']} MB, own {report['own_mb_by_minute']} MB, "
            f"growth {report['own_growth_mb_a_minute']} MB a minute, by process {report['own_mb_by_process']}, "
            f"live p50/p95 {report['latency_ms']}, dropped {report['dropped']}, concealed {report['concealed']}"
        )
    out = tmp_path / "out"
    assert abs(report["video_s"] - report["recorded_s"]) < 0.5
    assert abs(report["audio_s"] - report["recorded_s"]) < 0.5
    assert longest_gap_s(out / "video.mp4", "audio") < 0.05
    assert longest_gap_s(out / "video.mp4", "video") < LONGEST_PICTURE_GAP_S
    assert report["live_video"]["connections"] == 1
    assert abs(report["live_video"]["duration_s"] - report["video_s"]) < 0.5
    assert report["processes_left"] == 0
    growth = report["own_growth_mb_a_minute"]
    if SECONDS >= LEAST_JUDGED_S:
        assert growth < MOST_GROWTH_MB_A_MINUTE, report["own_mb_by_process"]
