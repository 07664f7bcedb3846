"""An hour of 30 people's words made into a transcript, in a process of its own: seconds and memory.

Run as a module it prints one JSON object: ``words``, ``turns``, ``seconds`` and ``peak_mb`` beyond what the
process had before.
"""

from __future__ import annotations

import json
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from roomtone.speech.assembly import assemble
from roomtone.speech.exports import FORMATS
from roomtone.speech.naming import Stretch, name_words
from roomtone.speech.segments import raw_of, segments_of
from roomtone.speech.transcript import Transcript, Word

PEOPLE = 30
WORDS_A_MINUTE = 160
MINUTES = 60
TURN_S = 8.0


def spoken() -> tuple[list[Word], list[Stretch]]:
    """The words of a mix under a provider's labels, and the meeting's timeline; every tenth turn overlaps."""
    words, stretches, at_s, turn = list[Word](), list[Stretch](), 0.5, 0
    pace_s = 60.0 / WORDS_A_MINUTE
    while at_s < MINUTES * 60:
        speaker = (turn * 7) % PEOPLE
        begin_s = at_s - (2.0 if turn % 10 == 9 else 0.0)
        for n in range(round(TURN_S / pace_s)):
            start_s = begin_s + n * pace_s
            words.append(Word(f"word{n}", start_s, start_s + 0.3, f"Word{n},", 0.9, f"speaker {speaker}"))
        stretches.append(Stretch(f"p{speaker}", f"Person {speaker}", begin_s + 0.2, begin_s + TURN_S + 0.3))
        at_s += TURN_S
        turn += 1
    return words, stretches


def measure() -> dict[str, float]:
    """Name, assemble and write the hour in every format."""
    words, stretches = spoken()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    before_kb = _peak_kb()
    began_s = time.monotonic()
    turns = assemble(name_words(words, stretches))
    array = json.dumps(segments_of(turns, datetime(2026, 1, 1, tzinfo=UTC)), ensure_ascii=False)
    raw = json.dumps(raw_of(Transcript(turns, "deepgram", "deepgram", "nova-3"), "t", 3600.0))
    texts = [form.write(turns) for form in FORMATS.values()]
    seconds = time.monotonic() - began_s
    after_kb = _peak_kb()
    assert array
    assert raw
    assert all(texts)
    named = sum(turn.speaker_id is not None and turn.speaker_id.startswith("p") for turn in turns)
    return {
        "words": len(words),
        "turns": len(turns),
        "named_turns": named,
        "seconds": round(seconds, 2),
        "peak_mb": round((after_kb - before_kb) / 1024, 1),
    }


def _peak_kb() -> int:
    # Not getrusage: what a process inherits of its parent's peak counts there.
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
