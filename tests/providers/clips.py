"""The bundled clips of human speech as a script: tracks made of them, and the words in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

import roomtone.practice
from roomtone.speech.local.decoding import frames_of
from roomtone.speech.local.utterances import SAMPLE_RATE_HZ
from tests.providers.script import ScriptedWord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tests.providers.matching import MatchingEar

CLIPS = Path(roomtone.practice.__file__).parent / "demo"
TEXTS = {
    "goforward": "Go forward ten meters.",
    "something": "Go somewhere, and do something!",
    "numbers": "Thirty three, four oh six, ninety two.",
    "austen-0880": "He was not an ill disposed young man.",
    "austen-0930": "He might even have been made amiable himself.",
}


def sound_of(name: str) -> NDArray[np.int16]:
    """A clip's samples at 16 kHz."""
    return np.frombuffer(b"".join(frames_of(CLIPS / f"{name}.flac")), "<i2")


def words_of(name: str, start_s: float = 0.0, speaker: int = 0) -> tuple[ScriptedWord, ...]:
    """A clip's words, if it begins at ``start_s``: evenly spread over where it is loud, enough for a script."""
    sound, shown = sound_of(name), TEXTS[name].split()
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > 800)
    first_s, last_s = loud[0] / SAMPLE_RATE_HZ, loud[-1] / SAMPLE_RATE_HZ
    each_s = (last_s - first_s) / len(shown)
    return tuple(
        ScriptedWord(
            word,
            round(start_s + first_s + n * each_s, 3),
            round(start_s + first_s + (n + 1) * each_s, 3),
            speaker,
        )
        for n, word in enumerate(shown)
    )


def teach(ear: MatchingEar, speakers: dict[str, int] | None = None) -> None:
    """Have an ear know the clips, each as said by the speaker that is given for it, else by the first."""
    for name in TEXTS:
        ear.learn(CLIPS / f"{name}.flac", words_of(name, speaker=(speakers or {}).get(name, 0)))


def write_track(path: Path, clips: Iterable[tuple[str, float]], length_s: float) -> tuple[ScriptedWord, ...]:
    """Write a file (FLAC, else by its name MP3) with clips at their times and silence between; its words."""
    sound, words = np.zeros(round(length_s * SAMPLE_RATE_HZ), np.int16), list[ScriptedWord]()
    for name, start_s in clips:
        clip, first = sound_of(name), round(start_s * SAMPLE_RATE_HZ)
        sound[first : first + len(clip)] += clip[: len(sound) - first]
        words += words_of(name, start_s)
    with av.open(str(path), "w") as file:
        codec = "libmp3lame" if path.suffix == ".mp3" else "flac"
        stream = file.add_stream(codec, rate=SAMPLE_RATE_HZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return tuple(sorted(words, key=lambda word: word.start_s))
