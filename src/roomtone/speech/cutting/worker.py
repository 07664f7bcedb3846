"""The cutting child: ``python -m roomtone.speech.cutting.worker PLAN``.

Decoding and encoding an hour of sound takes tens of seconds of a processor; a program of its own at a low
priority keeps that from the server and from bots in meetings.

``PLAN`` is a JSON file: ``{"path", "folder", "longest_s", "utterances"}``: the sound, where its pieces go,
how long one may be, and whether each utterance is a piece of its own (WAV, 16 kHz mono, which every server
takes) or as much as fits (MP3, 16 kHz mono, 64 kbit/s). On its standard output it writes JSON lines:

- ``{"until_s"}`` now and then
- ``{"piece": name, "spans": [[source_s, piece_s, length_s]], "voice": [start_s, end_s]}`` for each finished
  file; ``voice`` are the times of the piece between which somebody speaks
- ``{"unusable": reason}`` when the sound cannot be decoded
- ``{"done": true}`` at the end
"""

from __future__ import annotations

import json
import os
import sys
import wave
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from roomtone.speech.cutting.voiced_frames import Frame, PieceEnds, voiced_frames
from roomtone.speech.errors import UnusableAudio
from roomtone.speech.local.decoding import frames_of
from roomtone.speech.local.utterances import FRAME_S, SAMPLE_RATE_HZ, Utterance, utterances

if TYPE_CHECKING:
    from collections.abc import Iterator

_NICENESS = 15
_VAD_MODE = 2
"""Of 0 to 3: how sure it has to be that a sound is a voice."""
_BITS_PER_S = 64_000
_FRAMES_A_LINE = 300


def main() -> int:
    """Do the plan; the exit status is 0 when all of it was done."""
    import webrtcvad

    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    os.nice(_NICENESS)
    detector = webrtcvad.Vad(_VAD_MODE)

    def is_voice(frame: bytes) -> bool:
        return bool(detector.is_speech(frame, SAMPLE_RATE_HZ))

    frames, folder = frames_of(Path(plan["path"])), Path(plan["folder"])
    try:
        if plan["utterances"]:
            _write_utterances(frames, is_voice, folder)
        else:
            _write_pieces(frames, is_voice, folder, plan["longest_s"])
    except UnusableAudio as problem:
        _say({"unusable": str(problem)})
    _say({"done": True})
    return 0


def _write_utterances(frames: Iterator[bytes], is_voice: Any, folder: Path) -> None:
    count = 0
    voiced = bytearray()

    def noted(frame: bytes) -> bool:
        voiced.append(is_voice(frame))
        return bool(voiced[-1])

    for part in utterances(frames, noted):
        if not isinstance(part, Utterance):
            _say({"until_s": round(part, 3)})
            continue
        count += 1
        name = f"{count:05d}.wav"
        with wave.open(str(folder / name), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes(part.pcm)
        first, last = round(part.start_s / FRAME_S), round(part.end_s / FRAME_S)
        voice = [
            max(0, voiced.find(1, first, last) - first),
            max(first, voiced.rfind(1, first, last)) + 1 - first,
        ]
        _say(_told(name, [[first, 0, last - first]], voice))


def _write_pieces(frames: Iterator[bytes], is_voice: Any, folder: Path, longest_s: float) -> None:
    piece: _PieceFile | None = None
    count = 0
    for item in voiced_frames(frames, is_voice, longest_s):
        if isinstance(item, Frame):
            if piece is None:
                count += 1
                piece = _PieceFile(folder / f"{count:05d}.mp3")
            piece.write(item)
            if item.number % _FRAMES_A_LINE == 0:
                _say({"until_s": round(item.number * FRAME_S, 3)})
        elif isinstance(item, PieceEnds):
            assert piece is not None, "a piece has a frame"
            _say(piece.close())
            piece = None
        else:
            _say({"until_s": round(item.number * FRAME_S, 3)})


class _PieceFile:
    """An MP3 that is being written."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._file = av.open(str(path), "w", format="mp3")
        self._stream = self._file.add_stream("libmp3lame", rate=SAMPLE_RATE_HZ, layout="mono")
        self._stream.bit_rate = _BITS_PER_S
        self._spans: list[list[int]] = []
        self._count = 0

    def write(self, item: Frame) -> None:
        """Add a frame; one that does not follow the last begins another span."""
        spans = self._spans
        if spans and spans[-1][0] + spans[-1][2] == item.number:
            spans[-1][2] += 1
        else:
            spans.append([item.number, self._count, 1])
        samples = np.frombuffer(item.pcm, "<i2").reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.time_base = SAMPLE_RATE_HZ, Fraction(1, SAMPLE_RATE_HZ)
        frame.pts = self._count * samples.shape[1]
        self._count += 1
        self._file.mux(self._stream.encode(frame))

    def close(self) -> dict[str, Any]:
        """Finish the file; what to say of it."""
        self._file.mux(self._stream.encode(None))
        self._file.close()
        return _told(self._name, self._spans, [0, self._count])


def _told(name: str, spans: list[list[int]], voice: list[int]) -> dict[str, Any]:
    """The line of a piece, of numbers of frames."""
    return {"piece": name, "spans": [_seconds(span) for span in spans], "voice": _seconds(voice)}


def _seconds(frames: list[int]) -> list[float]:
    return [round(number * FRAME_S, 3) for number in frames]


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
