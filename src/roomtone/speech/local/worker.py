"""The recognising child: ``python -m roomtone.speech.local.worker PLAN``.

Engines are C code that blocks, may crash and takes memory that nobody gives back: a program of its own keeps
all that from the server, and a low priority keeps it from bots in meetings.

``PLAN`` is a JSON file: ``{"engine", "options", "tracks": [{"path", "from_s"}]}``. On its standard output it
writes JSON lines:

- ``{"track", "until_s", "words": [[text, shown, start_s, end_s, confidence]], "language"}`` after each
  utterance; times are seconds from the track's beginning, the language is that of these words. Everything of
  the track before ``until_s`` has been told.
- ``{"track", "until_s"}`` while there is no voice
- ``{"unusable": track}`` for a file that cannot be decoded
- ``{"problem"}`` if the engine cannot be loaded: why; it is the only line then
- ``{"done": true, "language"}`` at the end, with the language of what was heard last
"""

from __future__ import annotations

import json
import os
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.speech.errors import UnusableAudio
from roomtone.speech.local.decoding import frames_of
from roomtone.speech.local.engines import load_engine, load_problem
from roomtone.speech.local.utterances import FRAME_S, SAMPLE_RATE_HZ, Utterance, utterances

if TYPE_CHECKING:
    from roomtone.speech.local.engines import Engine

NICENESS = 15
_VAD_MODE = 2
"""Of 0 to 3: how sure it has to be that a sound is a voice."""


def main() -> int:
    """Do the plan; the exit status is 0 when all of it was done."""
    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    os.nice(NICENESS)
    try:
        engine = load_engine(plan["engine"], plan["options"])
    except (ImportError, OSError, RuntimeError, ValueError) as problem:
        _say({"problem": load_problem(problem, plan["options"])})
        raise
    for number, track in enumerate(plan["tracks"]):
        try:
            _recognise(engine, number, Path(track["path"]), track["from_s"])
        except UnusableAudio:
            _say({"unusable": number})
    _say({"done": True, "language": engine.language})
    return 0


def _recognise(engine: Engine, number: int, path: Path, from_s: float) -> None:
    import webrtcvad

    detector = webrtcvad.Vad(_VAD_MODE)
    skipped = round(from_s / FRAME_S)
    frames = islice(frames_of(path), skipped, None)
    begin_s = skipped * FRAME_S
    for part in utterances(frames, lambda frame: detector.is_speech(frame, SAMPLE_RATE_HZ)):
        if not isinstance(part, Utterance):
            _say({"track": number, "until_s": round(begin_s + part, 3)})
            continue
        offset_s = begin_s + part.start_s
        words = [
            (text, shown, round(offset_s + start_s, 3), round(offset_s + end_s, 3), confidence)
            for text, shown, start_s, end_s, confidence in engine.words(part)
        ]
        _say(
            {
                "track": number,
                "until_s": round(begin_s + part.end_s, 3),
                "words": words,
                "language": engine.language,
            }
        )


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
