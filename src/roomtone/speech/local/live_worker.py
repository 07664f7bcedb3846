"""The child that recognises while people speak: ``python -m roomtone.speech.local.live_worker FD PLAN``.

Like ``worker`` it keeps C code, its memory and its crashes from who started it, at a low priority. ``FD`` is
an open socket, ``PLAN`` a JSON object ``{"engine", "options"}``. A request is a JSON line, followed by as
many bytes of sound as its ``bytes`` says, and has one answer, a JSON line:

- ``{"begin": seat}``: an utterance begins; a seat is a number from 0, one utterance at a time each.
- ``{"hear": seat, "bytes": n, "so_far": bool}``: more of it. The answer has ``words`` if ``so_far`` asked for
  them: ``[[text, shown, start_s, end_s, confidence]]`` or null, seconds from the utterance's beginning.
- ``{"finish": seat}``: it is over; the answer has its ``words`` and the ``language``.

The first line that it says is ``{"ready": true}``, or ``{"problem": ...}`` before it ends.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import TYPE_CHECKING, Any

from roomtone.speech.local.engines import load_problem, load_running_engines
from roomtone.speech.local.worker import NICENESS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedRWPair

    from roomtone.speech.local.engines import RunningEngine


def main() -> int:
    """Answer until the socket is closed."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    plan = json.loads(sys.argv[2])
    os.nice(NICENESS)
    with connection, connection.makefile("rwb") as stream:
        engines = load_running_engines(plan["engine"], plan["options"])
        try:
            seats = [next(engines)]
        except (ImportError, OSError, RuntimeError, ValueError) as problem:
            _say(stream, {"problem": load_problem(problem, plan["options"])})
            return 1
        _say(stream, {"ready": True})
        try:
            while line := stream.readline():
                request = json.loads(line)
                _say(stream, _answer(request, stream.read(request.get("bytes", 0)), seats, engines))
        except (BrokenPipeError, ConnectionResetError):
            pass  # who asked is gone
    return 0


def _answer(
    request: dict[str, Any], pcm: bytes, seats: list[RunningEngine], engines: Iterator[RunningEngine]
) -> dict[str, Any]:
    if "begin" in request:
        while len(seats) <= request["begin"]:
            seats.append(next(engines))
        seats[request["begin"]].begin()
        return {}
    if "hear" in request:
        engine = seats[request["hear"]]
        engine.hear(pcm)
        return {"words": engine.words_so_far()} if request.get("so_far") else {}
    engine = seats[request["finish"]]
    return {"words": engine.finish(), "language": engine.language}


def _say(stream: BufferedRWPair, line: dict[str, Any]) -> None:
    stream.write(json.dumps(line).encode() + b"\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
