"""``roomtone bench``: what recording costs on this machine."""

from __future__ import annotations

import asyncio
import json as json_text
import os
import platform
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from roomtone.staging.bench.everything_live import FIELDS as EVERYTHING
from roomtone.staging.errors import StagingError

if TYPE_CHECKING:
    from roomtone.staging.bench.rows import Row
    from roomtone.staging.staging_run import Staged

BENCH_OUTPUT = Path("out/bench")
SHORTEST_S = 10.0
BOTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("audio", "audio-only bot", {"video_required": False}),
    ("video", "video bot", {"video_required": True}),
    ("live", "video bot, everything live at once", EVERYTHING),
)
"""Folder, name and request of each bot that is measured."""


def bench(
    *,
    seconds: float = 30.0,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = BENCH_OUTPUT,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Measure what bots cost, beside a page that only sits in the meeting and the usual design.

    Everything is measured in the same meeting of three people with cameras, one after the other, on a
    machine that should have nothing else to do.

    Parameters
    ----------
    seconds:
        How long each is measured.
    output:
        Folder for bench.json, bench.md and the bots' recordings.
    json:
        Print the result as JSON on standard output.
    """
    from roomtone.staging.bench.rows import as_json, as_markdown, as_text

    if seconds < SHORTEST_S:
        raise StagingError(f"--seconds must be at least {SHORTEST_S:.0f}: less says nothing")
    output.mkdir(parents=True, exist_ok=True)
    machine = machine_text()
    with (
        as_file(files("roomtone.practice").joinpath("demo")) as clips,
        tempfile.TemporaryDirectory(prefix="roomtone-bench-") as folder,
    ):
        rows = _rows(Path(folder), clips, output, seconds)
    result = as_json(rows, machine, seconds)
    (output / "bench.json").write_text(json_text.dumps(result, indent=2) + "\n", encoding="utf-8")
    (output / "bench.md").write_text(as_markdown(rows, machine), encoding="utf-8")
    if json:
        print(json_text.dumps(result))
    else:
        print(
            f"\n{machine}\n\n{as_text(rows)}\n\nWritten to {output / 'bench.md'} and {output / 'bench.json'}"
        )


def _rows(folder: Path, clips: Path, output: Path, seconds: float) -> list[Row]:
    from roomtone.config import load_settings
    from roomtone.staging.bench.baselines import idle_page, usual_design
    from roomtone.staging.bench.everything_live import control_messages
    from roomtone.staging.bench.meeting import SETTLE_S, write_script
    from roomtone.staging.bench.rows import over
    from roomtone.staging.browser_path import browser_path
    from roomtone.staging.staging_run import stage_fields

    script = write_script(folder, clips, seconds)
    browser = browser_path(load_settings().chromium)
    rows = []
    for name, title, fields in BOTS:
        _say(f"{title}, {seconds:.0f} s")
        control = control_messages(folder, clips, SETTLE_S + seconds) if fields is EVERYTHING else None
        rows.append(_bot_row(title, stage_fields(script, output / name, fields, control=control)))
    _say("idle participant page")
    idle = asyncio.run(idle_page(script, browser, seconds))
    _say("idle participant page without incoming video")
    idle_without_video = asyncio.run(idle_page(script, browser, seconds, video=False))
    _say("usual design")
    usual = asyncio.run(usual_design(script, browser, seconds))
    floors = {"audio": idle_without_video, "video": idle, "live": idle}
    bots = [over(row, floors[name]) for (name, *_), row in zip(BOTS, rows, strict=True)]
    return [*bots, idle, idle_without_video, over(usual, idle)]


def _bot_row(title: str, staged: Staged) -> Row:
    from roomtone.staging.bench.meeting import SETTLE_S
    from roomtone.staging.bench.rows import Row
    from roomtone.staging.report import recording_window

    figures, window = staged.figures, recording_window(staged.observed)
    cores = None
    if window is not None and window[1] - window[0] > SETTLE_S + 1:
        from_s = window[0] + SETTLE_S
        cores = staged.observed.usage.cpu_s_between(from_s, window[1]) / (window[1] - from_s)
    since_end = figures["meeting_end_to_s"]
    return Row(
        title,
        cores,
        pss_mb=figures["peak_pss_mb"],
        latency_p50_ms=figures["latency_ms"]["p50"],
        latency_p95_ms=figures["latency_ms"]["p95"],
        finish_s=since_end.get("video.processed", since_end.get("audio.processed")),
        note="" if figures["as_scripted"] else str(figures["problem"]).splitlines()[0],
    )


def machine_text() -> str:
    """The machine in a line: processor, cores, system, and how busy it was before."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    busy = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, {platform.platform()}; load before: {busy:.1f}"


def _say(text: str) -> None:
    sys.stderr.write(f"bench: {text}\n")
