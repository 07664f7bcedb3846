"""Live words of a staged meeting against what was said: right, under the right name, and in time. Pure.

Times are Unix seconds but for those within a message, which are seconds of the recording.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.staging.speech_match import percentile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from roomtone.practice.script import Script
    from roomtone.staging.meeting_truth import MeetingTruth
    from roomtone.staging.speech_match import Sound

MANIFEST_NAME = "manifest.json"
"""Beside sound files: ``{"clips": [{"file", "text"}]}``, the words in them."""
_EARLY_S, _LATE_S = 0.5, 0.8
"""How far a clip's words may lie from where it was sent: it is under way for some tenths of a second."""
_LOUD = 0.02
_BARE = re.compile(r"[^\w']+")


@dataclass(frozen=True, slots=True)
class SaidClip:
    """A clip that was said.

    Attributes:
        speaker: The name in the script.
        file: What was said, for the report.
        text: Its words; None: nobody wrote them down.
        begins_s: When its first loud sample was sent.
        ends_s: When its last one was.
    """

    speaker: str
    file: str
    text: str | None
    begins_s: float
    ends_s: float

    def holds(self, at_s: float) -> bool:
        """Whether a word that was said then may be one of it."""
        return self.begins_s - _EARLY_S <= at_s <= self.ends_s + _LATE_S

    def distance_s(self, at_s: float) -> float:
        """How far a moment lies from it."""
        return max(0.0, self.begins_s - at_s, at_s - self.ends_s)


@dataclass(frozen=True, slots=True)
class ArrivedWord:
    """A word of a message: whose, when it was said and when it arrived."""

    speaker: str
    text: str
    at_s: float
    arrived_s: float
    is_final: bool


@dataclass(slots=True)
class ClipWords:
    """What arrived of a clip.

    Attributes:
        clip: The clip.
        heard: Its final words under its speaker's name, in order.
        first_s: When the first of anything of it arrived, after it began.
        final_s: When the last of its final words arrived, after it ended.
    """

    clip: SaidClip
    heard: list[str] = field(default_factory=list)
    first_s: float | None = None
    final_s: float | None = None


def read_arrived(path: Path) -> list[ArrivedWord]:
    """The words of a ``transcript_live.jsonl``, those told again included; nothing where there is none."""
    words: list[ArrivedWord] = []
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                words += _words(entry["message"], entry["arrived_s"])
    return words


def read_transcript(path: Path) -> list[dict[str, Any]]:
    """The segments of a ``transcript.json`` as the API gives it; none where there is no file."""
    segments: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return segments


def transcript_words(segments: Iterable[Mapping[str, Any]]) -> list[ArrivedWord]:
    """The words of a transcript's segments, as if each had arrived when it was said."""
    words: list[ArrivedWord] = []
    for segment in segments:
        begun_at = segment.get("absolute_start_time")
        if begun_at is None:
            continue  # without a beginning of the recording nothing can be compared
        zero_s = datetime.fromisoformat(begun_at).timestamp() - segment["start_time"]
        for word in segment["words"]:
            at_s = zero_s + (word["start"] + word["end"]) / 2
            words.append(ArrivedWord(segment["speaker"], _bare(word["word"]), at_s, at_s, is_final=True))
    return words


def compare_transcript(
    clips: Sequence[SaidClip], segments: Sequence[Mapping[str, Any]], own_name: str | None = None
) -> dict[str, Any] | None:
    """The report's entry of the transcript: how right its words and names are; None when there is none.

    ``own_name``: as for ``compare_words``; the bot's turns are left out too.
    """
    own = _own(clips, own_name)
    segments = [segment for segment in segments if segment["speaker"] not in own]
    found = compare_words(clips, transcript_words(segments))
    if found is None:
        return None
    timeless = ("first_after_begin_s", "final_after_end_s")
    return {
        "turns": len(segments),
        "words": found["final_words"],
        "right_names": found["right_names"],
        "word_error_rate": found["word_error_rate"],
        "clips": [{k: v for k, v in clip.items() if k not in timeless} for clip in found["clips"]],
    }


def _words(message: Mapping[str, Any], arrived_s: float) -> Iterable[ArrivedWord]:
    if not message["words"] or message["timestamp"] is None:
        return
    # The first word's moment is told both ways, so the recording's beginning is known.
    zero_s = datetime.fromisoformat(message["timestamp"]).timestamp() - message["words"][0]["start"]
    for word in message["words"]:
        at_s = zero_s + (word["start"] + word["end"]) / 2
        final = bool(message["is_final"])
        yield ArrivedWord(message["speakerName"], _bare(word["word"]), at_s, arrived_s, final)


def said_clips(
    script: Script, truth: MeetingTruth, sounds: Mapping[tuple[int, int], Sound]
) -> list[SaidClip]:
    """The clips that were sent, with their words where a manifest lies beside them."""
    clips = []
    for spoken in truth.clips:
        sound = sounds.get((spoken.participant, spoken.says))
        who = script.participants[spoken.participant]
        said = who.says[spoken.says]
        if sound is None or said.file is None:
            continue
        loud = np.flatnonzero(np.abs(sound) > _LOUD)
        first, last = (int(loud[0]), int(loud[-1])) if loud.size else (0, sound.size)
        begins_s, ends_s = spoken.at_s + first / SAMPLE_RATE_HZ, spoken.at_s + last / SAMPLE_RATE_HZ
        clips.append(SaidClip(who.name, said.label, _text_of(said.file), begins_s, ends_s))
    return clips


def compare_words(
    clips: Sequence[SaidClip], words: Sequence[ArrivedWord], own_name: str | None = None
) -> dict[str, Any] | None:
    """The report's entry; None when no words arrived.

    Args:
        clips: What was said by the script.
        words: What arrived.
        own_name: The bot's: what it was told to say is in no script, so its words are left out. None: it
            says nothing.
    """
    own = _own(clips, own_name)
    words = [word for word in words if word.speaker not in own]
    if not words:
        return None
    by_clip = [ClipWords(clip) for clip in clips]
    finals = sorted((word for word in words if word.is_final), key=lambda word: word.at_s)
    n_right = sum(_give(word, by_clip) for word in finals)
    for one in by_clip:
        one.first_s = _first_s(one.clip, words)
    return {
        "final_words": len(finals),
        "right_names": round(n_right / len(finals), 4) if finals else None,
        "word_error_rate": _error_rate(by_clip),
        "first_after_begin_s": _percentiles([one.first_s for one in by_clip]),
        "final_after_end_s": _percentiles([one.final_s for one in by_clip]),
        "clips": [_entry(one) for one in by_clip],
    }


def _own(clips: Sequence[SaidClip], own_name: str | None) -> set[str]:
    """The names that are the bot's alone; a participant of its name is judged as any other."""
    return set() if own_name is None else {own_name} - {clip.speaker for clip in clips}


def _give(word: ArrivedWord, by_clip: Sequence[ClipWords]) -> bool:
    """Add a final word to the clip of its speaker that it belongs to; whether there is one."""
    theirs = [one for one in by_clip if one.clip.speaker == word.speaker and one.clip.holds(word.at_s)]
    if not theirs:
        return False
    one = min(theirs, key=lambda one: one.clip.distance_s(word.at_s))
    one.heard.append(word.text)
    after_s = word.arrived_s - one.clip.ends_s
    one.final_s = after_s if one.final_s is None else max(one.final_s, after_s)
    return True


def _first_s(clip: SaidClip, words: Sequence[ArrivedWord]) -> float | None:
    arrived = [
        word.arrived_s - clip.begins_s
        for word in words
        if word.speaker == clip.speaker and clip.holds(word.at_s)
    ]
    return min((after_s for after_s in arrived if after_s > 0), default=None)


def n_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """The least number of words to put in, leave out or change."""
    row = list(range(len(heard) + 1))
    for n_said, word in enumerate(said, start=1):
        before, row = row, [n_said]
        for n_heard, other in enumerate(heard, start=1):
            row.append(min(before[n_heard] + 1, row[-1] + 1, before[n_heard - 1] + (word != other)))
    return row[-1]


def _entry(one: ClipWords) -> dict[str, Any]:
    said = _split(one.clip.text)
    return {
        "speaker": one.clip.speaker,
        "file": one.clip.file,
        "heard": " ".join(one.heard),
        "errors": None if said is None else n_errors(said, one.heard),
        "words": None if said is None else len(said),
        "first_after_begin_s": _rounded(one.first_s),
        "final_after_end_s": _rounded(one.final_s),
    }


def _error_rate(by_clip: Sequence[ClipWords]) -> float | None:
    known = [(said, one.heard) for one in by_clip if (said := _split(one.clip.text))]
    n_words = sum(len(said) for said, _ in known)
    return round(sum(n_errors(said, heard) for said, heard in known) / n_words, 4) if n_words else None


def _percentiles(values: Iterable[float | None]) -> dict[str, float | None]:
    known = [value for value in values if value is not None]
    return {name: _rounded(percentile(known, share)) for name, share in (("p50", 0.5), ("p95", 0.95))}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _split(text: str | None) -> list[str] | None:
    return None if text is None else [word for word in (_bare(word) for word in text.split()) if word]


def _bare(word: str) -> str:
    return _BARE.sub("", word).lower()


def _text_of(file: Path) -> str | None:
    """The words in a sound file, by the manifest beside it; None where there is none."""
    try:
        clips = json.loads((file.parent / MANIFEST_NAME).read_text("utf-8"))["clips"]
        return next((str(clip["text"]) for clip in clips if clip["file"] == file.name), None)
    except (OSError, ValueError, KeyError, TypeError):
        return None
