"""``roomtone stage`` and ``roomtone demo``: see the product work on a meeting from a script."""

from __future__ import annotations

import json as json_text
import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

DEMO_OUTPUT = Path("out/demo")
_DEMO_FIELDS: dict[str, Any] = {"recording_config": {"transcript": {"provider": {"local": {}}}}}


def stage(
    script: Path,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    request: Path | None = None,
    control: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Stage a meeting script, let a bot record it, and write everything it made into a folder.

    The exit code is 0 when the bot did what the script says, else 1.

    Parameters
    ----------
    script:
        The meeting's script (YAML, see docs/practice-meetings.md).
    output:
        Folder for video.mp4, audio.mp3, live/, events.jsonl, report.json and sheet.png.
    request:
        JSON file with fields of create_bot to merge in.
    control:
        YAML file with messages to send to the bot over its control socket, with their times.
    json:
        Print the report as JSON on standard output.
    """
    from roomtone.staging.staging_run import stage_script

    figures = stage_script(script, output, request, control_path=control).figures
    if json:
        print(json_text.dumps(figures, ensure_ascii=False))
    else:
        _print_summary(figures, output)
    sys.exit(0 if figures["as_scripted"] else 1)


def demo(
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = DEMO_OUTPUT,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Record a bundled meeting of half a minute, end to end, and say where to look.

    Parameters
    ----------
    output:
        Folder for what is made.
    json:
        Print the report as JSON on standard output.
    """
    from roomtone.staging.staging_run import stage_fields

    with as_file(files("roomtone.practice").joinpath("demo")) as folder:
        figures = stage_fields(folder / "meeting.yaml", output, _DEMO_FIELDS).figures
    if json:
        print(json_text.dumps(figures, ensure_ascii=False))
    else:
        _print_summary(figures, output)
        _print_where(figures, output)
    sys.exit(0 if figures["as_scripted"] else 1)


def _print_summary(figures: Mapping[str, Any], output: Path) -> None:
    print()
    print(f"{figures['title']}: " + ("as scripted" if figures["as_scripted"] else "NOT as scripted"))
    for label, value in summary(figures):
        print(f"  {label:37} {value}")
    if figures["problem"]:
        print(f"\n  {figures['problem']}")
        print(f"  logs: {output / 'logs'}")


def summary(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures that a person wants first, as label and text; unknown ones are left out."""
    since_end = figures["meeting_end_to_s"]
    latency = figures["latency_ms"]
    likeness = [clip["correlation"] for clip in figures["speech"]]
    rows: list[tuple[str, str | None]] = [
        ("the stay ended", figures["end_reason"]),
        ("recorded", _seconds(figures["video_s"] or figures["audio_s"])),
        ("from create_bot to joined", _seconds(figures["created_to_joined_s"])),
        ("from the meeting's end to the audio", _seconds(since_end.get("audio.processed"))),
        ("from the meeting's end to the video", _seconds(since_end.get("video.processed"))),
        ("CPU of the bot while recording", _text(figures["cores"], "{:.2f} cores")),
        ("peak memory of the bot", _text(figures["peak_pss_mb"], "{:.0f} MB")),
        ("live audio, mouth to your socket", _latency(latency)),
        ("clips recognised", _likeness(likeness)),
        *_live_words(figures["live_words"]),
        *_transcript(figures["transcript"]),
        ("speech under the right name", _text(figures["labelled_share"], "{:.1%}")),
    ]
    return [(label, value) for label, value in rows if value]


def _print_where(figures: Mapping[str, Any], output: Path) -> None:
    print(f"\nLook at  {output / 'sheet.png'}  first: the whole meeting in one picture.")
    if figures["video_s"] is not None:
        print(f"Watch    {output / 'video.mp4'}")
    if figures["audio_s"] is not None:
        print(f"Hear     {output / 'audio.mp3'}, and each speaker alone in {output / 'live'}/")
    if figures["transcript"] is not None:
        print(f"Read     {output / 'transcript.md'} (who said what, recognised on this machine)")
    print(f"Read     {output / 'events.jsonl'} (every webhook) and {output / 'report.json'} (every figure)")


def _live_words(words: Mapping[str, Any] | None) -> list[tuple[str, str | None]]:
    if words is None:
        return []
    first, final = words["first_after_begin_s"], words["final_after_end_s"]
    return [
        ("live words: first after one begins", _seconds(first["p50"])),
        ("live words: final after one ends", _seconds(final["p50"])),
        ("live words under the right name", _text(words["right_names"], "{:.1%}")),
        ("live words that are wrong", _text(words["word_error_rate"], "{:.1%}")),
    ]


def _transcript(words: Mapping[str, Any] | None) -> list[tuple[str, str | None]]:
    if words is None:
        return []
    return [
        ("words of the transcript", str(words["words"])),
        ("of them under the right name", _text(words["right_names"], "{:.1%}")),
        ("words said that are wrong in it", _text(words["word_error_rate"], "{:.1%}")),
    ]


def _latency(latency: Mapping[str, Any]) -> str | None:
    if latency["p50"] is None:
        return None
    return f"{latency['p50']:.0f} ms (p50), {latency['p95']:.0f} ms (p95)"


def _likeness(found: list[float | None]) -> str | None:
    if not found:
        return None
    known = [value for value in found if value is not None and value >= 0.5]
    least = f", least likeness {min(known):.2f}" if known else ""
    return f"{len(known)} of {len(found)}{least}"


def _seconds(value: float | None) -> str | None:
    return _text(value, "{:.2f} s")


def _text(value: float | None, form: str) -> str | None:
    return None if value is None else form.format(value)
