"""Every clip of the script compared with what was received of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.listening.file_name import safe_stem
from roomtone.staging.speech_labels import HeardSpeech, labelled_shares, position_in_mix
from roomtone.staging.speech_match import (
    RECOGNISED,
    HeardFrame,
    find_clip,
    frame_latencies_s,
    likeness,
    percentile,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roomtone.practice.script import Script
    from roomtone.staging.meeting_truth import MeetingTruth, SpokenClip
    from roomtone.staging.speech_match import Sound

MAX_CLIPS = 200
"""Most clips looked for; a long meeting is judged by its first ones."""


@dataclass(slots=True)
class SpeechReport:
    """What became of the clips.

    Attributes:
        clips: For each clip looked for: ``speaker``, ``speaker_id``, ``file``, ``at_s`` (script),
            ``correlation`` (by pieces; None: not found), ``correlation_whole``, ``moved_ms``,
            ``latency_ms`` (median) and ``labelled`` (share of its time heard under the speaker's name).
        latencies_s: Of every frame in every clip found.
        labelled_share: Share of all speech time that was heard under a right name; None: nothing was said.
    """

    clips: list[dict[str, Any]] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    labelled_share: float | None = None

    def latency_ms(self) -> dict[str, float | int | None]:
        """p50 and p95 in milliseconds, and of how many frames."""
        shares = {"p50": 0.5, "p95": 0.95}
        found = {name: _ms(percentile(self.latencies_s, share)) for name, share in shares.items()}
        return {**found, "frames": len(self.latencies_s)}


def read_frames(path: Path) -> tuple[dict[str, list[HeardFrame]], dict[str, str]]:
    """A ``frames.jsonl`` by speaker id, and the last name of each; nothing where there is no file."""
    frames: dict[str, list[HeardFrame]] = {}
    names: dict[str, str] = {}
    if not path.exists():
        return frames, names
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            position = round(entry["capture_s"] * SAMPLE_RATE_HZ)
            frame = HeardFrame(entry["arrived_s"], position, entry["samples"])
            frames.setdefault(entry["speaker_id"], []).append(frame)
            names[entry["speaker_id"]] = entry["speaker_name"]
    return frames, names


def compare_speech(
    live: Path, script: Script, truth: MeetingTruth, sounds: Mapping[tuple[int, int], Sound], zero_s: float
) -> SpeechReport:
    """Look for each clip that was sent in the WAV of who said it.

    Args:
        live: Folder with the WAVs and ``frames.jsonl``.
        script: The meeting.
        truth: What was sent when.
        sounds: Decoded clips by participant and place in what they say.
        zero_s: Unix time at which position 0 of the WAVs arrived.
    """
    report = SpeechReport()
    speech: list[HeardSpeech] = []
    frames, names = read_frames(live / "frames.jsonl")
    for spoken in truth.clips[:MAX_CLIPS]:
        sound = sounds.get((spoken.participant, spoken.says))
        if sound is None:
            continue
        speaker_id = speaker_of(spoken.participant, script, truth, names)
        report.clips.append(_compare(report, live, script, spoken, sound, frames, speaker_id, zero_s))
        begin = position_in_mix(live, sound, round((spoken.at_s - zero_s) * SAMPLE_RATE_HZ))
        speech.append(HeardSpeech(speaker_id, max(0, begin), sound.size))
    shares, report.labelled_share = labelled_shares(speech, frames)
    for entry, share in zip(report.clips, shares, strict=True):
        entry["labelled"] = share
    return report


def speaker_of(participant: int, script: Script, truth: MeetingTruth, names: Mapping[str, str]) -> str | None:
    """The speaker id under which a scripted participant was heard, by id, else by name; None: not heard."""
    known = truth.ids.get(participant)
    if known in names:
        return known
    wanted = script.participants[participant].name
    return next((speaker_id for speaker_id, name in names.items() if name == wanted), None)


def _compare(
    report: SpeechReport,
    live: Path,
    script: Script,
    spoken: SpokenClip,
    sound: Sound,
    frames: Mapping[str, list[HeardFrame]],
    speaker_id: str | None,
    zero_s: float,
) -> dict[str, Any]:
    who = script.participants[spoken.participant]
    said = who.says[spoken.says]
    entry: dict[str, Any] = {
        "speaker": who.name,
        "speaker_id": speaker_id,
        "file": said.label,
        "at_s": said.at_s,
        "correlation": None,
        "correlation_whole": None,
        "moved_ms": None,
        "latency_ms": None,
    }
    if speaker_id is None:
        return entry
    expected = round((spoken.at_s - zero_s) * SAMPLE_RATE_HZ)
    wav = live / f"{safe_stem(speaker_id)}.wav"
    match = find_clip(wav, sound, expected)
    if match is None:
        return entry
    like = likeness(wav, sound, match)
    entry["correlation_whole"] = match.correlation
    entry["correlation"] = match.correlation if like is None else like.correlation
    entry["moved_ms"] = None if like is None else like.moved_ms
    if entry["correlation"] >= RECOGNISED:
        found = frame_latencies_s(frames[speaker_id], match, spoken.at_s, sound.size)
        report.latencies_s += found
        entry["latency_ms"] = _ms(percentile(found, 0.5))
    return entry


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
