"""The sheet of a staged meeting: its files and figures brought onto the recording's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from roomtone.listening.file_name import safe_stem
from roomtone.staging.live_words import read_transcript
from roomtone.staging.script_lanes import presence_of, shares_of, shifted, speech_of
from roomtone.staging.sheet.layout import frame_times
from roomtone.staging.sheet.media import lag_s, pictures_at, recording_levels, wav_levels
from roomtone.staging.sheet.model import Figure, Lane, Levels, Mark, Sheet, Spoken, speech_spans
from roomtone.staging.speech_report import speaker_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roomtone.listening.heard_meeting import HeardMeeting
    from roomtone.practice.script import Script
    from roomtone.staging.report import Observed
    from roomtone.staging.stage_folder import StageFolder

ALIGNED_BY_S = 600.0
"""So much of the recording's beginning is compared with the live audio to find how they lie."""
MOST_LANES = 12
BEFORE_S = 6.0
"""So much of what came before the recording is shown."""
MOST_TURNS = 12
"""Of the transcript."""
AFTER_S = 6.0
"""And so much of what came after it."""
SHOWN_EVENTS = {
    "bot.in_waiting_room": "in lobby",
    "bot.inmeeting": "joined",
    "bot.recording": "recording",
    "bot.leaving": "leaving",
    "bot.stopped": "stopped",
    "bot.kicked": "removed",
    "bot.denied": "denied",
    "bot.notallowed": "not admitted",
    "bot.failed": "failed",
    "audio.processed": "audio ready",
    "video.processed": "video ready",
    "transcription.processed": "transcript ready",
    "bot.done": "done",
}


def sheet_of_stage(
    folder: StageFolder,
    script: Script,
    observed: Observed,
    heard: HeardMeeting | None,
    lengths: Mapping[tuple[int, int], float],
    figures: dict[str, Any],
) -> Sheet:
    """Everything that the picture shows.

    Args:
        folder: With the downloaded files.
        script: The meeting.
        observed: What was seen.
        heard: What the live-audio receiver has of the bot; None without live audio.
        lengths: Of the script's clips.
        figures: The content of ``report.json``.
    """
    recorded_s = observed.video_s or observed.audio_s or 0.0
    levels = _levels_of(folder, heard)
    zero_s, live_from_s = _recording_zero(folder, observed, heard, levels)
    script_from_s = (observed.truth.zero_s or zero_s) - zero_s
    events = [(delivery.arrived_s - zero_s, delivery.name) for delivery in observed.deliveries]
    from_s, to_s = _shown(events, recorded_s)
    end_s = to_s - script_from_s if observed.over is None else observed.over[0] - zero_s - script_from_s
    marks = [
        Mark(at_s, SHOWN_EVENTS[name])
        for at_s, name in events
        if name in SHOWN_EVENTS and from_s <= at_s <= to_s
    ]
    if observed.over is not None and observed.over[1] == "meeting":
        marks.append(Mark(observed.over[0] - zero_s, "meeting ends"))
    video = observed.video_s is not None
    return Sheet(
        title=script.title,
        subtitle=_subtitle(figures, len(script.participants)),
        verdict=figures["as_scripted"],
        from_s=from_s,
        to_s=to_s,
        recorded_s=recorded_s,
        lanes=_lanes(script, observed, heard, levels, lengths, (script_from_s, live_from_s, end_s)),
        shares=tuple(shifted(span, script_from_s) for span in shares_of(script, end_s)),
        marks=tuple(marks),
        figures=tuple(_figures(figures)),
        frames=pictures_at(folder.video, frame_times(from_s, to_s, recorded_s)) if video else (),
        spoken=tuple(
            Spoken(turn["start_time"], turn["speaker"], turn["transcript"])
            for turn in read_transcript(folder.transcript)[:MOST_TURNS]
        ),
    )


def _shown(events: Sequence[tuple[float, str]], recorded_s: float) -> tuple[float, float]:
    """From when to when the sheet goes, on the recording's clock: it, and what happened around it."""
    moments = [at_s for at_s, name in events if name in SHOWN_EVENTS]
    from_s = min(0.0, max(-BEFORE_S, min(moments, default=0.0)))
    return from_s, max(recorded_s, 1.0, min(recorded_s + AFTER_S, max(moments, default=0.0)) + 0.5)


def _levels_of(folder: StageFolder, heard: HeardMeeting | None) -> dict[str, Levels]:
    if heard is None:
        return {}
    return {
        speaker_id: wav_levels(folder.live / f"{safe_stem(speaker_id)}.wav") for speaker_id in heard.speakers
    }


def _recording_zero(
    folder: StageFolder, observed: Observed, heard: HeardMeeting | None, levels: dict[str, Levels]
) -> tuple[float, float]:
    """Unix time of the recording's beginning, and where the live audio begins on the recording's clock.

    By the sound that both have; without such sound by the webhook that says that recording began.
    """
    said_s = observed.first("bot.recording", "bot.inmeeting") or observed.created_s or observed.started_s
    live_zero_s = heard.clock.zero_s if heard is not None else None
    if live_zero_s is None:
        return said_s, 0.0
    longest = max((found.size for found in levels.values()), default=0)
    together = np.full(longest, -90.0, np.float32)
    for found in levels.values():
        together[: found.size] = np.maximum(together[: found.size], found)
    lag = lag_s(recording_levels(folder.audio, ALIGNED_BY_S), together) if folder.audio.exists() else None
    if lag is None:
        return said_s, live_zero_s - said_s
    return live_zero_s - lag, lag


def _lanes(
    script: Script,
    observed: Observed,
    heard: HeardMeeting | None,
    levels: dict[str, Levels],
    lengths: Mapping[tuple[int, int], float],
    clock: tuple[float, float, float],
) -> tuple[Lane, ...]:
    """Scripted people in the script's order, then whoever else was heard.

    ``clock`` is the script's zero and the live audio's on the recording's clock, and the meeting's end on
    the script's.
    """
    script_from_s, live_from_s, end_s = clock
    names = {i: speaker.speaker_name for i, speaker in heard.speakers.items()} if heard is not None else {}
    lanes = []
    for index, who in enumerate(script.participants):
        speaker_id = speaker_of(index, script, observed.truth, names)
        found = levels.pop(speaker_id) if speaker_id in levels else None
        lanes.append(
            Lane(
                who.name,
                scripted=tuple(shifted(s, script_from_s) for s in speech_of(script, index, lengths, end_s)),
                heard=speech_spans(found, live_from_s) if found is not None else (),
                levels=found,
                level_from_s=live_from_s,
                present=shifted(presence_of(script, index, end_s), script_from_s),
            )
        )
    for speaker_id, found in levels.items():
        spans = speech_spans(found, live_from_s)
        if spans:
            lanes.append(Lane(names[speaker_id], heard=spans, levels=found, level_from_s=live_from_s))
    return tuple(lanes[:MOST_LANES])


def _subtitle(figures: dict[str, Any], n_participants: int) -> str:
    started = str(figures["started_at"])[:16].replace("T", " ")
    parts = [
        f"{n_participants} scripted " + ("participant" if n_participants == 1 else "participants"),
        f"staged {started} UTC",
        f"bot {figures['bot_id'] or 'none'}",
    ]
    if figures["problem"]:
        parts = [str(figures["problem"]), *parts]
    return "   ·   ".join(parts)


def _figures(figures: dict[str, Any]) -> list[Figure]:
    latency = figures["latency_ms"]
    since_end = figures["meeting_end_to_s"]
    worst = min(
        (clip["correlation"] for clip in figures["speech"] if clip["correlation"] is not None), default=None
    )
    ready_s = since_end.get("video.processed", since_end.get("audio.processed"))
    concealed = figures["concealed"]["concealed_samples"]
    dropped = [count for count in figures["dropped"].values() if count is not None]
    return [
        Figure("the stay ended", _words(figures["end_reason"])),
        Figure("recorded", _unit(figures["video_s"] or figures["audio_s"], "s", 2)),
        Figure("create → joined", _unit(figures["created_to_joined_s"], "s", 1)),
        Figure("meeting's end → file", _unit(ready_s, "s", 2)),
        Figure("CPU cores, bot", _unit(figures["cores"], "", 2)),
        Figure("peak memory (PSS)", _unit(figures["peak_pss_mb"], "MB", 0)),
        Figure("live delay p50 / p95", f"{_unit(latency['p50'], '', 0)} / {_unit(latency['p95'], 'ms', 0)}"),
        Figure("least likeness of a clip", _unit(worst, "", 3)),
        Figure("dropped frames", str(sum(dropped)) if dropped else "-"),
        Figure("concealed sound", _unit(None if concealed is None else concealed / 48, "ms", 0)),
        *_of_transcript(figures["transcript"]),
    ]


def _of_transcript(found: dict[str, Any] | None) -> list[Figure]:
    if found is None:
        return []
    return [
        Figure("words rightly named", _share(found["right_names"])),
        Figure("words wrong", _share(found["word_error_rate"])),
    ]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _words(reason: str | None) -> str:
    return (reason or "unknown").replace("_", " ")


def _unit(value: float | None, unit: str, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f} {unit}".strip()
