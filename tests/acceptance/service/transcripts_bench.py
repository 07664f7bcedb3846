"""``./dev bench-transcripts``: how right and how fast the provider ``local`` is, as a table.

Each clip alone, and meetings staged of the clips: with separate voices, and as a mix that is named by a
timeline up to 0.4 s late. Then an hour of words, without any recognition.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.acceptance.service.word_truth import (
    Judged,
    Said,
    clips_of,
    in_turn,
    judge,
    length_s,
    mixed,
    separate,
)

from roomtone.bot.speaker import Speaker
from roomtone.bot.transcript_options import LocalOptions
from roomtone.speech.local.provider import LocalRecognition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roomtone.speech.port import Recorded

PEOPLE = (Speaker("p1", "Ada"), Speaker("p2", "Bób"), Speaker("p3", "Zoë"))
SHORT_S = 3.1
"""Clips up to so long make turns of about 2 s of speech."""
PAUSE_S = 0.3


@dataclass(frozen=True, slots=True)
class Row:
    """A meeting that was transcribed.

    Attributes:
        name: What was tried.
        judged: How right it was.
        length_s: Of the meeting.
        clock_s: What it took by the clock.
        cpu_s: What it took of processors, those of its child included.
    """

    name: str
    judged: Judged
    length_s: float
    clock_s: float
    cpu_s: float


async def transcribed(name: str, meeting: Sequence[Said], make: Callable[..., Recorded]) -> Row:
    """Have the local engine transcribe a meeting."""
    with tempfile.TemporaryDirectory(prefix="roomtone-bench-") as text:
        folder = Path(text)
        recorded = await asyncio.to_thread(make, meeting, folder)
        before, began_s = _cpu_s(), time.monotonic()
        model = os.environ.get("ROOMTONE_WHISPER_MODEL_DIR")
        provider = LocalRecognition("local", Path(model) if model else None)
        made = await provider.transcribe(recorded, LocalOptions().model_dump(), folder, lambda _share: None)
        clock_s = time.monotonic() - began_s
        return Row(name, judge(meeting, made.turns), length_s(meeting), clock_s, _cpu_s() - before)


async def rows(folder: Path | None) -> list[Row]:
    """Every row of the table."""
    clips = clips_of(folder)
    found = [
        await transcribed(f"{clip.path.stem}, alone", in_turn([clip], PEOPLE[:1], 0.0), separate)
        for clip in clips
    ]
    turns = in_turn([clip for clip in clips if clip.length_s <= SHORT_S] * 3, PEOPLE, PAUSE_S)
    everybody = in_turn(clips, PEOPLE, 1.0)
    for name, meeting in (("all clips by three people", everybody), ("turns of about 2 s", turns)):
        found.append(await transcribed(f"{name}, separate voices", meeting, separate))
        found.append(await transcribed(f"{name}, a mix", meeting, mixed))
    return found


def hour() -> dict[str, float]:
    """What an hour of words takes; see ``hour_of_words``."""
    command = [sys.executable, "-m", "tests.acceptance.service.hour_of_words"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def table(found: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = [
        "| | words | wrong | under the right name | clock per time of meeting | processor |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {row.judged.n_words} | {row.judged.error_rate:.0%} | {row.judged.attribution:.1%} | "
        f"{row.clock_s / row.length_s:.2f} | {row.cpu_s / row.length_s:.2f} |"
        for row in found
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="./dev bench-transcripts", description=__doc__)
    parser.add_argument("--speech", type=Path, help="folder of clips with a manifest.json (default: bundled)")
    asked = parser.parse_args()
    print(table(asyncio.run(rows(asked.speech))))
    measured = hour()
    print(
        f"\nAn hour of {measured['words']:.0f} words of 30 people, {measured['turns']:.0f} turns: named, assembled "
        f"and written in every format in {measured['seconds']} s with {measured['peak_mb']} MB."
    )


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
