"""Meetings staged of clips of human speech whose words are known, and how right a transcript of one is."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

import roomtone.practice
from roomtone.speech.local.decoding import frames_of
from roomtone.speech.local.utterances import SAMPLE_RATE_HZ
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from roomtone.bot.speaker import Speaker
    from roomtone.speech.transcript import Turn

BUNDLED = Path(roomtone.practice.__file__).parent / "demo"
_TEXTS = {
    "austen-0870.flac": "and mister john dashwood had then leisure to consider how much there might be "
    "prudently in his power to do for them",
    "austen-0880.flac": "he was not an ill disposed young man",
    "austen-0890.flac": "unless to be rather cold hearted and rather selfish is to be ill disposed",
    "austen-0930.flac": "he might even have been made amiable himself",
    "goforward.flac": "go forward ten meters",
    "numbers.flac": "thirty three four oh six ninety two",
    "something.flac": "go somewhere and do something",
}
LATE_S = 0.4
"""How late a platform may tell who speaks."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of human speech.

    Attributes:
        path: The file.
        text: Its words.
        sound: Its samples at 16 kHz.
    """

    path: Path
    text: str
    sound: NDArray[np.int16]

    @property
    def length_s(self) -> float:
        """How long it is."""
        return len(self.sound) / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Said:
    """A clip in a meeting: whose it is and when it begins."""

    clip: Clip
    speaker: Speaker
    at_s: float


@dataclass(frozen=True, slots=True)
class Judged:
    """How right a transcript is.

    Attributes:
        n_words: That were said.
        n_wrong: Words that are other, missing or too many.
        n_heard: Words of the transcript that lie in somebody's clip.
        n_named: Of these, under the name of who said it.
    """

    n_words: int
    n_wrong: int
    n_heard: int
    n_named: int

    @property
    def error_rate(self) -> float:
        """Wrong words for each that was said."""
        return self.n_wrong / max(1, self.n_words)

    @property
    def attribution(self) -> float:
        """Share of the words under the right name."""
        return self.n_named / max(1, self.n_heard)


def clips_of(folder: Path | None) -> list[Clip]:
    """The clips of a folder with a ``manifest.json`` of ``clips`` (``file``, ``text``); None: the bundled."""
    if folder is None:
        texts = _TEXTS
    else:
        listed = json.loads((folder / "manifest.json").read_text("utf-8"))["clips"]
        texts = {clip["file"]: clip["text"] for clip in listed}
    base = folder or BUNDLED
    return [
        Clip(base / name, text, np.frombuffer(b"".join(frames_of(base / name)), "<i2"))
        for name, text in sorted(texts.items())
    ]


def in_turn(clips: Sequence[Clip], speakers: Sequence[Speaker], pause_s: float) -> list[Said]:
    """The clips one after another, each by the next speaker."""
    said, at_s = list[Said](), 1.0
    for number, clip in enumerate(clips):
        said.append(Said(clip, speakers[number % len(speakers)], at_s))
        at_s += clip.length_s + pause_s
    return said


def separate(meeting: Sequence[Said], folder: Path) -> Recorded:
    """The meeting with each voice in a file of its own."""
    speakers = list(dict.fromkeys(said.speaker for said in meeting))
    tracks = [
        Track(_write(folder / f"{speaker.speaker_id}.flac", meeting, speaker), 0.0, speaker)
        for speaker in speakers
    ]
    return Recorded(tuple(tracks))


def mixed(meeting: Sequence[Said], folder: Path, seed: int = 7) -> Recorded:
    """The meeting as one mix, with a timeline whose edges come up to ``LATE_S`` late."""
    late = random.Random(seed)
    timeline = tuple(
        Stretch(
            said.speaker.speaker_id,
            said.speaker.speaker_name,
            said.at_s + late.uniform(0, LATE_S),
            said.at_s + said.clip.length_s + late.uniform(0, LATE_S),
        )
        for said in meeting
    )
    return Recorded((Track(_write(folder / "mix.flac", meeting, None)),), timeline)


def judge(meeting: Sequence[Said], turns: Sequence[Turn]) -> Judged:
    """Compare what was said with a transcript: its words clip by clip, and their names by their times."""
    heard = sorted((word for turn in turns for word in turn.words), key=lambda word: word.start_s)
    wrong = named = placed = words = 0
    for said in meeting:
        inside = [w for w in heard if said.at_s <= (w.start_s + w.end_s) / 2 < said.at_s + said.clip.length_s]
        expected = plain(said.clip.text)
        wrong += distance(expected, [part for word in inside for part in plain(word.text)])
        words += len(expected)
        placed += len(inside)
        named += sum(word.speaker_id == said.speaker.speaker_id for word in inside)
    # What was heard where nobody spoke is too much.
    return Judged(words, wrong + len(heard) - placed, placed, named)


def plain(text: str) -> list[str]:
    """A text's words without case and punctuation."""
    return _WORD.findall(text.lower())


def distance(expected: Sequence[str], heard: Sequence[str]) -> int:
    """The least number of words to change, leave out and put in."""
    row = list(range(len(heard) + 1))
    for n, word in enumerate(expected, start=1):
        before, row[0] = row[0], n
        for m, other in enumerate(heard, start=1):
            cost = min(row[m] + 1, row[m - 1] + 1, before + (word != other))
            before, row[m] = row[m], cost
    return row[-1]


def length_s(meeting: Sequence[Said]) -> float:
    """How long a meeting is."""
    return max(said.at_s + said.clip.length_s for said in meeting) + 1.0


def _write(path: Path, meeting: Sequence[Said], speaker: Speaker | None) -> Path:
    sound = np.zeros(round(length_s(meeting) * SAMPLE_RATE_HZ), np.int32)
    for said in meeting:
        if speaker is None or said.speaker == speaker:
            first = round(said.at_s * SAMPLE_RATE_HZ)
            sound[first : first + len(said.clip.sound)] += said.clip.sound
    samples = np.clip(sound, -32768, 32767).astype(np.int16).reshape(1, -1)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path
