"""A staging from its arguments to its report and its sheet."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.practice.clips import decode_clip
from roomtone.practice.script_parser import load_script
from roomtone.staging.bot_request import bot_name, read_request_file
from roomtone.staging.clients import ROOMTONE, staged_client
from roomtone.staging.control_script import read_control_file
from roomtone.staging.expectation import expectation, refused_for
from roomtone.staging.live_words import (
    compare_transcript,
    compare_words,
    read_arrived,
    read_transcript,
    said_clips,
)
from roomtone.staging.progress import Progress
from roomtone.staging.report import Observed, report
from roomtone.staging.script_lanes import last_word_s
from roomtone.staging.sheet.draw import draw_sheet
from roomtone.staging.sheet.media import duration_s
from roomtone.staging.sheet_of_stage import sheet_of_stage
from roomtone.staging.speech_report import SpeechReport, compare_speech
from roomtone.staging.stage import Stage
from roomtone.staging.stage_folder import StageFolder
from roomtone.stop_signals import stop_signals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roomtone.practice.script import Script
    from roomtone.staging.control_script import TimedMessage
    from roomtone.staging.expectation import Expectation
    from roomtone.staging.speech_match import Sound


@dataclass(frozen=True, slots=True)
class Staged:
    """What a staging gave: the content of ``report.json`` and what it was made of."""

    figures: dict[str, Any]
    observed: Observed


def stage_script(
    script_path: Path,
    output: Path,
    request_path: Path | None,
    roomtone: Sequence[str] = ROOMTONE,
    control_path: Path | None = None,
) -> Staged:
    """Stage a script with the fields of a --request file, and fill the folder; see ``stage_fields``."""
    control = None if control_path is None else read_control_file(control_path.resolve())
    return stage_fields(script_path, output, read_request_file(request_path), roomtone, control)


def stage_fields(
    script_path: Path,
    output: Path,
    fields: dict[str, Any],
    roomtone: Sequence[str] = ROOMTONE,
    control: Sequence[TimedMessage] | None = None,
) -> Staged:
    """Stage a script with some fields of create_bot, and fill the folder.

    SIGTERM and SIGHUP are taken as Ctrl-C: everything that was started is stopped.

    Raises:
        StagingError: If nothing could be staged.
        InvalidScript: If the script cannot be staged as written.
        KeyboardInterrupt: After any of them, when everything is stopped.
    """
    script_path = script_path.resolve()
    script = load_script(script_path)
    staged_client(script.client)
    folder = StageFolder(output.resolve())
    folder.prepare()
    sounds = _sounds(script)
    lengths = {key: sound.size / SAMPLE_RATE_HZ for key, sound in sounds.items()}
    expected = expectation(script, last_word_s(script, lengths), fields)
    with Progress() as progress:
        stage = Stage(
            script, script_path, expected, fields, folder, progress, roomtone=roomtone, control=control
        )
        observed = asyncio.run(_until_signal(stage))
        progress.say(stage.clock() - observed.started_s, "comparing and drawing")
        expected = refused_for(expected, observed.truth.end_reasons)
        return Staged(_finish(stage, observed, sounds, lengths, expected), observed)


async def _until_signal(stage: Stage) -> Observed:
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    numbers = stop_signals()
    asked = False

    def stop() -> None:
        # Stopping has deadlines of its own; an impatient second Ctrl-C must not leave half of it running.
        nonlocal asked
        if not asked:
            asked = True
            task.cancel()

    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        return await stage.run()
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _sounds(script: Script) -> dict[tuple[int, int], Sound]:
    """Every clip of the script, decoded; the same file once. Tones are not clips."""
    by_file: dict[Path, Sound] = {}
    found = {}
    for who, participant in enumerate(script.participants):
        for index, said in enumerate(participant.says):
            if said.file is not None:
                if said.file not in by_file:
                    by_file[said.file] = decode_clip(said.file)
                found[who, index] = by_file[said.file]
    return found


def _finish(
    stage: Stage,
    observed: Observed,
    sounds: dict[tuple[int, int], Sound],
    lengths: dict[tuple[int, int], float],
    expected: Expectation,
) -> dict[str, Any]:
    folder, script = stage.folder, stage.script
    heard = stage.live.meetings.get(observed.bot_id) or next(iter(stage.live.meetings.values()), None)
    observed.video_s = duration_s(folder.video)
    observed.audio_s = duration_s(folder.audio)
    speech = SpeechReport()
    if heard is not None:
        observed.live_length_s = heard.length_s
        zero_s = heard.clock.zero_s
        if zero_s is not None:
            speech = compare_speech(folder.live, script, observed.truth, sounds, zero_s)
    clips, own_name = said_clips(script, observed.truth, sounds), bot_name(stage.fields)
    found = {
        "latency_ms": speech.latency_ms(),
        "labelled_share": speech.labelled_share,
        "speech": speech.clips,
        "live_words": compare_words(clips, read_arrived(folder.live_words), own_name),
        "transcript": compare_transcript(clips, read_transcript(folder.transcript), own_name),
    }
    figures = report(observed, expected, script.title, found)
    folder.report.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sheet = sheet_of_stage(folder, script, observed, heard, lengths, figures)
    draw_sheet(sheet).save(folder.sheet, optimize=True)
    return figures
