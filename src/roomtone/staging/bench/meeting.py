"""The meeting that everything is measured in: three people with cameras who speak in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

ROUND_S = 18
"""Length of one round of turns."""
SETTLE_S = 5.0
"""What comes before this, after joining, is not measured."""
TAIL_S = 2.0
"""The meeting goes on for so much longer than is measured."""
CLIPS = (
    ("Ada Lovelace", 1.0, "austen-0890.flac"),
    ("Grace Hopper", 7.0, "numbers.flac"),
    ("Alan Turing", 13.0, "goforward.flac"),
)


def bench_script(clips: Path, seconds: float) -> dict[str, Any]:
    """A meeting script, as decoded YAML.

    Args:
        clips: Folder of the sound files.
        seconds: How long is measured.
    """
    return {
        "client": "practice",
        "title": "Bench",
        "clock": "bot_admitted",
        "participants": [
            {
                "name": name,
                "camera": "pattern",
                "says": [{"at_s": at_s, "file": str(clips / clip), "every_s": ROUND_S}],
            }
            for name, at_s, clip in CLIPS
        ],
        "ends": {"at_s": SETTLE_S + seconds + TAIL_S, "how": "ended"},
    }


def write_script(folder: Path, clips: Path, seconds: float) -> Path:
    """The script as a file."""
    path = folder / "bench.yaml"
    path.write_text(yaml.safe_dump(bench_script(clips, seconds)), encoding="utf-8")
    return path
